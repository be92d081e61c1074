package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.ContentHasher;
import org.ppspp.integrity.HashFunction;

@Timeout(60)
final class ClientMainTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String swarm = "";

    @BeforeEach
    void makeContent() throws IOException {
        byte[] content = new byte[100_000];
        new SplittableRandom(7).nextBytes(content);
        Path file = Files.write(folder.resolve("content"), content);
        swarm = ContentHasher.of(HashFunction.SHA1, 1024).hash(file).swarmId().toString();
    }

    private ExitCode run(Predicate<Consumer<ExitCode>> signals, String... args) {
        out.reset();
        err.reset();
        return ClientMain.run(
                args,
                new ClientMain.Surroundings(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        out,
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        signals));
    }

    private ExitCode transfer(Predicate<Consumer<ExitCode>> signals, String file, String... more) {
        String[] args = new String[more.length + 6];
        List<String> usual = List.of("--filename", file, "--workdir", folder.toString(), "--swarmid", swarm);
        for (int i = 0; i < args.length; i++) {
            args[i] = i < 6 ? usual.get(i) : more[i - 6];
        }
        return run(signals, args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void printsHelpAndVersionOnStandardOutput() {
        assertThat(run(ClientMainTest::never, "--help")).isEqualTo(ExitCode.OK);
        assertThat(out()).startsWith("Usage: ppspp-client").contains("Exit codes:");
        assertThat(run(ClientMainTest::never, "--version")).isEqualTo(ExitCode.OK);
        assertThat(out()).startsWith("ppspp-client ");
        assertThat(err()).isEmpty();
    }

    @Test
    void endsWith2OnWrongUsage() {
        assertThat(run(ClientMainTest::never, "--nonsense")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).startsWith("ppspp-client: ").contains("--nonsense").contains("--help");
        assertThat(out()).isEmpty();
    }

    @Test
    void endsWith0WhenTheFileIsCompleteAlready() throws IOException {
        assertThat(transfer(
                        ClientMainTest::never,
                        "content",
                        "--listen",
                        "127.0.0.1:0",
                        "--exit-when-complete",
                        "--json",
                        "-q",
                        "--results-file",
                        "results"))
                .isEqualTo(ExitCode.OK);
        assertThat(err()).isEmpty();
        assertThat(out().lines()).allMatch(line -> line.startsWith("{\"event\":\"") && line.endsWith("}"));
        assertThat(out()).containsSubsequence("\"start\"", "\"complete\"", "\"summary\"", "\"exit\":0");
        assertThat(Files.readString(folder.resolve("results"))).contains("\"start_source\":true");
    }

    @Test
    void tellsOfCompletionAlsoAfterOtherNews() throws IOException {
        Files.createDirectory(folder.resolve("content.hashes"));
        String[] ending = {"--listen", "127.0.0.1:0", "--exit-when-complete"};
        assertThat(transfer(ClientMainTest::never, "content", ending)).isEqualTo(ExitCode.OK);
        assertThat(err()).containsSubsequence("so the next start hashes again", "sharing ", "complete: ");
        assertThat(transfer(ClientMainTest::never, "content", ending[0], ending[1], ending[2], "--json"))
                .isEqualTo(ExitCode.OK);
        assertThat(out()).containsSubsequence("\"start\"", "\"complete\"", "\"summary\"");
    }

    @Test
    void printsThePathAlsoWhereThereIsNothingToDownload() {
        assertThat(transfer(ClientMainTest::never, "content", "--listen", "127.0.0.1:0", "--exit-when-complete"))
                .isEqualTo(ExitCode.OK);
        assertThat(out().lines()).containsExactly(folder.resolve("content").toString());
    }

    @Test
    void endsWith3RatherThanTouchTheFileWithNoClobber() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "precious");
        assertThat(transfer(ClientMainTest::never, "other", "--listen", "127.0.0.1:0", "--no-clobber"))
                .isEqualTo(ExitCode.FILE);
        assertThat(err().lines().filter(line -> line.startsWith("ppspp-client: ")))
                .hasSize(1);
        assertThat(Files.readString(other)).isEqualTo("precious");
    }

    @Test
    void endsWith4WhenNoTrackerAnswers() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(transfer(
                        ClientMainTest::never,
                        "new",
                        "--listen",
                        "127.0.0.1:0",
                        "--timeout",
                        "1s",
                        "--tracker",
                        "127.0.0.1:" + port))
                .isEqualTo(ExitCode.TRACKER);
        assertThat(err()).contains("trying again").contains("no tracker answers");
    }

    @Test
    void endsWith5WhenThereAreNoPeers() {
        assertThat(transfer(ClientMainTest::never, "new", "--listen", "127.0.0.1:0", "--timeout", "300ms"))
                .isEqualTo(ExitCode.NO_PEERS);
        assertThat(err()).contains("nobody to ask").contains("ppspp-client: no peers found");
    }

    @Test
    void endsWith7AtTheTimeLimit() {
        assertThat(transfer(ClientMainTest::never, "new", "--listen", "127.0.0.1:0", "--time-limit", "300ms"))
                .isEqualTo(ExitCode.TIME_LIMIT);
    }

    @Test
    void endsWith8WhenThePortIsTakenThatWasAskedFor() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(transfer(ClientMainTest::never, "content", "--listen", "127.0.0.1:" + taken.getLocalPort()))
                    .isEqualTo(ExitCode.BIND);
            assertThat(err())
                    .contains("port " + taken.getLocalPort() + " is in use")
                    .contains("--listen");
        }
    }

    @Test
    void aSignalEndsADownloadWithItsCodeAndASeederWith0() {
        assertThat(transfer(ClientMainTest::interrupt, "new", "--listen", "127.0.0.1:0"))
                .isEqualTo(ExitCode.INTERRUPTED);
        assertThat(transfer(ClientMainTest::terminate, "new", "--listen", "127.0.0.1:0"))
                .isEqualTo(ExitCode.TERMINATED);
        assertThat(transfer(this::interruptOnceSharing, "content", "--listen", "127.0.0.1:0"))
                .isEqualTo(ExitCode.OK);
    }

    private static boolean never(Consumer<ExitCode> stop) {
        return true;
    }

    private static boolean interrupt(Consumer<ExitCode> stop) {
        stop.accept(ExitCode.INTERRUPTED);
        return true;
    }

    private static boolean terminate(Consumer<ExitCode> stop) {
        stop.accept(ExitCode.TERMINATED);
        return true;
    }

    private boolean interruptOnceSharing(Consumer<ExitCode> stop) {
        Thread watcher = new Thread(() -> {
            await().until(() -> err().contains("sharing "));
            stop.accept(ExitCode.INTERRUPTED);
        });
        watcher.setDaemon(true);
        watcher.start();
        return true;
    }

    @Test
    void refusesALogFileItCannotWrite() {
        assertThat(transfer(ClientMainTest::never, "content", "--log-file", "missing/log"))
                .isEqualTo(ExitCode.FILE);
        assertThat(err()).contains("cannot write the log file");
    }
}
