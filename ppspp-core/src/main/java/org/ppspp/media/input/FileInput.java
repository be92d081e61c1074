package org.ppspp.media.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.ppspp.media.ChunkCutter;
import org.ppspp.media.TsClock;
import org.ppspp.media.TsPackets;

/** A file as if it were live: a transport stream by its own clock, anything else at a given rate. */
final class FileInput implements LiveInput {
    /** A transport stream tells the time every tenth of a second, so this is plenty. */
    private static final int PROBE_BYTES = 4 << 20;

    /** So many bytes are sent at once: as encoders send them over UDP. */
    private static final int BLOCK_BYTES = 7 * TsPackets.PACKET_BYTES;

    private static final int BUFFER_BYTES = 256 << 10;
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    /** A clock that leaps further has been set anew. */
    private static final long MAX_LEAP_TICKS = 2 * TsClock.HERTZ;

    private final Path file;
    private final InputSettings settings;
    private final Lifetime lifetime = new Lifetime();
    private final Pace pace;

    FileInput(Path file, InputSettings settings) {
        this.file = file;
        this.settings = settings;
        pace = lifetime;
    }

    /** With another time. */
    FileInput(Path file, InputSettings settings, Pace pace) {
        this.file = file;
        this.settings = settings;
        this.pace = pace;
    }

    @Override
    public int chunkSizeBytes() {
        return ChunkCutter.TS_CHUNK_BYTES;
    }

    @Override
    public void open() throws IOException {
        try {
            if (Files.isDirectory(file)) {
                throw new IOException("is a folder");
            }
            if (!Files.isReadable(file)) {
                throw new IOException(Files.exists(file) ? "cannot be read" : "no such file");
            }
            if (Files.isRegularFile(file) && Files.size(file) == 0) {
                throw new IOException("is empty");
            }
            if (settings.bytesPerSecond() == 0 && Files.isRegularFile(file) && !hasClock()) {
                throw new IOException("is no MPEG transport stream and so has no clock: say how fast with --input-rate,"
                        + " or convert it with ffmpeg -i FILE -c copy -f mpegts");
            }
        } catch (IOException e) {
            throw new IOException(file + ": " + Reason.of(e), e);
        }
    }

    @Override
    public void run(Sink sink) throws IOException, InterruptedException {
        do {
            if (!once(sink)) {
                return;
            }
            if (settings.loop()) {
                sink.restarted();
            }
        } while (settings.loop());
    }

    /** Whether it came to its end. */
    private boolean once(Sink sink) throws IOException, InterruptedException {
        try (InputStream in = Files.newInputStream(file)) {
            if (!Files.isRegularFile(file)) {
                // A named pipe cannot be asked what there is to read, as a buffered stream would.
                return pass(in, sink);
            }
            InputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
            return settings.bytesPerSecond() > 0 ? byRate(buffered, sink) : byClock(buffered, sink);
        }
    }

    @Override
    public void close() {
        lifetime.end();
    }

    private boolean hasClock() throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            TsClock clock = new TsClock();
            byte[] block = new byte[BLOCK_BYTES];
            for (int read = 0; read < PROBE_BYTES && clock.ticks() == TsClock.UNKNOWN; ) {
                int length = in.read(block);
                if (length < 0) {
                    return false;
                }
                clock.accept(block, 0, length);
                read += length;
            }
            return clock.ticks() != TsClock.UNKNOWN;
        }
    }

    /** A pipe has its own pace. */
    private boolean pass(InputStream in, Sink sink) throws IOException, InterruptedException {
        byte[] block = new byte[BUFFER_BYTES];
        for (int length = in.read(block); length >= 0; length = in.read(block)) {
            if (lifetime.over()) {
                return false;
            }
            sink.accept(block, 0, length);
        }
        return true;
    }

    private boolean byRate(InputStream in, Sink sink) throws IOException, InterruptedException {
        byte[] block = new byte[BLOCK_BYTES];
        long due = pace.nanos();
        for (int length = in.read(block); length >= 0; length = in.read(block)) {
            if (!pace.until(due)) {
                return false;
            }
            sink.accept(block, 0, length);
            due += length * SECOND_NANOS / settings.bytesPerSecond();
        }
        return pace.until(due);
    }

    private boolean byClock(InputStream in, Sink sink) throws IOException, InterruptedException {
        TsClock clock = new TsClock();
        byte[] block = new byte[BLOCK_BYTES];
        long due = pace.nanos();
        long last = TsClock.UNKNOWN;
        for (int length = in.readNBytes(block, 0, block.length);
                length > 0;
                length = in.readNBytes(block, 0, block.length)) {
            clock.accept(block, 0, length);
            long ticks = clock.ticks();
            long leap = last == TsClock.UNKNOWN ? 0 : Math.floorMod(ticks - last, TsClock.MODULUS);
            // Between two readings nothing is known, and what comes there leaves with the next.
            due += leap <= MAX_LEAP_TICKS ? leap * 1_000 / 27 : 0;
            last = ticks;
            if (!pace.until(due)) {
                return false;
            }
            sink.accept(block, 0, length);
        }
        return true;
    }
}
