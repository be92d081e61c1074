package org.ppspp.client;

import org.ppspp.TransferSnapshot;
import org.ppspp.engine.SwarmSnapshot;

/** The statistics line of PyPPSPP's log, for scripts that search logs for it. */
final class StatsLine {
    private StatsLine() {}

    static String of(TransferSnapshot snapshot) {
        SwarmSnapshot swarm = snapshot.swarm();
        long missing = swarm.chunkCount() < 0 ? 0 : swarm.chunkCount() - swarm.verifiedChunks();
        double chunkSize = swarm.verifiedChunks() == 0 ? 0 : (double) swarm.verifiedBytes() / swarm.verifiedChunks();
        return "# Have/Missing " + swarm.verifiedChunks() + '/' + missing
                + "; Down ch/s: " + (chunkSize == 0 ? 0 : Math.round(snapshot.downBytesPerSecond() / chunkSize))
                + "; Speed up/down: " + Math.round(snapshot.upBytesPerSecond())
                + '/' + Math.round(snapshot.downBytesPerSecond())
                + " Bps; Members Known/Valid: " + swarm.knownAddresses() + '/' + snapshot.peers();
    }
}
