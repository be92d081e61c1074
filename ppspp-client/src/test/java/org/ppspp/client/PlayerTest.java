package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@EnabledOnOs({OS.LINUX, OS.MAC})
final class PlayerTest {
    private static final URI ADDRESS = URI.create("http://127.0.0.1:8080/x/content/film.mp4");

    @TempDir
    Path folder;

    private String path;

    @BeforeEach
    void makePath() throws IOException {
        path = Files.createDirectory(folder.resolve("first"))
                + File.pathSeparator
                + Files.createDirectory(folder.resolve("second"));
    }

    private Path script(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + '\n');
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void findsThePlayerThatIsInstalledOrTheOneThatIsMeant() throws IOException {
        assertThat(Player.Launch.find(Player.Choice.AUTO, path)).isNull();
        Path ffplay = script("first/ffplay", "");
        Path vlc = script("second/vlc", "");
        Files.writeString(folder.resolve("first/mpv"), "no program");
        assertThat(Player.Launch.find(Player.Choice.AUTO, path))
                .isEqualTo(new Player.Launch(vlc, List.of("--play-and-exit")));
        assertThat(Player.Launch.find(Player.Choice.FFPLAY, path))
                .isEqualTo(new Player.Launch(ffplay, List.of("-autoexit")));
        assertThat(Player.Launch.find(Player.Choice.MPV, path)).isNull();
        assertThat(Player.Launch.find(Player.Choice.AUTO, "")).isNull();
    }

    @Test
    void isGivenTheAddressAndTellsHowItEnded() throws Exception {
        Path told = folder.resolve("told");
        Path program = script("first/vlc", "echo noise; echo \"$@\" > " + told + "; exit 3");
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Player.Launch launch = new Player.Launch(program, List.of("--play-and-exit"));
        assertThat(launch.name()).isEqualTo("vlc");
        try (Player player = Player.start(launch, ADDRESS, ended::complete)) {
            assertThat(player).isNotNull();
            assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo(3);
        }
        assertThat(told).hasContent("--play-and-exit " + ADDRESS);
    }

    @Test
    void endsWithTheProgram() throws Exception {
        Path program = script("first/mpv", "echo $$ > " + folder.resolve("pid") + "; exec sleep 600");
        Player player = Player.start(new Player.Launch(program, List.of()), ADDRESS, code -> {});
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(folder.resolve("pid"))
                        && !Files.readString(folder.resolve("pid")).isBlank());
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
        player.close();
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
    }
}
