package org.ppspp.fileutil;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.ppspp.SwarmLink;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.wire.SwarmId;

/** What the tool has found, as text or JSON. */
final class Report {
    private final Path file;
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private @Nullable SwarmMetadata swarm;

    Report(Path file) {
        this.file = file;
        json.put("file", file.toString());
    }

    void created(long sizeBytes, long seed) {
        json.put("size", sizeBytes).put("seed", seed);
    }

    void createdVideo(long sizeBytes, long frames, long chunks) {
        json.put("size", sizeBytes).put("frames", frames).put("chunks", chunks);
    }

    void swarm(SwarmMetadata metadata) {
        swarm = metadata;
        json.put("size", metadata.contentLengthBytes())
                .put("swarmId", metadata.swarmId().toString())
                .put("hashFunction", metadata.hashFunction().algorithm().toLowerCase(Locale.ROOT))
                .put("chunkSize", metadata.chunkSizeBytes())
                .put("link", link(metadata).toString());
    }

    void hashFile(Path path) {
        json.put("hashFile", path.toString());
    }

    /** Notes what was to be verified and whether it is so; nothing where {@code expected} is null. */
    void expected(@Nullable SwarmLink expected, boolean matches) {
        if (expected != null) {
            json.put("expected", expected.metadata().swarmId().toString()).put("matches", matches);
        }
    }

    boolean isSwarm(SwarmId id) {
        return swarm != null && swarm.swarmId().equals(id);
    }

    String swarmId() {
        return swarm == null ? "unknown" : swarm.swarmId().toString();
    }

    /** The root hash, the link, or both, a line each. */
    List<String> lines(boolean withHash, boolean withLink) {
        List<String> lines = new ArrayList<>();
        if (swarm != null && withHash) {
            lines.add(swarm.swarmId().toString());
        }
        if (swarm != null && withLink) {
            lines.add(link(swarm).toString());
        }
        return lines;
    }

    String json() {
        return json.toString();
    }

    /** A file name that is none everywhere is left out: whoever gets the link chooses one. */
    private SwarmLink link(SwarmMetadata metadata) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return new SwarmLink(metadata, SwarmLink.isFileName(name) ? name : null, List.of(), List.of());
    }
}
