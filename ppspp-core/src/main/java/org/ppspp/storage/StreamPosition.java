package org.ppspp.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.NtpTime;

/**
 * How far the source of a live stream has signed, in a file: so that it goes on behind that when it starts again, and never
 * signs a chunk number twice (rule R27). It is not forced to the disk: what is lost with the power makes the stream begin anew for its
 * viewers, no more. Belongs to one thread at a time; other processes are kept out.
 */
public final class StreamPosition implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private StreamMark last = StreamMark.NONE;

    private StreamPosition(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the file, which is made if it is not there.
     *
     * @throws LocalContentException if it cannot be used, has something else in it, or another process has it
     */
    public static StreamPosition open(Path file) throws LocalContentException {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            StreamPosition position = new StreamPosition(file, channel);
            position.lock();
            position.read();
            return position;
        } catch (IOException e) {
            close(channel);
            throw LocalContentException.of("cannot use", file, e);
        }
    }

    private static void close(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing was written.
            return;
        }
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new LocalContentException("another source of this stream is running: it has " + file, null);
        }
    }

    private void read() throws IOException {
        StreamMark mark = StreamMark.read(channel);
        if (mark == null) {
            throw new LocalContentException(
                    file + " is not the position of a live stream; without it the stream begins anew", null);
        }
        last = mark;
    }

    /** The last chunk that was signed, or -1. */
    public long lastChunk() {
        return last.chunk();
    }

    /** The time of its signature, 64-bit NTP time, or {@link NtpTime#UNKNOWN}. */
    public long lastTime() {
        return last.ntpTime();
    }

    /** Notes what is signed and will be told to others. */
    public void advance(long chunk, long ntpTime) throws IOException {
        last = new StreamMark(chunk, ntpTime);
        last.write(channel);
    }

    @Override
    public void close() {
        close(channel);
    }
}
