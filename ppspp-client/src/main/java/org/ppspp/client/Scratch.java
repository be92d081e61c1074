package org.ppspp.client;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A folder of this run alone, for content that is to lie nowhere afterwards. Only its owner can look into it. */
final class Scratch implements AutoCloseable {
    private final Path folder;

    private Scratch(Path folder) {
        this.folder = folder;
    }

    /** Makes one where the environment's {@code TMPDIR} says, or where the system has its temporary files. */
    static Scratch create(Map<String, String> environment) throws IOException {
        String named = environment.getOrDefault("TMPDIR", "");
        return new Scratch(
                named.isEmpty()
                        ? Files.createTempDirectory("ppspp-")
                        : Files.createTempDirectory(Path.of(named), "ppspp-"));
    }

    Path folder() {
        return folder;
    }

    /** Deletes it with all that is in it. */
    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
