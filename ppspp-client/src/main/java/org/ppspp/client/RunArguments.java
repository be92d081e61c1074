package org.ppspp.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ppspp.TransportPolicy;

/** The options of a run under PyPPSPP's names, as the results file keeps them. */
final class RunArguments {
    private RunArguments() {}

    static Map<String, Object> of(Arguments arguments, Plan plan) {
        ClientCommand command = arguments.command();
        TransferOptions transfer = command.transfer;
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(
                "tracker",
                transfer.trackers.isEmpty() ? "" : transfer.trackers.get(0).toString());
        values.put("filename", transfer.filename == null ? "" : transfer.filename);
        values.put("swarmid", String.valueOf(arguments.swarm()));
        if (transfer.filesize != null) {
            values.put("filesize", transfer.filesize);
        }
        values.put("live", false);
        values.put("livesrc", false);
        values.put("vod", false);
        if (command.network.numPeers != null) {
            values.put("numpeers", command.network.numPeers);
        }
        values.put("identifier", plan.identifier());
        values.put("tcp", plan.request().transport() == TransportPolicy.TCP);
        values.put("workdir", transfer.workdir == null ? "" : transfer.workdir.toString());
        values.put("result_id", hostName() + '_' + Instant.now().getEpochSecond());
        Path resultsFile = plan.resultsFile();
        Path folder = resultsFile == null ? null : resultsFile.toAbsolutePath().getParent();
        values.put("output_dir", folder == null ? "" : folder.toString());
        return values;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
