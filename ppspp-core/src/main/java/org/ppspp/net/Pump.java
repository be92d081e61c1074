package org.ppspp.net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.Transmit;
import org.ppspp.wire.TransportAddress;

/** Carries what an engine puts out to where it belongs, a bounded amount at a time. Used on the loop's thread. */
final class Pump {
    /** Bounds of one round, so that no part starves the others; 64 runs are up to 4 MiB. */
    private static final int MAX_RUNS = 64;

    private static final int MAX_JOBS = 1024;
    private static final int MAX_EVENTS = 1024;

    /** Closing handshakes for more channels than an engine has. */
    private static final int MAX_FAREWELL_ROUNDS = 256;

    private final Engine engine;
    private final JobRunner jobs;
    private final Consumer<EngineEvent> events;
    private final PeerSockets sockets;
    private final Outlet outlet;
    private final Deque<TransportAddress> disconnects = new ArrayDeque<>();
    private long jobsUnanswered;

    Pump(Engine engine, JobRunner jobs, Consumer<EngineEvent> events, PeerSockets sockets) {
        this.engine = engine;
        this.jobs = jobs;
        this.events = events;
        this.sockets = sockets;
        outlet = new Outlet(sockets.udp(), sockets.tcp());
    }

    Engine engine() {
        return engine;
    }

    void completed(long now, StorageResult result) {
        jobsUnanswered--;
        engine.completed(now, result);
    }

    long jobsUnanswered() {
        return jobsUnanswered;
    }

    /** One round of everything, jobs last because sending asks for reads. True if there is more to do at once. */
    boolean run(long now) {
        boolean moreToSend = send(now);
        return handOver() || moreToSend;
    }

    /** One round of jobs and events only. True if there is more to do at once. */
    boolean handOver() {
        boolean moreJobs = handOutJobs();
        return handOutEvents() || moreJobs;
    }

    /** Leaves all swarms and sends what that takes. Only to be called with no job unanswered, and as the last. */
    void farewell(long now) {
        engine.close(now);
        boolean more = true;
        for (int round = 0; more && round < MAX_FAREWELL_ROUNDS; round++) {
            boolean moreEvents = handOutEvents();
            more = send(now) || moreEvents;
        }
    }

    void release() {
        outlet.release();
    }

    private boolean handOutJobs() {
        for (int i = 0; i < MAX_JOBS; i++) {
            StorageJob job = engine.nextJob();
            if (job == null) {
                return false;
            }
            jobsUnanswered++;
            jobs.submit(job);
        }
        return true;
    }

    private boolean handOutEvents() {
        for (int i = 0; i < MAX_EVENTS; i++) {
            EngineEvent event = engine.nextEvent();
            if (event == null) {
                return false;
            }
            if (event instanceof EngineEvent.Disconnect disconnect) {
                disconnects.add(disconnect.address());
            } else {
                events.accept(event);
            }
        }
        return true;
    }

    /** False when the engine has no more to send, and when the sockets take no more: they will say when they do again. */
    private boolean send(long now) {
        for (int run = 0; run < MAX_RUNS; run++) {
            if (!outlet.open()) {
                outlet.flush();
                return false;
            }
            Transmit transmit = engine.transmit(now, outlet.buffer(), UdpTransport.MAX_SEGMENTS);
            if (transmit == null) {
                outlet.flush();
                disconnect();
                return false;
            }
            outlet.send(transmit);
        }
        outlet.flush();
        return true;
    }

    /** Only with nothing left to send, lest a last message opens the connection again. */
    private void disconnect() {
        for (TransportAddress address = disconnects.poll(); address != null; address = disconnects.poll()) {
            sockets.tcp().disconnect(address);
        }
    }
}
