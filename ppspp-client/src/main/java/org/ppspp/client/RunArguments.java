package org.ppspp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
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
        values.put("live", plan.live());
        values.put("livesrc", command.live.source);
        Long window = plan.request().metadata().discardWindowChunks();
        if (window != null) {
            values.put("discardwnd", window == Converters.Window.KEEPS_ALL ? Converters.Window.text(window) : window);
        }
        values.put("vod", command.play.vod);
        values.put("skip", command.play.skipChunks > 0);
        values.put("buffsz", command.play.bufferChunks);
        values.put("dlfwd", command.play.aheadChunks);
        if (command.network.numPeers != null) {
            values.put("numpeers", command.network.numPeers);
        }
        values.put("identifier", plan.identifier());
        values.put("tcp", plan.request().transport() == TransportPolicy.TCP);
        values.put("alto", command.network.alto);
        if (command.network.altoServer != null) {
            values.put("altoserver", command.network.altoServer);
        }
        if (command.network.altoCostType != null) {
            values.put("altocosttype", command.network.altoCostType);
        }
        values.put("workdir", transfer.workdir == null ? "" : transfer.workdir.toString());
        values.put("result_id", hostName() + '_' + Instant.now().getEpochSecond());
        Path resultsFile = plan.resultsFile();
        Path folder = resultsFile == null ? null : resultsFile.toAbsolutePath().getParent();
        values.put("output_dir", folder == null ? "" : folder.toString());
        return values;
    }

    /** Java finds it by way of the resolver, which takes many seconds where no name server answers; Linux just says it. */
    private static String hostName() {
        Path told = Path.of("/proc/sys/kernel/hostname");
        try {
            return Files.isReadable(told)
                    ? Files.readString(told).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
