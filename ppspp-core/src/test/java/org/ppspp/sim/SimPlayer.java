package org.ppspp.sim;

import java.util.List;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.picker.PlayWindow;

/**
 * A player at a simulated peer: reads ahead as far as its buffer goes, begins to play when it has two seconds, and consumes at
 * the content's rate.
 */
final class SimPlayer {
    private static final long SECOND = 1_000_000_000L;
    private static final long TICK = SECOND / 100;
    private static final long INITIAL_BUFFER_SECONDS = 2;

    private final Simulation simulation;
    private final SimPeer peer;
    private final ContentLayout layout;
    private final long bytesPerSecond;
    private final long bufferBytes;
    private final long urgentChunks;

    private long readBytes;
    private double playedBytes;
    private boolean playing;
    private long soughtAt;
    private long firstDataAt = -1;
    private long playingSince = -1;
    private int rebuffered;
    private boolean closed;

    /** Plays from the beginning, with a buffer of its own of so many bytes. */
    SimPlayer(Simulation simulation, SimPeer peer, ContentLayout layout, long bytesPerSecond, long bufferBytes) {
        this.simulation = simulation;
        this.peer = peer;
        this.layout = layout;
        this.bytesPerSecond = bytesPerSecond;
        this.bufferBytes = bufferBytes;
        this.urgentChunks = Math.max(500, 4 * bytesPerSecond / layout.chunkSizeBytes());
        seek(0);
        tick();
    }

    void seek(long position) {
        readBytes = position;
        playedBytes = position;
        playing = false;
        soughtAt = simulation.now();
        firstDataAt = -1;
        playingSince = -1;
        tellPeer();
    }

    private void tellPeer() {
        peer.seek(List.of(new PlayWindow(readBytes / layout.chunkSizeBytes(), urgentChunks, PlayWindow.UNLIMITED)));
    }

    private void tick() {
        if (closed) {
            return;
        }
        read();
        play();
        simulation.after(TICK, this::tick);
    }

    private void read() {
        long before = readBytes;
        while (readBytes < layout.lengthBytes()
                && readBytes - playedBytes < bufferBytes
                && peer.disk().holds(readBytes / layout.chunkSizeBytes())) {
            long chunk = readBytes / layout.chunkSizeBytes();
            readBytes = layout.offset(chunk) + layout.size(chunk);
        }
        if (readBytes > before) {
            firstDataAt = firstDataAt < 0 ? simulation.now() : firstDataAt;
            tellPeer();
        }
    }

    private void play() {
        boolean all = readBytes == layout.lengthBytes();
        if (!playing) {
            playing = all || readBytes - playedBytes >= Math.min(bufferBytes, INITIAL_BUFFER_SECONDS * bytesPerSecond);
            playingSince = playing && playingSince < 0 ? simulation.now() : playingSince;
            return;
        }
        playedBytes = Math.min((double) readBytes, playedBytes + bytesPerSecond * (TICK / (double) SECOND));
        if (playedBytes >= readBytes && !all) {
            playing = false;
            rebuffered++;
        }
    }

    boolean ended() {
        return playedBytes >= layout.lengthBytes();
    }

    /** How often it ran dry and had to wait. */
    int rebuffered() {
        return rebuffered;
    }

    boolean started() {
        return playingSince >= 0;
    }

    /** Nanoseconds from the last seek to its first data. */
    long firstDataNanos() {
        return firstDataAt < 0 ? Long.MAX_VALUE : firstDataAt - soughtAt;
    }

    /** Nanoseconds from the last seek to playing. */
    long startNanos() {
        return playingSince < 0 ? Long.MAX_VALUE : playingSince - soughtAt;
    }

    void close() {
        closed = true;
    }
}
