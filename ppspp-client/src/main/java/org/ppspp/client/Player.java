package org.ppspp.client;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A program that shows what is at an address. It ends by itself at the end of what it shows. */
final class Player implements AutoCloseable {
    private static final long END_SECONDS = 2;

    /** What {@code --play} takes. */
    enum Choice {
        AUTO,
        MPV,
        VLC,
        FFPLAY;

        static boolean isName(String text) {
            return Arrays.stream(values()).anyMatch(each -> each.name().equalsIgnoreCase(text));
        }
    }

    /**
     * How one player is started.
     *
     * @param program its file
     * @param options in front of the address
     */
    record Launch(Path program, List<String> options) {
        /** The player that {@code choice} means in the folders of {@code path}, or null where it is not installed. */
        static @Nullable Launch find(Choice choice, String path) {
            for (Choice each : Choice.values()) {
                Path program = each != Choice.AUTO && (choice == Choice.AUTO || choice == each) ? in(path, each) : null;
                if (program != null) {
                    return new Launch(program, options(each));
                }
            }
            return null;
        }

        String name() {
            return program.getFileName().toString();
        }

        private static @Nullable Path in(String path, Choice player) {
            String name = player.name().toLowerCase(Locale.ROOT);
            for (String folder : path.split(File.pathSeparator, -1)) {
                for (String file : List.of(name, name + ".exe")) {
                    try {
                        Path program = Path.of(folder, file);
                        if (!folder.isEmpty() && Files.isRegularFile(program) && Files.isExecutable(program)) {
                            return program;
                        }
                    } catch (InvalidPathException e) {
                        // such a folder does not exist
                    }
                }
            }
            return null;
        }

        private static List<String> options(Choice player) {
            return switch (player) {
                case VLC -> List.of("--play-and-exit");
                case FFPLAY -> List.of("-autoexit");
                case MPV, AUTO -> List.of();
            };
        }
    }

    private final Process process;

    private Player(Process process) {
        this.process = process;
    }

    /** Starts a player; {@code ended} takes its exit code on another thread. */
    static Player start(Launch launch, URI address, IntConsumer ended) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(launch.program().toString());
        command.addAll(launch.options());
        command.add(address.toString());
        // what it says is not a result of ours, and the keyboard stays the terminal's
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        var unused = process.onExit().thenAccept(gone -> ended.accept(gone.exitValue()));
        return new Player(process);
    }

    /** Ends it, within two seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
