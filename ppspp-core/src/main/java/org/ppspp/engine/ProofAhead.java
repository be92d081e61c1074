package org.ppspp.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.ProofSink;
import org.ppspp.integrity.SignedNode;
import org.ppspp.wire.MessageWriter;

/** What proves a chunk, does not fit beside it and goes ahead of it in datagrams of its own (RFC 7574 §5.3). */
final class ProofAhead implements ProofSink {
    /** Messages that are not parted: a hash, a signature, or a munro, which is both. */
    private record Part(
            long bin, byte @Nullable [] hash, @Nullable SignedNode signed) {}

    private final int hashLength;
    private final ArrayDeque<Part> parts = new ArrayDeque<>();

    ProofAhead(int hashLength) {
        this.hashLength = hashLength;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    void clear() {
        parts.clear();
    }

    @Override
    public void hash(long bin, byte[] source, int offset) {
        parts.addLast(new Part(bin, Arrays.copyOfRange(source, offset, offset + hashLength), null));
    }

    @Override
    public void munro(long bin, byte[] source, int offset, SignedNode signed) {
        parts.addLast(new Part(bin, Arrays.copyOfRange(source, offset, offset + hashLength), signed));
    }

    @Override
    public void signature(SignedNode signed) {
        parts.addLast(new Part(0, null, signed));
    }

    /** Writes the first of it, as much as {@code room} bytes take. */
    void write(MessageWriter writer, int room) {
        ProofWriter proof = new ProofWriter(writer);
        int left = room;
        for (Part part = parts.peekFirst(); part != null; part = parts.peekFirst()) {
            byte[] hash = part.hash();
            SignedNode signed = part.signed();
            int bytes =
                    (hash == null ? 0 : writer.integrityBytes()) + (signed == null ? 0 : writer.signedIntegrityBytes());
            if (bytes > left) {
                return;
            }
            parts.removeFirst();
            left -= bytes;
            if (hash != null) {
                proof.hash(part.bin(), hash, 0);
            }
            if (signed != null) {
                proof.signature(signed);
            }
        }
    }
}
