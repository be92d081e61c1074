package org.ppspp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.LiveSnapshot;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.StreamMemory;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.SwarmId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps how far a stream is seen, for the next run. Where that cannot be kept, the user is told once, and the stream is watched all
 * the same. Its methods may be called from any thread.
 */
final class SeenStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SeenStream.class);

    /** What a viewer that is killed forgets at the most. */
    private static final long PERIOD_MILLIS = 2_000;

    private static final long SECOND_MICROS = 1_000_000;

    /** So far ahead of the clock no source signs (rule R27). */
    private static final long MAX_AHEAD_MICROS = 10 * SECOND_MICROS;

    private final PeerParts parts;
    private final SwarmId swarm;
    private final List<String> notices = new ArrayList<>();

    // From here on guarded by this.
    private @Nullable StreamMemory memory;
    private @Nullable Future<?> noting;
    private @Nullable LiveSnapshot latest;

    SeenStream(PeerParts parts, SwarmId swarm) {
        this.parts = parts;
        this.swarm = swarm;
    }

    /** What was seen of the stream before: 64-bit NTP time, or {@link NtpTime#UNKNOWN}. A null folder remembers nothing. */
    synchronized long open(@Nullable Path folder, long ntpNow) {
        if (folder == null) {
            return NtpTime.UNKNOWN;
        }
        try {
            StreamMemory opened = StreamMemory.open(folder, swarm);
            memory = opened;
            long before = opened.lastTime();
            long ahead = before == NtpTime.UNKNOWN ? 0 : NtpTime.microsBetween(ntpNow, before);
            if (ahead > MAX_AHEAD_MICROS) {
                notices.add("this stream was seen with times " + ahead / SECOND_MICROS
                        + " s ahead of the clock here, and nothing older is shown; if the clock is right, remove "
                        + opened.file());
            }
            return before;
        } catch (LocalContentException e) {
            notices.add("how far this stream is seen will not be remembered: " + e.getMessage());
            return NtpTime.UNKNOWN;
        }
    }

    /** What the user should know after {@link #open}. */
    synchronized List<String> notices() {
        return List.copyOf(notices);
    }

    /** Notes every now and then how far it has got. */
    synchronized void start() {
        if (memory != null) {
            noting = parts.thread()
                    .scheduleWithFixedDelay(
                            () -> parts.blocking().execute(this::note),
                            PERIOD_MILLIS,
                            PERIOD_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** How the stream stands. */
    synchronized void seen(LiveSnapshot live) {
        latest = live;
    }

    private synchronized void note() {
        StreamMemory open = memory;
        LiveSnapshot live = latest;
        if (open == null || live == null) {
            return;
        }
        try {
            open.advance(live.edge(), live.latestTime());
        } catch (IOException e) {
            LOG.warn(
                    "swarm={} how far it is seen is no longer remembered: {}: {}",
                    swarm,
                    open.file(),
                    LocalContentException.reason(e));
            shut();
        }
    }

    private void shut() {
        if (noting != null) {
            noting.cancel(false);
        }
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }

    @Override
    public synchronized void close() {
        note();
        shut();
    }
}
