package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;

/**
 * A hostile peer with a channel of its own says and sends what it likes, for as long as it likes. The engine throws nothing,
 * says little in return, stores only true chunks, releases every buffer and goes on serving an honest peer.
 */
class EngineFuzzTest {
    private static final Content CONTENT = new Content(new SplittableRandom(1), 70 * 64 + 1, 64, HashFunction.SHA1);
    private static final int MAX_STEPS = 200;

    /** The whole content, with a datagram of hashes for each chunk, and some small messages. */
    private static final int MAX_DATAGRAMS_AT_ONCE = 2 * 71 + 20;

    @FuzzTest(maxDuration = "60s")
    void outlivesAnything(FuzzedDataProvider data) {
        int role = data.consumeInt(0, 2);
        LoneEngine engine = role == 0
                ? LoneEngine.seeder(CONTENT)
                : role == 1 ? LoneEngine.leecher(CONTENT) : LoneEngine.newcomer(CONTENT);
        try (engine) {
            RawPeer honest = RawPeer.at(engine, 1);
            honest.connect();
            RawPeer hostile = RawPeer.at(engine, 2);
            hostile.connect(w -> w.have(new ChunkRange(0, 70)));
            for (int step = 0; step < MAX_STEPS && data.remainingBytes() > 0; step++) {
                assertThat(act(engine, hostile, data)).hasSizeLessThanOrEqualTo(MAX_DATAGRAMS_AT_ONCE);
            }
            assertThat(engine.channels())
                    .isLessThanOrEqualTo(EngineConfig.defaults().maxPeersPerSwarm());
            if (role == 0) {
                assertServed(engine, honest);
            }
        }
    }

    private static List<Sent> act(LoneEngine engine, RawPeer hostile, FuzzedDataProvider data) {
        long chunk = data.consumeLong(0, 71);
        return switch (data.consumeInt(0, 7)) {
            case 0 -> engine.receive(hostile.address(), data.consumeBytes(data.consumeInt(0, 200)));
            case 1 -> {
                engine.advance(data.consumeLong(0, 5 * Limits.SECOND));
                yield List.of();
            }
            case 2 -> {
                hostile.open();
                yield List.of();
            }
            case 3 ->
                engine.receive(
                        hostile.address(),
                        hostile.datagram(hostile.remoteChannel(), w -> w.request(new ChunkRange(chunk, chunk + 5))));
            case 4 ->
                engine.receive(hostile.address(), hostile.datagram(hostile.remoteChannel(), w -> {
                    w.integrity(2 * chunk, data.consumeBoolean() ? new byte[20] : CONTENT.hash(0), 0);
                    hostile.data(w, chunk, CONTENT.chunk(Math.min(chunk, 70)));
                }));
            case 5 ->
                engine.receive(
                        hostile.address(),
                        hostile.datagram(hostile.remoteChannel(), w -> hostile.dataWithPeaks(w, Math.min(chunk, 70))));
            default -> {
                byte[] body = data.consumeBytes(data.consumeInt(0, 120));
                yield engine.receive(hostile.address(), hostile.datagram(hostile.remoteChannel(), body));
            }
        };
    }

    private static void assertServed(LoneEngine engine, RawPeer honest) {
        honest.say(w -> {});
        if (engine.snapshot().channels().stream()
                .noneMatch(channel -> channel.address().equals(honest.address()))) {
            // It was silent for minutes of virtual time.
            honest.connect();
        }
        List<Message> heard = new ArrayList<>(honest.say(w -> w.request(ChunkRange.of(7))));
        heard.addAll(honest.hear(engine.advance(20 * Limits.SECOND)));
        assertThat(RawPeer.chunksOfData(heard)).contains(7L);
    }
}
