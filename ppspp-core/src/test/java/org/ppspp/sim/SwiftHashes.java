package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ppspp.chunk.Bin;

/** The hash tree of a {@link ModelSwift}: which hashes came, which of them are verified, and whether they tell the size. */
final class SwiftHashes {
    private static final int SHA1_BYTES = 20;

    private final Content content;
    private final List<Long> peaks;
    private final Set<Long> offered = new HashSet<>();
    private final Set<Long> verified = new HashSet<>();
    private boolean sizeKnown;

    SwiftHashes(Content content) {
        this.content = content;
        this.peaks = Arrays.stream(Bin.peaks(content.chunkCount())).boxed().toList();
    }

    boolean sizeKnown() {
        return sizeKnown;
    }

    /** The size is known from elsewhere. */
    void learnSize() {
        sizeKnown = true;
    }

    /** Reads an INTEGRITY message of a peer that has sent the peaks {@code said} right before. */
    void offered(List<Long> said, ByteBuf in) {
        int first = in.readInt();
        long bin = Bin.ofRange(first, in.readInt());
        assertThat(bin).as("INTEGRITY of one node").isNotEqualTo(Bin.NONE);
        byte[] hash = new byte[SHA1_BYTES];
        in.readBytes(hash);
        assertThat(hash).as("hash of bin %d", bin).isEqualTo(content.hash(bin));
        offered.add(bin);
        if (sizeKnown) {
            return;
        }
        // Peaks come from left to right.
        long end = said.isEmpty() ? 0 : Bin.lastChunk(said.get(said.size() - 1)) + 1;
        if (first == 0) {
            said.clear();
        }
        if (first == 0 || first == end) {
            said.add(bin);
        }
        sizeKnown = said.equals(peaks);
        if (sizeKnown) {
            verified.addAll(peaks);
        }
    }

    /** Climbs from the chunk to a verified hash by hashes that came before it. */
    boolean verify(int chunk) {
        if (!sizeKnown) {
            return false;
        }
        List<Long> path = new ArrayList<>();
        for (long bin = Bin.leaf(chunk); !verified.contains(bin); bin = Bin.parent(bin)) {
            long uncle = Bin.sibling(bin);
            if (!verified.contains(uncle) && !offered.contains(uncle)) {
                return false;
            }
            path.add(bin);
            path.add(uncle);
        }
        verified.addAll(path);
        return true;
    }
}
