package org.ppspp.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.NtpTime;

/**
 * How far the source of a live stream has signed, in a file: so that it goes on behind that when it starts again, and never
 * signs a chunk number twice (rule R27). It is not forced to the disk: what is lost with the power makes the stream begin anew for its
 * viewers, no more. Belongs to one thread at a time; other processes are kept out.
 */
public final class StreamPosition implements AutoCloseable {
    private static final Pattern LINE = Pattern.compile("([0-9]{19}) ([0-9a-f]{16})\n");
    private static final int LINE_BYTES = 37;

    private final Path file;
    private final FileChannel channel;
    private long lastChunk = -1;
    private long lastTime = NtpTime.UNKNOWN;

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
        if (channel.size() == 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(LINE_BYTES + 1);
        int read = 1;
        while (bytes.hasRemaining() && read > 0) {
            read = channel.read(bytes, bytes.position());
        }
        Matcher line = LINE.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1));
        if (!line.matches()) {
            throw new LocalContentException(
                    file + " is not the position of a live stream; without it the stream begins anew", null);
        }
        lastChunk = Long.parseLong(line.group(1));
        lastTime = Long.parseUnsignedLong(line.group(2), 16);
    }

    /** The last chunk that was signed, or -1. */
    public long lastChunk() {
        return lastChunk;
    }

    /** The time of its signature, 64-bit NTP time, or {@link NtpTime#UNKNOWN}. */
    public long lastTime() {
        return lastTime;
    }

    /** Notes what is signed and will be told to others. */
    public void advance(long chunk, long ntpTime) throws IOException {
        lastChunk = chunk;
        lastTime = ntpTime;
        ByteBuffer line = ByteBuffer.wrap(
                String.format(Locale.ROOT, "%019d %016x\n", chunk, ntpTime).getBytes(StandardCharsets.US_ASCII));
        while (line.hasRemaining()) {
            channel.write(line, line.position());
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
