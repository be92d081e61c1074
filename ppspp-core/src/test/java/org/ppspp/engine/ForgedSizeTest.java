package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageWriter;

/**
 * Lies about the size to an engine that knows the root hash alone. The peaks of RFC 7574 §5.6 do not authenticate it: the
 * root hash passes as the only peak of every power of two, and the two hashes below it as a content of their length
 * (threat T12; R-5.6.2-4, R-5.6.2-5).
 */
class ForgedSizeTest {
    private static final int LARGEST = 31;
    private static final long PATIENCE = 60 * Limits.SECOND;

    private static Content content(HashFunction function, int length) {
        return new Content(new SplittableRandom(length), length, 1_024, function);
    }

    @ParameterizedTest
    @EnumSource(HashFunction.class)
    @DisplayName("F1: the root as the peak of 2^k chunks, with every kind of chunk behind it, for every k")
    void doesNotBelieveThatTheRootIsThePeak(HashFunction function) {
        Content content = content(function, 7_162);
        for (int k = 0; k <= LARGEST; k++) {
            try (LoneEngine newcomer = LoneEngine.newcomer(content)) {
                RawPeer liar = RawPeer.at(newcomer, 1);
                lie(newcomer, liar, k);
                assertNothingBelieved(newcomer);
                finishFromAnHonestSeed(newcomer, RawPeer.at(newcomer, 2));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(HashFunction.class)
    @DisplayName("F1, F2: liars in every place for a claim only delay an honest seed")
    void completesAmongManyLiars(HashFunction function) {
        Content content = content(function, 100 * 1_024 + 17);
        try (LoneEngine newcomer = LoneEngine.newcomer(content)) {
            for (int k = 0; k < 12; k++) {
                lie(newcomer, RawPeer.at(newcomer, k), k);
            }
            assertNothingBelieved(newcomer);
            finishFromAnHonestSeed(newcomer, RawPeer.at(newcomer, 100));
        }
    }

    @ParameterizedTest
    @EnumSource(HashFunction.class)
    @DisplayName("F2: the two hashes below the root are not a content of one chunk")
    void doesNotTakeTwoHashesForTheContent(HashFunction function) {
        Content content = content(function, 7_162);
        try (LoneEngine newcomer = LoneEngine.newcomer(content)) {
            RawPeer liar = RawPeer.at(newcomer, 1);
            List<Message> heard = liar.connect(w -> {
                w.have(ChunkRange.of(0));
                w.integrity(0, content.rootHash().toBytes(), 0);
            });
            assertThat(RawPeer.requests(heard)).containsExactly(ChunkRange.of(0));
            byte[] forged = twoHashes(content, Bin.root(content.chunkCount()));
            assertThat(RawPeer.acks(liar.say(w -> liar.data(w, 0, forged)))).isEmpty();
            assertNothingBelieved(newcomer);
            finishFromAnHonestSeed(newcomer, RawPeer.at(newcomer, 2));
        }
    }

    @ParameterizedTest
    @EnumSource(HashFunction.class)
    @DisplayName("R-5.6.2-4: peaks with one bit wrong lead nowhere")
    void checksThePeaksAgainstTheRoot(HashFunction function) {
        Content content = content(function, 7_162);
        for (long wrong : Bin.peaks(content.chunkCount())) {
            try (LoneEngine newcomer = LoneEngine.newcomer(content)) {
                RawPeer liar = RawPeer.at(newcomer, 1);
                liar.connect(w -> w.have(RawPeer.all(content)));
                List<Message> heard = liar.say(w -> {
                    for (long peak : Bin.peaks(content.chunkCount())) {
                        byte[] hash = content.hash(peak).clone();
                        hash[3] ^= (byte) (peak == wrong ? 4 : 0);
                        w.integrity(peak, hash, 0);
                    }
                    w.integrity(5, content.hash(5), 0);
                    w.integrity(2, content.hash(2), 0);
                    liar.bareData(w, 0);
                });
                assertThat(RawPeer.acks(heard)).isEmpty();
                assertNothingBelieved(newcomer);
            }
        }
    }

    @Test
    @DisplayName("R-5.6.2-1, -5: a newcomer asks for the last chunk, and only then knows the size")
    void findsTheSizeWithTheLastChunk() {
        Content content = content(HashFunction.SHA256, 7_162);
        try (LoneEngine newcomer = LoneEngine.newcomer(content)) {
            RawPeer seed = RawPeer.at(newcomer, 1);
            List<Message> heard = seed.connect(w -> w.have(RawPeer.all(content)));
            assertThat(RawPeer.requests(heard)).hasSize(1);
            long first = RawPeer.requests(heard).get(0).first();
            List<Message> next = seed.say(w -> seed.dataWithPeaks(w, first));
            assertThat(newcomer.sawEvent(EngineEvent.SizeKnown.class)).isFalse();
            assertThat(RawPeer.requests(next)).containsExactly(ChunkRange.of(6));
            seed.say(w -> seed.dataWithPeaks(w, 6));
            assertThat(newcomer.events())
                    .contains(new EngineEvent.SizeKnown(newcomer.swarmId(), 7_162))
                    .noneMatch(EngineEvent.Completed.class::isInstance);
        }
    }

    @ParameterizedTest
    @EnumSource(HashFunction.class)
    @DisplayName("T12: a content as long as two hashes cannot be told from a forgery, and we say so")
    void saysWhenTheSizeCannotBeProven(HashFunction function) {
        int length = 2 * function.length();
        Content content = content(function, length);
        try (LoneEngine newcomer = LoneEngine.newcomer(content)) {
            RawPeer seed = RawPeer.at(newcomer, 1);
            seed.connect(w -> w.have(ChunkRange.of(0)));
            seed.say(w -> seed.dataWithPeaks(w, 0));
            newcomer.advance(Limits.SECOND);
            assertThat(newcomer.events())
                    .contains(new EngineEvent.SizeUnprovable(newcomer.swarmId(), length))
                    .noneMatch(EngineEvent.Completed.class::isInstance)
                    .noneMatch(EngineEvent.SizeKnown.class::isInstance);
        }
        try (LoneEngine informed = LoneEngine.leecher(content)) {
            finishFromAnHonestSeed(informed, RawPeer.at(informed, 1));
        }
    }

    // --- the attack

    /** Claims 2^k chunks under the root hash and sends, as chunk 0 and as the last one, whatever might pass. */
    private static void lie(LoneEngine victim, RawPeer liar, int k) {
        Content content = victim.content();
        long last = (1L << k) - 1;
        List<Message> heard = liar.connect(w -> {
            w.have(new ChunkRange(0, last));
            w.integrity(Bin.ofRange(0, last), content.rootHash().toBytes(), 0);
        });
        assertThat(RawPeer.requests(heard)).as("k = %d", k).isNotEmpty();
        List<Consumer<MessageWriter>> tries = new ArrayList<>();
        long root = Bin.root(content.chunkCount());
        for (long chunk : new long[] {0, last}) {
            tries.add(w -> liar.data(w, chunk, twoHashes(content, root)));
            tries.add(w -> liar.data(w, chunk, twoHashes(content, Bin.left(root))));
            tries.add(w -> liar.bareData(w, 0));
            tries.add(w -> {
                w.integrity(Bin.right(root), content.hash(Bin.right(root)), 0);
                liar.data(w, chunk, twoHashes(content, Bin.left(root)));
            });
            tries.add(w -> liar.data(w, chunk, new byte[1_024]));
        }
        for (Consumer<MessageWriter> attempt : tries) {
            liar.say(attempt);
            victim.advance(2 * Limits.SECOND);
        }
    }

    private static byte[] twoHashes(Content content, long parent) {
        byte[] left = content.hash(Bin.left(parent));
        byte[] right = content.hash(Bin.right(parent));
        byte[] both = new byte[left.length + right.length];
        System.arraycopy(left, 0, both, 0, left.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private static void assertNothingBelieved(LoneEngine victim) {
        assertThat(victim.storedChunks()).isZero();
        assertThat(victim.events())
                .noneMatch(EngineEvent.Completed.class::isInstance)
                .noneMatch(EngineEvent.SizeKnown.class::isInstance);
        assertThat(victim.snapshot().contentLengthBytes()).isEqualTo(-1);
    }

    /** Serves what the engine asks, as RFC 7574 wants it, until it is complete. */
    private static void finishFromAnHonestSeed(LoneEngine newcomer, RawPeer seed) {
        Content content = newcomer.content();
        List<Message> heard = seed.connect(w -> w.have(RawPeer.all(content)));
        long end = newcomer.now() + PATIENCE;
        while (newcomer.now() < end && !newcomer.sawEvent(EngineEvent.Completed.class)) {
            List<Message> next = new ArrayList<>();
            for (ChunkRange range : RawPeer.requests(heard)) {
                for (long chunk = range.first(); chunk <= range.last(); chunk++) {
                    long asked = chunk;
                    next.addAll(seed.say(w -> seed.dataWithPeaks(w, asked)));
                }
            }
            next.addAll(seed.hear(newcomer.advance(10 * Limits.MILLISECOND)));
            heard = next;
        }
        assertThat(newcomer.events())
                .contains(new EngineEvent.Completed(
                        newcomer.swarmId(), content.layout().lengthBytes()));
        assertThat(newcomer.storedChunks()).isEqualTo((int) content.chunkCount());
    }
}
