package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launchers, with scripts in place of Java and Maven that write down what they are asked for. */
@DisabledOnOs(OS.WINDOWS)
final class LaunchTest {
    private static final String ARCHIVE = "ppspp-17.0.99.jsa";

    /** Notes its arguments and the environment; makes an archive unless told that it cannot. */
    private static final String JAVA = """
            #!/bin/sh
            echo "$@" >>"$CALLS"
            env | grep ^PPSPP_ >>"$CALLS"
            for option; do
                case $option in
                    -XX:ArchiveClassesAtExit=*)
                        [ -z "$NO_ARCHIVE" ] || exit 1
                        echo classes >"${option#*=}"
                        ;;
                esac
            done
            printf '%s\\n' "$@"
            """;

    /** Builds what the launcher looks for, once it may. */
    private static final String MAVEN = """
            #!/bin/sh
            echo built >>"$CALLS"
            until [ -e "$MAY_BUILD" ]; do :; done
            mkdir -p ppspp-client/target/dist/lib
            : >ppspp-client/target/ppspp-1.tar.gz
            """;

    @TempDir
    private Path root;

    @TempDir
    private Path tools;

    private final List<Running> running = new ArrayList<>();

    @BeforeEach
    void copyTheLaunchers() throws IOException {
        Path source = Path.of(System.getProperty("basedir", "."), "..", "bin");
        Files.createDirectory(root.resolve("bin"));
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, root.resolve("bin").resolve(file.getFileName().toString()));
            }
        }
        Files.createDirectory(tools.resolve("bin"));
        Files.writeString(tools.resolve("release"), "JAVA_VERSION=\"17.0.99\"\n");
        script("java", JAVA);
        script("mvn", MAVEN);
    }

    @AfterEach
    void endAll() {
        running.forEach(Running::destroy);
    }

    @Test
    void archivesClassesOnceAndUsesThem() throws IOException {
        Path lib = Files.createDirectory(root.resolve("lib"));
        for (int start = 0; start < 2; start++) {
            Running program = start("fileutil");
            assertThat(program.exit()).isZero();
            assertThat(program.out()).contains("-XX:SharedArchiveFile=" + lib.resolve(ARCHIVE));
        }
        assertThat(lib).isDirectoryContaining(file -> file.endsWith(ARCHIVE));
        assertThat(lib.toFile().list()).hasSize(1);
        assertThat(calls())
                .filteredOn(call -> call.contains("ArchiveClassesAtExit"))
                .hasSize(1);
    }

    @Test
    void keepsTheSettingsOfTheUserFromTheArchive() throws IOException {
        Files.createDirectory(root.resolve("lib"));
        assertThat(start("fileutil", "PPSPP_SEED_TIME", "1h").exit()).isZero();
        assertThat(calls())
                .filteredOn(call -> call.equals("PPSPP_SEED_TIME=1h"))
                .hasSize(1);
        assertThat(calls()).last().isEqualTo("PPSPP_SEED_TIME=1h");
    }

    @Test
    void triesNoSecondTimeToMakeAnArchiveThatCannotBeMade() throws IOException {
        Path lib = Files.createDirectory(root.resolve("lib"));
        for (int start = 0; start < 2; start++) {
            Running program = start("fileutil", "NO_ARCHIVE", "yes");
            assertThat(program.exit()).isZero();
            assertThat(program.out()).noneMatch(argument -> argument.contains("SharedArchiveFile"));
        }
        assertThat(lib.resolve(ARCHIVE)).isEmptyFile();
        assertThat(calls())
                .filteredOn(call -> call.contains("ArchiveClassesAtExit"))
                .hasSize(1);
    }

    @Test
    void saysThatStandardErrorIsNoTerminal() throws IOException {
        Files.createDirectory(root.resolve("lib"));
        Running program = start("ppspp-tracker");
        assertThat(program.exit()).isZero();
        assertThat(program.out()).contains("-Dppspp.tty.err=0");
    }

    @Test
    void buildsOnceForTwoStartsAtATime() throws IOException {
        Files.createFile(root.resolve("pom.xml"));
        Running one = start("fileutil");
        Running two = start("ppspp-tracker");
        await().atMost(Running.PATIENCE)
                .until(() ->
                        Stream.of(one, two).anyMatch(program -> program.err().contains("waiting for another")));
        allowBuilding();
        assertThat(one.exit()).isZero();
        assertThat(two.exit()).isZero();
        assertThat(calls()).filteredOn("built"::equals).hasSize(1);
        assertThat(start("fileutil").exit()).isZero();
        assertThat(calls()).filteredOn("built"::equals).hasSize(1);
    }

    @Test
    void buildsAgainAfterABuildThatWasInterrupted() throws IOException {
        Files.createFile(root.resolve("pom.xml"));
        Files.createDirectories(root.resolve("ppspp-client/target/dist/lib"));
        allowBuilding();
        Running program = start("fileutil");
        assertThat(program.exit()).isZero();
        assertThat(program.err()).contains("building once");
        assertThat(calls()).contains("built");
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.writeString(tools.resolve("bin").resolve(name), text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private void allowBuilding() throws IOException {
        Files.createFile(tools.resolve("may-build"));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(tools.resolve("calls"));
    }

    private Running start(String program, String... variable) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh", root.resolve("bin").resolve(program).toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("PPSPP_"));
        builder.environment().put("JAVA_HOME", tools.toString());
        builder.environment()
                .merge("PATH", tools.resolve("bin").toString(), (path, ours) -> ours + File.pathSeparator + path);
        builder.environment().put("CALLS", tools.resolve("calls").toString());
        builder.environment().put("MAY_BUILD", tools.resolve("may-build").toString());
        if (variable.length == 2) {
            builder.environment().put(variable[0], variable[1]);
        }
        Running started = new Running(builder.start());
        running.add(started);
        return started;
    }
}
