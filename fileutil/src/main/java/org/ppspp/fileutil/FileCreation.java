package org.ppspp.fileutil;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.ppspp.Sizes;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a file of random bytes: all of it or nothing. */
final class FileCreation {
    private static final Logger LOG = LoggerFactory.getLogger(FileCreation.class);
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path file;
    private final boolean overwrite;
    private final Progress progress;

    FileCreation(Path file, boolean overwrite, Progress progress) {
        this.file = file;
        this.overwrite = overwrite;
        this.progress = progress;
    }

    void run(long sizeBytes, long seed) throws Failure {
        check(sizeBytes);
        // What has the name stays until the new file is whole, and a signal must not leave half a file under it.
        Path unfinished = file.resolveSibling(file.getFileName() + ".tmp-" + UUID.randomUUID());
        unfinished.toFile().deleteOnExit();
        try {
            write(unfinished, sizeBytes, new RandomContent(seed));
            publish(unfinished);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            deleteQuietly(unfinished);
        }
    }

    private void check(long sizeBytes) throws Failure {
        if (Files.isDirectory(file)) {
            throw new Failure(ExitCode.LOCAL_FILE, file + " is a folder: name a file");
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            if (!overwrite) {
                throw new Failure(
                        ExitCode.LOCAL_FILE, file + " exists: choose another name, or replace it with --overwrite");
            }
            if (!Files.isRegularFile(file)) {
                throw new Failure(ExitCode.LOCAL_FILE, file + " is not a regular file: name another one");
            }
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new Failure(ExitCode.LOCAL_FILE, "the folder " + folder + " does not exist: create it first");
        }
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < sizeBytes) {
                throw new Failure(
                        ExitCode.LOCAL_FILE,
                        "no space for " + file + ": it needs " + Sizes.format(sizeBytes) + ", there is "
                                + Sizes.format(free));
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void write(Path target, long sizeBytes, RandomContent content) throws IOException {
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            for (long at = 0; at < sizeBytes; at += BUFFER_BYTES) {
                content.fill(buffer.clear(), at);
                buffer.limit((int) Math.min(BUFFER_BYTES, sizeBytes - at));
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                progress.report(Math.min(at + BUFFER_BYTES, sizeBytes), sizeBytes);
            }
        }
    }

    private void publish(Path whole) throws IOException, Failure {
        if (overwrite) {
            Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        try {
            Files.move(whole, file);
        } catch (FileAlreadyExistsException e) {
            throw new Failure(ExitCode.LOCAL_FILE, file + " has been made by somebody else: choose another name");
        }
    }

    private static void deleteQuietly(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", unfinished, LocalContentException.reason(e));
        }
    }

    private Failure failed(IOException cause) {
        return new Failure(ExitCode.LOCAL_FILE, "cannot write " + file + ": " + LocalContentException.reason(cause));
    }
}
