package org.ppspp.sim;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.LiveConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.integrity.SegmentSigner;
import org.ppspp.integrity.SignatureMaker;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.WireFormat;

/** The truth of a simulated live stream: what its chunks are, and when which of them were signed. */
public final class LiveStream {
    public static final int CHUNK_SIZE = 256;

    /** Streams without protection are those of PyPPSPP. */
    private static final int UNPROTECTED_CHUNK_SIZE = 1_024;

    private static final int FAKE_SIGNATURE = 32;

    /** One munro, or segment, of the stream. */
    public record Piece(SignedSegment segment, List<byte[]> chunks, long at) {}

    private final long seed;
    private final IntegrityMethod method;
    private final SwarmMetadata metadata;
    private final LiveConfig viewer;
    private final SignatureMaker signer;
    private final WireFormat format;
    private final List<Piece> pieces = new ArrayList<>();
    private final Map<Long, Piece> latest = new HashMap<>();
    private int epoch;

    /** Signs with a digest over a secret, which is as good as a signature where nobody knows the secret, and fast. */
    public LiveStream(long seed, IntegrityMethod method, ChunkAddressing addressing, long window) {
        this(
                seed,
                method,
                addressing,
                window,
                keyed(seed),
                method == IntegrityMethod.NONE ? 0 : FAKE_SIGNATURE,
                method == IntegrityMethod.NONE ? LiveConfig.unprotected() : null);
    }

    /** Signs with the key of the stream. */
    static LiveStream signed(long seed, IntegrityMethod method, ChunkAddressing addressing, long window) {
        LiveSigner signer = key(seed);
        LiveConfig viewer = LiveConfig.viewer(signer.publicKey());
        return new LiveStream(
                seed,
                method,
                addressing,
                window,
                signer::sign,
                signer.publicKey().signatureLengthBytes(),
                viewer);
    }

    private LiveStream(
            long seed,
            IntegrityMethod method,
            ChunkAddressing addressing,
            long window,
            SignatureMaker signer,
            int signatureLength,
            @Nullable LiveConfig config) {
        LivePublicKey key = key(seed).publicKey();
        this.seed = seed;
        this.method = method;
        this.signer = signer;
        int chunkSize = method == IntegrityMethod.NONE ? UNPROTECTED_CHUNK_SIZE : CHUNK_SIZE;
        this.metadata =
                new SwarmMetadata(key.swarmId(), method, HashFunction.SHA256, chunkSize, addressing, null, window);
        this.viewer = config != null
                ? config
                : new LiveConfig(
                        (signed, signature) -> Arrays.equals(signature, signer.sign(signed)),
                        key.algorithm().number(),
                        signatureLength,
                        false,
                        LiveConfig.DEFAULT_DELAY_NANOS,
                        NtpTime.UNKNOWN);
        this.format = new WireFormat(addressing, HashFunction.SHA256.length(), signatureLength, chunkSize, -1);
    }

    private static LiveSigner key(long seed) {
        byte[] secret = new byte[Ed25519PrivateKeyParameters.KEY_SIZE];
        new SplittableRandom(seed).nextBytes(secret);
        return LiveSigner.of(LiveAlgorithm.ED25519, new Ed25519PrivateKeyParameters(secret, 0));
    }

    static SignatureMaker keyed(long key) {
        return message -> {
            MessageDigest digest = HashFunction.SHA256.newDigest();
            digest.update(("key " + key).getBytes(StandardCharsets.US_ASCII));
            return digest.digest(message);
        };
    }

    public SwarmMetadata metadata() {
        return metadata;
    }

    public LiveConfig viewer() {
        return viewer;
    }

    public WireFormat format() {
        return format;
    }

    public List<Piece> pieces() {
        return pieces;
    }

    /** The source begins anew: the same numbers stand for other chunks. */
    void restart() {
        epoch++;
        latest.clear();
    }

    /** Makes and signs chunks. */
    public Piece next(long first, int count, long at, long ntpTime) {
        List<byte[]> chunks = make(first, count, epoch);
        Piece piece = new Piece(sign(first, chunks, ntpTime, signer), chunks, at);
        pieces.add(piece);
        for (int i = 0; i < count; i++) {
            latest.put(first + i, piece);
        }
        return piece;
    }

    List<byte[]> make(long first, int count, int variant) {
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] chunk = new byte[metadata.chunkSizeBytes()];
            new SplittableRandom(seed * 31 + variant * 1_000_003L + first + i).nextBytes(chunk);
            chunks.add(chunk);
        }
        return chunks;
    }

    SignedSegment sign(long first, List<byte[]> chunks, long ntpTime, SignatureMaker by) {
        return new SegmentSigner(method, HashFunction.SHA256, format, by).sign(first, chunks, ntpTime);
    }

    SignedSegment sign(long first, List<byte[]> chunks, long ntpTime) {
        return sign(first, chunks, ntpTime, signer);
    }

    /** Whether these bytes ever were that chunk. */
    boolean ever(long chunk, byte[] bytes) {
        for (int variant = 0; variant <= epoch; variant++) {
            if (Arrays.equals(make(chunk, 1, variant).get(0), bytes)) {
                return true;
            }
        }
        return false;
    }

    /** Whether these bytes are that chunk now. */
    boolean now(long chunk, byte[] bytes) {
        return Arrays.equals(make(chunk, 1, epoch).get(0), bytes);
    }

    boolean signed(long chunk) {
        return latest.containsKey(chunk);
    }
}
