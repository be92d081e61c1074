package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream goes from a pipe through its source to viewers, who find each other through a tracker. */
@Timeout(240)
final class LiveTest {
    @TempDir
    Path folder;

    private final Programs programs = new Programs();

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    /** Writes random bytes into a program in real time, for as long as that takes them. */
    private static final class Encoder {
        private static final int PIECE_BYTES = 3_000;
        private static final Duration PAUSE = Duration.ofMillis(20);

        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final OutputStream target;
        private final Thread thread;
        private volatile boolean ended;

        Encoder(long seed, Running program) {
            target = program.input();
            thread = new Thread(() -> run(new SplittableRandom(seed)));
            thread.setDaemon(true);
            thread.start();
        }

        private void run(SplittableRandom random) {
            try (target) {
                while (!ended) {
                    byte[] bytes = new byte[PIECE_BYTES];
                    random.nextBytes(bytes);
                    synchronized (this) {
                        sent.writeBytes(bytes);
                    }
                    target.write(bytes);
                    target.flush();
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            } catch (IOException e) {
                // Its program has ended.
                ended = true;
            }
        }

        void end() {
            ended = true;
        }

        synchronized String sent() {
            return sent.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private Running source(Running tracker, String key) throws IOException {
        return programs.client(
                "--live",
                "--livesrc",
                "--input",
                "-",
                "--key",
                folder.resolve(key).toString(),
                "--chunk-size",
                "1024",
                "--tracker",
                "127.0.0.1:" + tracker.port());
    }

    private static String linkOf(Running source) {
        return source.awaitEvent(event -> event.has("link")).get("link").asText();
    }

    private Running viewer(String link, String file) throws IOException {
        return programs.client(
                "--live", "--live-delay", "3s", "--output", folder.resolve(file).toString(), link);
    }

    private String received(String file) {
        try {
            Path path = folder.resolve(file);
            return Files.exists(path) ? Files.readString(path, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitBytes(String file, int count) {
        await().atMost(Running.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> received(file).length() >= count);
    }

    @Test
    void viewersGetWhatGoesInFromWhereTheyTunedIn() throws IOException {
        Running tracker = programs.tracker();
        Running source = source(tracker, "key");
        Encoder encoder = new Encoder(1, source);
        String link = linkOf(source);
        Running first = viewer(link, "first");
        awaitBytes("first", 300_000);
        Running late = viewer(link, "late");
        awaitBytes("late", 300_000);
        first.kill();
        Running back = viewer(link, "back");
        awaitBytes("back", 300_000);

        assertThat(late.terminate()).as(late.err()).isZero();
        assertThat(back.interrupt()).as(back.err()).isZero();
        String sent = encoder.sent();
        for (String file : List.of("first", "late", "back")) {
            assertThat(sent.contains(received(file))).as(file).isTrue();
        }
        assertThat(late.summary().get("refused_chunks").asInt()).isZero();
        assertThat(source.terminate()).as(source.err()).isZero();
    }

    @Test
    void aSourceThatIsKilledGoesOnUnderItsKey() throws IOException {
        Running tracker = programs.tracker();
        Running source = source(tracker, "key");
        Encoder before = new Encoder(2, source);
        String link = linkOf(source);
        Running viewer = viewer(link, "copy");
        awaitBytes("copy", 300_000);
        source.kill();

        Running again = source(tracker, "key");
        Encoder after = new Encoder(3, again);
        assertThat(linkOf(again)).isEqualTo(link);
        int had = received("copy").length();
        awaitBytes("copy", had + 400_000);
        assertThat(viewer.terminate()).as(viewer.err()).isZero();
        assertThat(viewer.err()).doesNotContain("anew");
        String copy = received("copy");
        assertThat(before.sent().contains(copy.substring(0, 200_000))).isTrue();
        assertThat(after.sent().contains(copy.substring(copy.length() - 200_000)))
                .isTrue();
        assertThat(viewer.summary().get("refused_chunks").asInt()).isZero();
    }

    @Test
    void aSourceEndsAWhileAfterItsInput() throws IOException {
        Running tracker = programs.tracker();
        Running source = programs.client(
                "--live",
                "--livesrc",
                "--input",
                "-",
                "--key",
                folder.resolve("key").toString(),
                "--tracker",
                "127.0.0.1:" + tracker.port(),
                "--seed-time",
                "1s");
        Encoder encoder = new Encoder(4, source);
        source.awaitEvent(event -> Running.is(event, "progress")
                && event.path("stream_bytes_per_second").asLong() > 0);
        encoder.end();
        assertThat(source.exit()).as(source.err()).isZero();
        assertThat(source.summary().get("complete").asBoolean()).isTrue();
    }

    @Test
    void saysInOneLineWhatIsWrong() throws IOException {
        String key = folder.resolve("key").toString();
        Running missing = programs.client("--live", "--livesrc", "--input", "/none/such.ts", "--key", key, "-q");
        assertThat(missing.exit()).isEqualTo(3);
        assertThat(missing.err()).contains("/none/such.ts").doesNotContain("\n");

        Files.writeString(folder.resolve("text"), "no key");
        Running noKey = programs.client(
                "--live",
                "--livesrc",
                "--input",
                "-",
                "--key",
                folder.resolve("text").toString());
        assertThat(noKey.exit()).isEqualTo(3);
        assertThat(noKey.err()).contains("text").doesNotContain("\n");

        Running file = programs.client("--live", "56".repeat(20));
        assertThat(file.exit()).isEqualTo(2);
        assertThat(file.err()).contains("leave out --live");
    }

    @Test
    void saysWhereTheStreamCannotBeWritten() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        Running source = programs.client(
                "--live",
                "--livesrc",
                "--input",
                "generator:",
                "--key",
                folder.resolve("key").toString(),
                "--output",
                "/dev/full",
                "--overwrite");
        assertThat(source.exit()).isEqualTo(3);
        assertThat(source.err()).contains("cannot write to /dev/full: No space left on device");
    }
}
