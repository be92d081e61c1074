package org.ppspp.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.Coverage;
import org.ppspp.LiveStatus;
import org.ppspp.Playable;

/** How everything stands, as the page reads it. What is not known is null. */
final class StatusJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_PEERS = 200;

    private StatusJson() {}

    /** Time is in milliseconds since 1970; one line. */
    static byte[] of(long timeMillis, int viewers, List<ServedContent> contents) {
        ObjectNode root = JSON.createObjectNode();
        root.put("time", timeMillis);
        root.put("viewers", viewers);
        ArrayNode all = root.putArray("contents");
        for (ServedContent content : contents) {
            put(all.addObject(), content);
        }
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree of values", e);
        }
    }

    private static void put(ObjectNode node, ServedContent content) {
        ContentStatus status = content.status();
        Playable playable = content.playable();
        node.put("name", content.name());
        node.put("swarm", status.swarm());
        node.put("state", status.state());
        node.put("live", playable.live());
        node.put("type", content.typeIfKnown());
        node.put("url", content.path());
        node.put("hls", content.playlistPath());
        known(node, "length", playable.lengthBytes());
        node.put("verified_bytes", status.verifiedBytes());
        node.put("unproven_bytes", status.unprovenBytes());
        node.put("verified_chunks", status.verifiedChunks());
        node.put("refused_chunks", status.refusedChunks());
        node.put("duplicate_chunks", status.duplicateChunks());
        node.put("down_bytes_per_second", Math.round(status.downBytesPerSecond()));
        node.put("up_bytes_per_second", Math.round(status.upBytesPerSecond()));
        node.put("received_bytes", status.receivedBytes());
        node.put("sent_bytes", status.sentBytes());
        known(node, "eta_seconds", status.etaSeconds());
        put(node, status.coverage());
        put(node.putObject("stream"), status.live());
        if (!status.consumer().isEmpty()) {
            node.set("content_consumer", JSON.valueToTree(status.consumer()));
        }
        node.put("known_peers", status.knownPeers());
        node.put("connected_peers", status.peers().size());
        ArrayNode peers = node.putArray("peers");
        status.peers().stream().limit(MAX_PEERS).forEach(peer -> put(peers.addObject(), peer));
    }

    private static void put(ObjectNode node, Coverage coverage) {
        node.put("cells", coverage.cells());
        known(node, "playing_cell", coverage.playingCell());
        known(node, "ahead_bytes", coverage.aheadBytes());
    }

    /** Empty where it is no live stream. */
    private static void put(ObjectNode node, @Nullable LiveStatus live) {
        if (live == null) {
            return;
        }
        node.put("signed", live.signed());
        if (live.bytesPerSecond() > 0) {
            node.put("delay_seconds", live.delaySeconds());
            node.put("buffer_seconds", live.bufferSeconds());
            node.put("bytes_per_second", Math.round(live.bytesPerSecond()));
        }
        node.put("lost_chunks", live.lostChunks());
    }

    private static void put(ObjectNode node, ContentStatus.PeerStatus peer) {
        node.put("address", peer.address());
        node.put("dialect", peer.dialect());
        node.put("complete", peer.complete());
        node.put("received_bytes", peer.receivedBytes());
        node.put("sent_bytes", peer.sentBytes());
        known(node, "rtt_ms", peer.rttMillis());
        node.put("outstanding_chunks", peer.outstandingChunks());
        node.put("lost_datagrams", peer.lostDatagrams());
    }

    private static void known(ObjectNode node, String field, long value) {
        node.put(field, value < 0 ? null : value);
    }

    private static void known(ObjectNode node, String field, double value) {
        node.put(field, value < 0 ? null : value);
    }
}
