package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on the first day: one line that says what to do, and an exit code for scripts. */
@Timeout(240)
final class ExitCodesTest {
    private static final String ID = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path folder;

    private final Programs programs = new Programs();
    private int files;

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private record Expected(int code, String line) {}

    private static void check(Map<Running, Expected> runs) {
        runs.forEach((run, expected) -> {
            int code = run.exit();
            assertThat(run.err()).contains(expected.line());
            assertThat(code).as(run.err()).isEqualTo(expected.code());
        });
    }

    /** A client that would download a file of its own. */
    private Running client(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--filename",
                folder.resolve("file-" + files++).toString(),
                "--swarmid",
                ID,
                "--listen",
                "127.0.0.1:0",
                "-q"));
        arguments.addAll(List.of(more));
        return programs.plainClient(arguments.toArray(String[]::new));
    }

    @Test
    void theClientSaysWhatToDoAboutOptionsAndFiles() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("directory"));
        Map<Running, Expected> runs = new LinkedHashMap<>();
        runs.put(programs.plainClient(), new Expected(2, "no content named: give --swarmid"));
        runs.put(
                programs.plainClient("--filename", "x", "--swarmid", "zz"),
                new Expected(2, "not a swarm ID: \"zz\" (expected an even number of hexadecimal digits)"));
        runs.put(client("--filesize", "12q"), new Expected(2, "is not a size"));
        runs.put(
                programs.plainClient("--filename", directory.toString(), "--swarmid", ID, "--listen", "127.0.0.1:0"),
                new Expected(3, "is a folder: name a file"));
        runs.put(
                client("--results-file", folder.resolve("none/results").toString()),
                new Expected(3, "cannot write the results file"));
        check(runs);
    }

    @Test
    void theClientSaysWhatToDoAboutTheNetwork() throws IOException {
        String nobody = "127.0.0.1:" + unusedPort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<Running, Expected> runs = new LinkedHashMap<>();
            runs.put(
                    programs.plainClient(
                            "--filename", "x", "--swarmid", ID, "--listen", "127.0.0.1:" + taken.getLocalPort()),
                    new Expected(8, "is in use; choose another one with --listen"));
            runs.put(
                    client("--tracker", nobody, "--timeout", "2s"),
                    new Expected(4, "no tracker answers; check --tracker, or name a peer with --peer"));
            runs.put(
                    client("--peer", nobody, "--timeout", "2s"),
                    new Expected(5, "no peers found; check --swarmid, and that a seeder is running"));
            runs.put(client("--time-limit", "1s"), new Expected(7, "--time-limit reached before complete"));
            check(runs);
        }
    }

    @Test
    void programsEndInOrderWhenTheirTerminalIsClosed() throws IOException {
        Running client = client("--json", "--peer", "127.0.0.1:" + unusedPort());
        client.awaitEvent(event -> Running.is(event, "start"));
        assertThat(client.hangUp()).isEqualTo(143);
        assertThat(client.summary().get("exit").asInt()).isEqualTo(143);
        Running tracker = programs.tracker();
        tracker.port();
        assertThat(tracker.hangUp()).isZero();
        assertThat(tracker.summary()).isNotNull();
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aWrongSwarmIdFindsNobody() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 5000);
        Running fileutil = programs.fileutil("--filename", file.toString(), "--hash", "--quiet");
        assertThat(fileutil.exit()).isZero();
        Running tracker = programs.tracker();
        String where = "127.0.0.1:" + tracker.port();
        Running seeder = programs.client(
                "--filename", file.toString(), "--swarmid", fileutil.out().get(0), "--tracker", where);
        Map<Running, Expected> runs = new LinkedHashMap<>();
        Expected nobody = new Expected(5, "no peers found; check --swarmid");
        runs.put(client("--tracker", where, "--timeout", "3s"), nobody);
        runs.put(client("--peer", "127.0.0.1:" + seeder.port(), "--timeout", "3s"), nobody);
        check(runs);
    }

    @Test
    void theOtherProgramsSayWhatToDo() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 5000);
        Path empty = Files.createFile(folder.resolve("empty"));
        Running tracker = programs.tracker();
        String port = Integer.toString(tracker.port());
        Map<Running, Expected> runs = new LinkedHashMap<>();
        runs.put(
                programs.fileutil("--filename", file.toString(), "--verify", ID),
                new Expected(6, "does not match: its root hash is"));
        runs.put(
                programs.fileutil("--filename", empty.toString(), "--hash"),
                new Expected(3, "is empty: there is nothing to share"));
        runs.put(
                programs.fileutil("--filename", folder.resolve("none").toString(), "--hash"),
                new Expected(3, "does not exist: check the name"));
        runs.put(programs.fileutil("--filename", file.toString()), new Expected(2, "nothing to do"));
        runs.put(
                programs.tracker("--listen", "127.0.0.1:" + port),
                new Expected(8, "address already in use; stop what uses it or choose another"));
        runs.put(programs.tracker("--listen", "nonsense:x"), new Expected(2, "--listen"));
        check(runs);
        assertThat(tracker.terminate()).isZero();
    }
}
