package org.ppspp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.integrity.SegmentSigner;
import org.ppspp.integrity.SignatureMaker;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.media.ChunkCutter;
import org.ppspp.media.TsPackets;
import org.ppspp.storage.RingStore;
import org.ppspp.storage.StreamPosition;
import org.ppspp.wire.LiveForm;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.WireFormat;

/**
 * Makes signed chunks of the bytes of a live stream, and keeps them. Chunks of one signature wait for each other (RFC 7574
 * §6.1.2.3: nothing is announced before it is signed). A transport stream that is too slow for that is filled up with null packets,
 * which players skip; any other stream has no place for such, and waits. Not for several threads.
 */
final class StreamSigner {
    private static final byte[] NULL_PACKET_HEADER = {0x47, 0x1F, (byte) 0xFF, 0x10};

    private final SwarmMetadata metadata;
    private final int chunksPerSignature;
    private final SegmentSigner signer;
    private final RingStore ring;
    private final @Nullable StreamPosition position;
    private final Consumer<SignedSegment> sink;
    private final ChunkCutter cutter;
    private final List<byte[]> pending = new ArrayList<>();
    private long next;
    private long lastTime;

    /** {@code sink} takes what is signed, after it is kept in {@code ring} and noted in {@code position}. */
    StreamSigner(
            LiveSource source,
            LiveForm form,
            RingStore ring,
            @Nullable StreamPosition position,
            Consumer<SignedSegment> sink) {
        this.metadata = source.metadata();
        this.chunksPerSignature = source.chunksPerSignature();
        this.ring = ring;
        this.position = position;
        this.sink = sink;
        LiveSigner key = source.signer();
        int signatureLength = key == null ? 0 : key.publicKey().signatureLengthBytes();
        SignatureMaker maker = key == null ? message -> new byte[0] : key::sign;
        this.signer = new SegmentSigner(
                metadata.integrityMethod(),
                metadata.hashFunction(),
                new WireFormat(
                        metadata.addressing(),
                        metadata.hashFunction().length(),
                        signatureLength,
                        metadata.chunkSizeBytes(),
                        WireFormat.UNKNOWN_LENGTH,
                        form),
                maker);
        this.cutter = new ChunkCutter(metadata.chunkSizeBytes(), pending::add);
        if (position != null && position.lastChunk() >= 0) {
            lastTime = position.lastTime();
            next = follows(position.lastChunk());
        }
    }

    /** Numbers come to an end, long after half of them: then a start is the time to begin anew, which viewers notice. */
    private long follows(long last) {
        long granule = Math.max(chunksPerSignature, Long.SIZE);
        return last >= metadata.addressing().maxChunks() / 2 ? 0 : (last / granule + 1) * granule;
    }

    /** The number of the next chunk. */
    long next() {
        return next;
    }

    /** The time of the last signature, in this run or the one before; {@link NtpTime#UNKNOWN} if there is none. */
    long lastTime() {
        return lastTime;
    }

    /** Takes the next bytes of the stream, and signs as much as can be; returns whether that is anything. */
    boolean accept(byte[] bytes, int offset, int length) throws IOException {
        cutter.accept(bytes, offset, length);
        return sign();
    }

    /** Notes that what comes next does not continue what came last. */
    void interrupt() {
        cutter.interrupt();
    }

    /** Signs what waits, filled up where that is possible. */
    void flush() throws IOException {
        if (cutter.cutsPackets()) {
            fill();
        }
        sign();
    }

    /** Signs the end of the stream. What is no transport stream is filled up with zeros. */
    void finish() throws IOException {
        fill();
        sign();
    }

    private boolean inTree() {
        return metadata.integrityMethod() == IntegrityMethod.UNIFIED_MERKLE_TREE;
    }

    private void fill() {
        byte[] rest = cutter.finish();
        if (rest.length > 0) {
            pending.add(filled(rest));
        }
        while (inTree() && pending.size() % chunksPerSignature != 0) {
            pending.add(filled(new byte[0]));
        }
    }

    private byte[] filled(byte[] start) {
        byte[] chunk = Arrays.copyOf(start, metadata.chunkSizeBytes());
        if (cutter.cutsPackets()) {
            Arrays.fill(chunk, start.length, chunk.length, (byte) 0xFF);
            for (int at = start.length; at < chunk.length; at += TsPackets.PACKET_BYTES) {
                System.arraycopy(NULL_PACKET_HEADER, 0, chunk, at, NULL_PACKET_HEADER.length);
            }
        }
        return chunk;
    }

    private boolean sign() throws IOException {
        long before = next;
        int least = inTree() ? chunksPerSignature : 1;
        while (pending.size() >= least) {
            List<byte[]> chunks = pending.subList(0, Math.min(pending.size(), chunksPerSignature));
            sign(List.copyOf(chunks));
            chunks.clear();
        }
        return next > before;
    }

    private void sign(List<byte[]> chunks) throws IOException {
        if (next + chunks.size() > metadata.addressing().maxChunks()) {
            throw new IOException("the stream is out of chunk numbers; started again it begins anew");
        }
        long time = later(StreamContent.ntpNow());
        SignedSegment segment = signer.sign(next, chunks, time);
        for (int i = 0; i < chunks.size(); i++) {
            ring.put(next + i, ByteBuffer.wrap(chunks.get(i)));
        }
        next += chunks.size();
        // Signatures of single chunks have times of their own, which count up.
        lastTime = time + chunks.size();
        if (position != null) {
            position.advance(next - 1, lastTime);
        }
        sink.accept(segment);
    }

    /** Times rise even where the clock does not. */
    private long later(long time) {
        return lastTime != NtpTime.UNKNOWN && NtpTime.compare(time, lastTime) <= 0 ? lastTime + 1 : time;
    }
}
