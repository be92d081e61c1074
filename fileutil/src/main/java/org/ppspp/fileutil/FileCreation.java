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
import org.ppspp.media.TalkingHead;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a file: all of it or nothing. */
final class FileCreation {
    private static final Logger LOG = LoggerFactory.getLogger(FileCreation.class);
    private static final int BUFFER_BYTES = 1 << 20;

    /** What goes into the file. */
    private interface Content {
        void write(FileChannel channel) throws IOException;
    }

    private final Path file;
    private final boolean overwrite;
    private final Progress progress;

    FileCreation(Path file, boolean overwrite, Progress progress) {
        this.file = file;
        this.overwrite = overwrite;
        this.progress = progress;
    }

    /** Makes the file of random bytes. */
    void run(long sizeBytes, long seed) throws Failure {
        RandomContent content = new RandomContent(seed);
        run(sizeBytes, channel -> write(channel, sizeBytes, content));
    }

    /** Makes the file of so many frames of a video. */
    void run(TalkingHead video, long frames) throws Failure {
        long sizeBytes = video.sizeBytes(frames);
        run(sizeBytes, channel -> write(channel, sizeBytes, video, frames));
    }

    private void run(long sizeBytes, Content content) throws Failure {
        check(sizeBytes);
        // What has the name stays until the new file is whole, and a signal must not leave half a file under it.
        Path unfinished = file.resolveSibling(file.getFileName() + ".tmp-" + UUID.randomUUID());
        unfinished.toFile().deleteOnExit();
        try {
            try (FileChannel channel =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.write(channel);
            }
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

    private void write(FileChannel channel, long sizeBytes, RandomContent content) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        for (long at = 0; at < sizeBytes; at += BUFFER_BYTES) {
            content.fill(buffer.clear(), at);
            buffer.limit((int) Math.min(BUFFER_BYTES, sizeBytes - at));
            writeAll(channel, buffer);
            progress.report(Math.min(at + BUFFER_BYTES, sizeBytes), sizeBytes);
        }
    }

    private void write(FileChannel channel, long sizeBytes, TalkingHead video, long frames) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        for (long frame = 0; frame < frames; frame++) {
            for (byte[] chunk : video.chunks(frame)) {
                if (buffer.remaining() < chunk.length) {
                    writeAll(channel, buffer.flip());
                    buffer.clear();
                    progress.report(channel.position(), sizeBytes);
                }
                buffer.put(chunk);
            }
        }
        writeAll(channel, buffer.flip());
        progress.report(sizeBytes, sizeBytes);
    }

    private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
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
