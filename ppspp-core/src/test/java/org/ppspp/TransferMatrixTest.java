package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;

/** Every way to name chunks with every way to hash them, over real sockets. */
@Timeout(120)
final class TransferMatrixTest {
    private static final PeerConfig LOOPBACK =
            PeerConfig.defaults().withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    private static final int CHUNK_BYTES = 1_024;

    /** Several request bins, peaks of many sizes and a short last chunk. */
    private static final int LENGTH = 203 * CHUNK_BYTES - 77;

    @TempDir
    Path folder;

    static Stream<Arguments> everyPair() {
        return Arrays.stream(ChunkAddressing.values())
                .flatMap(addressing ->
                        Arrays.stream(HashFunction.values()).map(function -> Arguments.of(addressing, function)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    @DisplayName(
            "R-4.1.1-1, R-7.6-2, R-7.8-2, R-8-1, R-12.5-1: over UDP, one leecher knows the length and one does not")
    void transfersOverUdp(ChunkAddressing addressing, HashFunction function) throws Exception {
        byte[] content = new byte[LENGTH];
        new SplittableRandom(addressing.code() * 10L + function.code()).nextBytes(content);
        Path file = Files.write(folder.resolve("content"), content);
        SwarmMetadata hashed = ContentHasher.of(function, CHUNK_BYTES).hash(file);
        SwarmMetadata known = with(hashed, addressing, (long) LENGTH);
        SwarmMetadata unknown = with(hashed, addressing, null);
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        try (Peer seeder = Peer.start(LOOPBACK);
                Peer leecher = Peer.start(LOOPBACK);
                Peer newcomer = Peer.start(LOOPBACK)) {
            seeder.share(TransferRequest.of(known, file)).done().get(30, TimeUnit.SECONDS);
            Endpoint source = new Endpoint("127.0.0.1", seeder.port());
            Transfer one = leecher.share(overUdp(known, first, source));
            Transfer two = newcomer.share(overUdp(unknown, second, source));
            assertThat(one.done().get(60, TimeUnit.SECONDS).complete()).isTrue();
            assertThat(two.done().get(60, TimeUnit.SECONDS).complete()).isTrue();
        }
        assertThat(first).hasBinaryContent(content);
        assertThat(second).hasBinaryContent(content);
    }

    private static SwarmMetadata with(SwarmMetadata metadata, ChunkAddressing addressing, @Nullable Long length) {
        return new SwarmMetadata(
                metadata.swarmId(),
                metadata.integrityMethod(),
                metadata.hashFunction(),
                metadata.chunkSizeBytes(),
                addressing,
                length,
                null);
    }

    private static TransferRequest overUdp(SwarmMetadata metadata, Path target, Endpoint peer) {
        return TransferRequest.of(metadata, target)
                .withTransport(TransportPolicy.UDP)
                .withPeers(List.of(peer));
    }
}
