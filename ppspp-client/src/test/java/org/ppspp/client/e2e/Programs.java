package org.ppspp.client.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.ppspp.ContentHasher;
import org.ppspp.integrity.HashFunction;

/** Starts the programs with the class path of the test, and ends those that are left. */
final class Programs implements AutoCloseable {
    /** SIGHUP and SIGINT, which are numbers 1 and 2, as the system writes sets of signals. */
    private static final long HANGUP_OR_INTERRUPT = 0b11;

    private final List<Running> running = new ArrayList<>();
    private final List<Process> piped = new ArrayList<>();

    Running tracker(String... more) throws IOException {
        return start("org.ppspp.tracker.TrackerMain", List.of("--json"), more);
    }

    /** A tracker on a port that was free. */
    Running tracker() throws IOException {
        return tracker("--listen", "127.0.0.1:0");
    }

    /** A client that listens on a port that was free and tells what it does. */
    Running client(String... more) throws IOException {
        return start(
                "org.ppspp.client.ClientMain",
                List.of("--json", "--stats-interval", "100ms", "--listen", "127.0.0.1:0"),
                more);
    }

    /** The same with this file of a swarm. */
    Running client(Path file, String swarm, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--filename", file.toString(), "--swarmid", swarm));
        Collections.addAll(arguments, more);
        return client(arguments.toArray(String[]::new));
    }

    /** A client with no option but these. */
    Running plainClient(String... arguments) throws IOException {
        return start("org.ppspp.client.ClientMain", List.of(), arguments);
    }

    Running fileutil(String... arguments) throws IOException {
        return start("org.ppspp.fileutil.FileUtil", List.of(), arguments);
    }

    /** A client with its standard output for the test to read, its errors in a file and its temporary files in a folder. */
    Process pipedClient(Path errors, Path temporary, String... arguments) throws IOException {
        ProcessBuilder builder = builder("org.ppspp.client.ClientMain", List.of("--listen", "127.0.0.1:0"), arguments);
        builder.environment().put("TMPDIR", temporary.toString());
        Process process = builder.redirectError(errors.toFile()).start();
        piped.add(process);
        return process;
    }

    private Running start(String main, List<String> usual, String... more) throws IOException {
        Running program = new Running(builder(main, usual, more).start());
        running.add(program);
        return program;
    }

    private static ProcessBuilder builder(String main, List<String> usual, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        if (ignoresSignals()) {
            command.addAll(List.of("env", "--default-signal=INT,HUP"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Dio.netty.leakDetection.level=advanced",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(usual);
        Collections.addAll(command, more);
        ProcessBuilder builder = new ProcessBuilder(command);
        // The settings of whoever runs the tests are not for them.
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("PPSPP_") || name.equals("HOME") || name.startsWith("XDG_"));
        return builder;
    }

    /** A test in the background of a shell ignores Ctrl-C or its end, and a program inherits that and keeps to it. */
    private static boolean ignoresSignals() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .anyMatch(ignored -> (ignored & HANGUP_OR_INTERRUPT) != 0);
    }

    /** Makes a file of random bytes. */
    static Path content(Path file, int size) throws IOException {
        byte[] content = new byte[size];
        new SplittableRandom(size).nextBytes(content);
        return Files.write(file, content);
    }

    /** The swarm ID of a file, as the original makes it. */
    static String swarmOf(Path file) throws IOException {
        return ContentHasher.of(HashFunction.SHA1, 1024).hash(file).swarmId().toString();
    }

    @Override
    public void close() {
        running.forEach(Running::destroy);
        piped.forEach(process -> process.toHandle().destroyForcibly());
    }
}
