package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Hashes chunks and pairs of hashes as RFC 7574 §5.1 wants it. Has one digest, so it belongs to one thread.
 */
public final class NodeHasher {
    private final HashFunction function;
    private final MessageDigest digest;
    private final byte[] zeros;

    public NodeHasher(HashFunction function) {
        this.function = function;
        this.digest = function.newDigest();
        this.zeros = new byte[function.length()];
    }

    public HashFunction function() {
        return function;
    }

    /** Length of a hash in bytes. */
    public int hashLength() {
        return zeros.length;
    }

    /** The hash of a chunk, from the reader to the writer index of {@code range}; both stay as they are. */
    public byte[] leaf(ByteBuf range) {
        int length = range.readableBytes();
        if (range.hasArray()) {
            digest.update(range.array(), range.arrayOffset() + range.readerIndex(), length);
        } else {
            for (ByteBuffer part : range.nioBuffers(range.readerIndex(), length)) {
                digest.update(part);
            }
        }
        return digest.digest();
    }

    /** The hash of a chunk, the remaining bytes of {@code range}, whose position stays as it is. */
    public byte[] leaf(ByteBuffer range) {
        digest.update(range.duplicate());
        return digest.digest();
    }

    /** The hash of a chunk. */
    public byte[] leaf(byte[] range) {
        return digest.digest(range);
    }

    /** As {@link #leaf(ByteBuffer)}, but consumes {@code range} and puts the hash at {@code into[at…]}. */
    void leaf(ByteBuffer range, byte[] into, int at) {
        digest.update(range);
        finish(into, at);
    }

    /** The hash of a node from those of its children: all zero if both are all zero. */
    public byte[] combine(byte[] left, byte[] right) {
        byte[] parent = new byte[zeros.length];
        combine(left, 0, right, 0, parent, 0);
        return parent;
    }

    /** As {@link #combine(byte[], byte[])} with hashes inside larger arrays. The target may overlap either source. */
    public void combine(byte[] left, int leftAt, byte[] right, int rightAt, byte[] into, int at) {
        if (isZero(left, leftAt) && isZero(right, rightAt)) {
            Arrays.fill(into, at, at + zeros.length, (byte) 0);
            return;
        }
        digest.update(left, leftAt, zeros.length);
        digest.update(right, rightAt, zeros.length);
        finish(into, at);
    }

    /** Whether {@code hash} is that of an empty node. */
    public boolean isZero(byte[] hash) {
        return isZero(hash, 0);
    }

    boolean isZero(byte[] source, int at) {
        for (int i = at; i < at + zeros.length; i++) {
            if (source[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The hash of an empty node; shared, not to be changed. */
    byte[] zeros() {
        return zeros;
    }

    private void finish(byte[] into, int at) {
        try {
            digest.digest(into, at, zeros.length);
        } catch (DigestException e) {
            throw new IllegalStateException("no room for a hash at " + at + " of " + into.length, e);
        }
    }
}
