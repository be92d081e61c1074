package org.ppspp.storage;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHasher;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.NodeHash;
import org.ppspp.integrity.TreeBuilder;
import org.ppspp.wire.SwarmId;

/** Some content, its tree, and the jobs an engine would make of it. */
final class Sample {
    final byte[] bytes;
    final ContentLayout layout;
    final SwarmMetadata metadata;
    private final List<BinHashes> blocks = new ArrayList<>();
    private final TreeBuilder tree;

    private Sample(byte[] bytes, HashFunction function, int chunkSizeBytes) {
        this.bytes = bytes;
        this.layout = new ContentLayout(chunkSizeBytes, bytes.length);
        this.tree = new TreeBuilder(function);
        int binBytes = BinHashes.CHUNKS * chunkSizeBytes;
        for (int at = 0; at < bytes.length; at += binBytes) {
            ByteBuffer content = ByteBuffer.wrap(bytes, at, Math.min(binBytes, bytes.length - at));
            BinHashes block = new BinHasher(function, chunkSizeBytes).hash(at / binBytes, content);
            blocks.add(block);
            tree.set(block);
        }
        tree.finish(layout.chunkCount());
        this.metadata = SwarmMetadata.ofRootHash(SwarmId.of(tree.rootHash()), chunkSizeBytes, (long) bytes.length);
    }

    /** Random content in 1,024-byte chunks under SHA-1. */
    static Sample of(int lengthBytes, long seed) {
        return of(lengthBytes, seed, HashFunction.SHA1, 1024);
    }

    static Sample of(int lengthBytes, long seed, HashFunction function, int chunkSizeBytes) {
        byte[] bytes = new byte[lengthBytes];
        new Random(seed).nextBytes(bytes);
        return new Sample(bytes, function, chunkSizeBytes);
    }

    int chunkCount() {
        return (int) layout.chunkCount();
    }

    int binCount() {
        return blocks.size();
    }

    BinHashes block(long index) {
        BinHashes block = blocks.get((int) index);
        return new BinHashes(index, block.hashLength(), block.block().clone());
    }

    byte[] chunk(long number) {
        int from = (int) layout.offset(number);
        return Arrays.copyOfRange(bytes, from, from + layout.size(number));
    }

    StorageJob.Write write(long... chunks) {
        return new StorageJob.Write(metadata.swarmId(), received(chunks), true);
    }

    StorageJob.Hash hash(long... chunks) {
        return new StorageJob.Hash(metadata.swarmId(), received(chunks));
    }

    StorageJob.Read read(long bin, long wanted) {
        return new StorageJob.Read(metadata.swarmId(), bin, wanted);
    }

    /** Saves the hashes of a request bin and all hashes above the request bins. */
    StorageJob.Save save(long index) {
        return new StorageJob.Save(metadata.swarmId(), List.of(block(index)), upper());
    }

    /** The chunks of a request bin, in ascending order. */
    long[] chunksOf(long index) {
        long first = index * BinHashes.CHUNKS;
        long[] chunks = new long[(int) Math.min(BinHashes.CHUNKS, chunkCount() - first)];
        Arrays.setAll(chunks, i -> first + i);
        return chunks;
    }

    long allOf(long index) {
        int count = chunksOf(index).length;
        return count == Long.SIZE ? -1 : (1L << count) - 1;
    }

    /** Puts the whole content under {@code path}. */
    Path writeTo(Path path) {
        try {
            return Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<NodeHash> upper() {
        List<NodeHash> nodes = new ArrayList<>();
        for (long bin = Bin.of(BinHashes.LAYER, 0); bin <= 2 * Bin.root(chunkCount()); bin++) {
            byte[] hash = Bin.layer(bin) < BinHashes.LAYER ? null : tree.upper().get(bin);
            if (hash != null) {
                nodes.add(new NodeHash(bin, hash));
            }
        }
        return nodes;
    }

    private List<StorageJob.ReceivedChunk> received(long[] chunks) {
        List<StorageJob.ReceivedChunk> received = new ArrayList<>();
        for (long chunk : chunks) {
            received.add(new StorageJob.ReceivedChunk(chunk, Unpooled.wrappedBuffer(chunk(chunk))));
        }
        return received;
    }
}
