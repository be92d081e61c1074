package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Content that somebody consumes while it arrives, with the programs as processes. */
@Timeout(300)
final class PlayTest {
    private static final int SIZE = 1_500_123;

    @TempDir
    Path folder;

    private final Programs programs = new Programs();
    private Path temporary = Path.of("");
    private Path errors = Path.of("");
    private byte[] content = {};
    private String link = "";
    private String seeder = "";

    @BeforeEach
    void shareSlowly() throws IOException {
        temporary = Files.createDirectory(folder.resolve("temporary"));
        errors = folder.resolve("errors");
        Path file = Programs.content(folder.resolve("film.ts"), SIZE);
        content = Files.readAllBytes(file);
        Running fileutil = programs.fileutil("--filename", file.toString(), "--link");
        assertThat(fileutil.exit()).isZero();
        link = fileutil.out().get(0);
        seeder = "127.0.0.1:"
                + programs.client("--filename", file.toString(), "--max-upload", "700k", link)
                        .port();
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    private Process play(String... more) throws IOException {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "--peer";
        arguments[1] = seeder;
        arguments[2] = link;
        System.arraycopy(more, 0, arguments, 3, more.length);
        return programs.pipedClient(errors, temporary, arguments);
    }

    private static int exit(Process process) throws InterruptedException {
        assertThat(process.waitFor(Running.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return process.exitValue();
    }

    @Test
    void writesAllBytesInOrderAndNothingElseAndLeavesNothingBehind() throws Exception {
        Process client = play("--vod", "--output", "-", "--buffsz", "100");
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(content);
        assertThat(exit(client)).isZero();
        assertThat(errors).isEmptyFile();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void keepsTheFileThatIsNamedBesideStandardOutput() throws Exception {
        Path copy = folder.resolve("copy.ts");
        Process client = play("--filename", copy.toString(), "--output", "-");
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(content);
        assertThat(exit(client)).isZero();
        assertThat(copy).hasBinaryContent(content);
    }

    @Test
    void endsSilentlyWhenThePipeIsClosed() throws Exception {
        Process client = play("--filename", "-");
        try (InputStream out = client.getInputStream()) {
            assertThat(out.readNBytes(100_000)).isEqualTo(Arrays.copyOf(content, 100_000));
        }
        assertThat(exit(client)).isEqualTo(141);
        assertThat(errors).isEmptyFile();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void leavesNothingBehindWhenItIsStopped() throws Exception {
        Process client = play("--vod", "--output", "-", "--dlfwd", "300", "--buffsz", "300");
        assertThat(client.getInputStream().readNBytes(200_000)).isEqualTo(Arrays.copyOf(content, 200_000));
        client.toHandle().destroy();
        assertThat(exit(client)).isEqualTo(143);
        assertThat(temporary).isEmptyDirectory();
    }
}
