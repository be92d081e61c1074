package org.ppspp.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmSnapshot;

/** The statistics of one run as one JSON object, with the keys that evaluation scripts for PyPPSPP read. */
final class ResultsFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One run. Times are seconds since 1970.
     *
     * @param arguments the options as they were given, by PyPPSPP's names
     * @param startSource whether the content was complete from the start
     * @param contentStart when downloading began
     * @param contentEnd when the content was complete, or null
     * @param frames the figures of a player of PyPPSPP's frames, none where there was no such player
     */
    record Run(
            Map<String, Object> arguments,
            BigDecimal start,
            BigDecimal end,
            boolean startSource,
            BigDecimal contentStart,
            @Nullable BigDecimal contentEnd,
            Map<String, Number> frames,
            ExitCode code) {}

    private ResultsFile() {}

    static ObjectNode of(Run run, SwarmSnapshot snapshot, Collection<PeerTotals.Total> peers) {
        ObjectNode root = JSON.createObjectNode();
        root.put("data_tx", snapshot.wireSentBytes());
        root.put("data_rx", snapshot.wireReceivedBytes());
        root.put("live", snapshot.live() != null);
        root.put("live_src", Boolean.TRUE.equals(run.arguments().get("livesrc")));
        root.put("file_ts_start", run.contentStart());
        root.put("file_ts_end", run.contentEnd());
        root.put("start_source", run.startSource());
        root.put("start_time", run.start());
        root.put("close_time", run.end());
        root.set("run_args", JSON.valueToTree(run.arguments()));
        ObjectNode members = root.putObject("member_stats");
        int number = 0;
        for (PeerTotals.Total peer : peers) {
            ObjectNode member = members.putObject("peer_" + number++);
            member.put("total_data_tx", peer.sentBytes());
            member.put("total_data_rx", peer.receivedBytes());
            member.put("peer_ip", peer.address().socket().getAddress().getHostAddress());
            member.put("peer_port", peer.address().socket().getPort());
            member.put("peer_id", peer.address().toString());
            member.put("msg_data_rx", peer.receivedBytes());
        }
        root.put("rx_discarded", snapshot.duplicateChunks() + snapshot.refusedChunks());
        if (!run.frames().isEmpty()) {
            root.set("content_consumer", JSON.valueToTree(run.frames()));
        }
        root.put("exit_code", run.code().status());
        return root;
    }

    /** Whether {@link #write} has what it needs, to be known before the run. */
    static boolean canWrite(Path file) {
        if (!isReplaced(file)) {
            return Files.isWritable(file) && !Files.isDirectory(file);
        }
        try {
            Path folder = place(file).getParent();
            return folder != null && Files.isWritable(folder);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Replaces {@code file} as a whole, so that a reader never sees half of it. A link goes on pointing where it does, and
     * what is there but no file, such as a pipe, is written to.
     */
    static void write(Path file, ObjectNode results) throws IOException {
        String text = results.toString() + '\n';
        if (isReplaced(file)) {
            Path place = place(file);
            Path beside = place.resolveSibling(place.getFileName() + ".new");
            Files.writeString(beside, text);
            Files.move(beside, place, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.writeString(file, text);
        }
    }

    private static boolean isReplaced(Path file) {
        return Files.isRegularFile(file) || Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static Path place(Path file) throws IOException {
        return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    }
}
