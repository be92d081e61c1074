package org.ppspp.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.ppspp.LiveStatus;
import org.ppspp.Summary;
import org.ppspp.TransferRequest;
import org.ppspp.TransferSnapshot;
import org.ppspp.engine.SwarmMetadata;

/** What happens as JSON objects, one a line, for programs. Each has {@code event} and {@code time} (seconds since 1970). */
final class JsonReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonReport() {}

    static String start(Instant time, Plan plan, int port) {
        SwarmMetadata metadata = plan.request().metadata();
        ObjectNode node = event("start", time);
        node.put("version", ClientCommand.Version.number());
        node.put("pid", ProcessHandle.current().pid());
        node.put("swarm", metadata.swarmId().toString());
        node.put(
                "file",
                plan.request() instanceof TransferRequest file ? file.target().toString() : null);
        node.put("live", plan.live());
        if (plan.link() != null) {
            node.put("link", plan.link());
        }
        node.put("port", port);
        node.put("chunk_size", metadata.chunkSizeBytes());
        node.put("bytes", metadata.contentLengthBytes());
        node.put("identifier", plan.identifier());
        return node.toString();
    }

    static String gateway(Instant time, Watching watching) {
        ObjectNode node = event("gateway", time);
        node.put("page", watching.page().toString());
        node.put("content", watching.content().toString());
        if (watching.playlist() != null) {
            node.put("hls", String.valueOf(watching.playlist()));
        }
        return node.toString();
    }

    /** {@code change} is connected, lost or banned. */
    static String peer(Instant time, String change, String address, String reason) {
        ObjectNode node = event("peer", time);
        node.put("change", change);
        node.put("address", address);
        if (!reason.isEmpty()) {
            node.put("reason", reason);
        }
        return node.toString();
    }

    /** {@code frames} are the figures of a player of PyPPSPP's frames, if there are any. */
    static String progress(Instant time, TransferSnapshot snapshot, Map<String, Number> frames) {
        ObjectNode node = event("progress", time);
        node.put("state", snapshot.state().name().toLowerCase(Locale.ROOT));
        node.put("verified_bytes", snapshot.swarm().verifiedBytes());
        node.put(
                "bytes",
                snapshot.swarm().contentLengthBytes() < 0
                        ? null
                        : snapshot.swarm().contentLengthBytes());
        node.put("received_bytes", snapshot.swarm().receivedBytes());
        node.put("sent_bytes", snapshot.swarm().sentBytes());
        node.put("down_bytes_per_second", Math.round(snapshot.downBytesPerSecond()));
        node.put("up_bytes_per_second", Math.round(snapshot.upBytesPerSecond()));
        node.put("peers", snapshot.peers());
        node.put("seeds", snapshot.seeds());
        node.put("known_peers", snapshot.swarm().knownAddresses());
        node.put("eta_seconds", snapshot.etaSeconds() < 0 ? null : snapshot.etaSeconds());
        LiveStatus live = snapshot.live();
        if (live != null) {
            node.put("delay_seconds", rounded(live.delaySeconds()));
            node.put("buffer_seconds", rounded(live.bufferSeconds()));
            node.put("stream_bytes_per_second", Math.round(live.bytesPerSecond()));
            node.put("lost_chunks", live.lostChunks());
        }
        if (!frames.isEmpty()) {
            node.set("content_consumer", JSON.valueToTree(frames));
        }
        if (snapshot.checkBytes() > 0) {
            node.put("checked_bytes", snapshot.checkedBytes());
            node.put("check_bytes", snapshot.checkBytes());
        }
        return node.toString();
    }

    private static double rounded(double seconds) {
        return Math.round(seconds * 1e3) / 1e3;
    }

    static String complete(Instant time, Summary summary) {
        return results(event("complete", time), summary).toString();
    }

    static String error(Instant time, ExitCode code, String message) {
        ObjectNode node = event("error", time);
        node.put("exit", code.status());
        node.put("message", message);
        return node.toString();
    }

    static String summary(Instant time, Summary summary, ExitCode code) {
        ObjectNode node = results(event("summary", time), summary);
        node.put("exit", code.status());
        return node.toString();
    }

    private static ObjectNode results(ObjectNode node, Summary summary) {
        node.put("complete", summary.complete());
        node.put("swarm", summary.metadata().swarmId().toString());
        node.put("file", summary.file() == null ? null : summary.file().toString());
        node.put("bytes", summary.metadata().contentLengthBytes());
        node.put("seconds", summary.elapsed().toMillis() / 1e3);
        node.put("downloaded_bytes", summary.downloadedBytes());
        node.put("uploaded_bytes", summary.uploadedBytes());
        node.put("bytes_per_second", Math.round(summary.averageBytesPerSecond()));
        node.put("peers", summary.peers());
        node.put("refused_chunks", summary.refusedChunks());
        node.put("duplicate_chunks", summary.duplicateChunks());
        LiveStatus live = summary.live();
        if (live != null) {
            node.put("lost_chunks", live.lostChunks());
        }
        return node;
    }

    private static ObjectNode event(String name, Instant time) {
        ObjectNode node = JSON.createObjectNode();
        node.put("event", name);
        node.put("time", BigDecimal.valueOf(time.toEpochMilli(), 3));
        return node;
    }
}
