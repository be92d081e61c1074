package org.ppspp.tracker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TrackerMainTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StopSignal stop = new StopSignal();

    @Test
    void printsOneLineAndServesUntilStopped() throws Exception {
        CompletableFuture<Integer> exit = start("--listen", "127.0.0.1:0", "--log-level", "ERROR");
        await().atMost(PATIENCE).until(() -> text(err).endsWith(System.lineSeparator()));
        Matcher line = Pattern.compile("ppspp-tracker: listening on 127\\.0\\.0\\.1:([0-9]+)")
                .matcher(text(err).strip());
        assertThat(line.matches()).as(text(err)).isTrue();
        new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(line.group(1))).close();
        stop.give();
        assertThat(exit.get()).isZero();
        assertThat(text(err).lines()).hasSize(1);
        assertThat(text(out)).isEmpty();
    }

    @Test
    void namesBothFamilies() throws Exception {
        CompletableFuture<Integer> exit = start("--listen", ":0");
        await().atMost(PATIENCE).until(() -> text(err).endsWith(System.lineSeparator()));
        stop.give();
        assertThat(exit.get()).isZero();
        assertThat(text(err).strip()).matches("ppspp-tracker: listening on 0\\.0\\.0\\.0:([0-9]+)( and \\[::\\]:\\1)?");
    }

    @Test
    void tellsEventsAsJson() throws Exception {
        CompletableFuture<Integer> exit = start("--listen", "[::1]:0", "--listen", "127.0.0.1:0", "--json", "-q");
        await().atMost(PATIENCE).until(() -> text(out).contains("\n"));
        stop.give();
        assertThat(exit.get()).isZero();
        assertThat(text(err)).isEmpty();
        ObjectMapper mapper = new ObjectMapper();
        String[] lines = text(out).split("\n");
        assertThat(lines).hasSize(2);
        JsonNode listening = mapper.readTree(lines[0]);
        assertThat(listening.get("event").asText()).isEqualTo("listening");
        assertThat(listening.get("addresses").get(0).asText())
                .isEqualTo("[::1]:" + listening.get("port").asInt());
        JsonNode summary = mapper.readTree(lines[1]);
        assertThat(summary.get("event").asText()).isEqualTo("summary");
        assertThat(summary.get("registrations").asInt()).isZero();
    }

    @Test
    void staysQuietWhenAsked() throws Exception {
        stop.give();
        assertThat(run("--listen", "127.0.0.1:0", "-q")).isZero();
        assertThat(text(err)).isEmpty();
        assertThat(text(out)).isEmpty();
    }

    @Test
    void exitsWithEightWhenThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("--listen", "127.0.0.1:" + taken.getLocalPort())).isEqualTo(8);
            assertThat(text(err))
                    .isEqualTo("ppspp-tracker: cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": address already in use; stop what uses it or choose another with"
                            + " --listen [ADDR][:PORT]" + System.lineSeparator());
        }
    }

    @Test
    void exitsWithTwoOnWrongUsage() {
        String[][] wrong = {
            {"--listen", "localhost:1"},
            {"--peer-ttl", "soon"},
            {"--peer-ttl", "0s"},
            {"--peer-ttl", "200000d"},
            {"--max-peers-reply", "0"},
            {"--max-peers-reply", "many"},
            {"--max-swarms", "-1"},
            {"--max-connections", "0"},
            {"--log-level", "LOUD"},
            {"--unknown"},
            {"positional"},
        };
        for (String[] arguments : wrong) {
            err.reset();
            assertThat(run(arguments)).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(text(err).lines()).as(text(err)).hasSize(2);
            assertThat(text(err)).startsWith("ppspp-tracker: ").contains("--help");
        }
        assertThat(text(out)).isEmpty();
    }

    @Test
    void readsOptionsAsTheClientDoes() {
        stop.give();
        String[][] right = {
            {"-vv"},
            {"--log-level", "debug"},
            {"--log-level", "off"},
            {"--peer-ttl", "1h30m"},
            {"--peer-ttl", "5m", "--peer-ttl", "6m"},
            {"--listen", "0"},
        };
        for (String[] arguments : right) {
            err.reset();
            List<String> all = new ArrayList<>(List.of("--listen", "127.0.0.1:0"));
            all.addAll(List.of(arguments));
            assertThat(run(all.toArray(new String[0])))
                    .as(String.join(" ", arguments) + ": " + text(err))
                    .isZero();
        }
    }

    @Test
    void exitsWithOneWhenItCannotGoOn() {
        stop.fail();
        assertThat(run("--listen", "127.0.0.1:0")).isOne();
    }

    @Test
    void explainsItself() {
        assertThat(run("--help")).isZero();
        assertThat(text(out)).contains("Usage: ppspp-tracker", "Examples:", "--trust-endpoints", "Exit codes:");
        assertThat(text(err)).isEmpty();
        out.reset();
        assertThat(run("--version")).isZero();
        assertThat(text(out)).matches("ppspp-tracker \\S+\\s+");
    }

    @Test
    void writesItsLogIntoAFile(@TempDir Path directory) throws Exception {
        stop.give();
        Path log = directory.resolve("tracker.log");
        assertThat(run("--listen", "127.0.0.1:0", "--log-file", log.toString())).isZero();
        assertThat(Files.readString(log)).contains("[INFO] ").contains("stopped with 0 peers in 0 swarms");
        err.reset();
        assertThat(run("--listen", "127.0.0.1:0", "--log-file", directory.toString()))
                .isEqualTo(3);
        assertThat(text(err)).contains("cannot write the log file").contains(directory.toString());
    }

    private CompletableFuture<Integer> start(String... arguments) {
        return CompletableFuture.supplyAsync(() -> run(arguments));
    }

    private int run(String... arguments) {
        return TrackerMain.run(arguments, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), stop);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(UTF_8);
    }
}
