package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.WireFormat;

class OutboxTest {
    private static final int ROOM = 1_228;

    private final ChunkMap have = new ChunkMap();
    private final Outbox outbox = new Outbox(have);

    @BeforeEach
    void hasSaidAllThereIs() {
        outbox.announcements().clear();
    }

    private static WireFormat format(ChunkAddressing addressing) {
        return new WireFormat(addressing, 32, 0, 1_024, WireFormat.UNKNOWN_LENGTH);
    }

    private static List<Message> write(Outbox outbox, WireFormat format, int room) {
        ByteBuf out = Unpooled.buffer();
        outbox.write(new MessageWriter(out, format), room);
        assertThat(out.readableBytes()).as("bytes written").isLessThanOrEqualTo(room);
        List<Message> messages = new ArrayList<>();
        try {
            MessageReader reader = new MessageReader(out, format, 4_096);
            for (Message message = reader.next(); message != null; message = reader.next()) {
                messages.add(message);
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("what the outbox writes does not parse", e);
        }
        return messages;
    }

    private List<Message> write(int room) {
        return write(outbox, format(ChunkAddressing.CHUNK_RANGES_32), room);
    }

    private static ChunkRange range(long first, long last) {
        return new ChunkRange(first, last);
    }

    @Test
    void joinsRequestsAndCancelsThatFollowEachOther() {
        for (long chunk = 64; chunk < 128; chunk++) {
            outbox.cancel(ChunkRange.of(chunk));
            outbox.request(ChunkRange.of(chunk + 1_000));
        }
        outbox.cancel(range(130, 131));

        assertThat(write(ROOM))
                .containsExactly(
                        new Message.Cancel(range(64, 127)),
                        new Message.Cancel(range(130, 131)),
                        new Message.Request(range(1_064, 1_127)));
    }

    @Test
    void sharesOneDatagramAmongAllThatIsDue() {
        have.set(0, 9);
        have.set(20);
        outbox.announcements().all(0);
        outbox.request(range(100, 163));
        outbox.cancel(range(50, 51));
        outbox.ack(20, 77, false);
        outbox.choke(true);

        assertThat(outbox.due(0)).isTrue();
        assertThat(write(ROOM))
                .containsExactly(
                        new Message.Choke(),
                        new Message.Ack(ChunkRange.of(20), 77),
                        new Message.Cancel(range(50, 51)),
                        new Message.Request(range(100, 163)),
                        new Message.Have(range(0, 9)),
                        new Message.Have(ChunkRange.of(20)));
        assertThat(outbox.due(Long.MAX_VALUE - 1)).isFalse();
        assertThat(write(ROOM)).isEmpty();
    }

    @Test
    void acknowledgesTheLargestIntervalWithTheLastSample() {
        have.set(0, 5);
        outbox.ack(3, 10, false);
        outbox.ack(5, 11, false);
        outbox.ack(4, 12, false);

        assertThat(write(ROOM)).containsExactly(new Message.Ack(range(0, 5), 12));
    }

    @Test
    void keepsTheOrderOfAcknowledgements() {
        have.set(0, 5);
        have.set(40);
        outbox.ack(40, 1, false);
        outbox.ack(3, 2, false);
        outbox.ack(40, 3, false);
        outbox.ack(7, 4, false);

        assertThat(write(ROOM))
                .as("the sender of the DATA takes samples in this order; 7 is held no more")
                .containsExactly(
                        new Message.Ack(ChunkRange.of(40), 1),
                        new Message.Ack(range(0, 5), 2),
                        new Message.Ack(ChunkRange.of(40), 3),
                        new Message.Ack(ChunkRange.of(7), 4));
    }

    @Test
    @DisplayName("RFC 7574 §8.2: an ACK that was lost is said again with the next ones")
    void repeatsTheLatestAcksBeforeNewOnes() {
        for (long chunk = 0; chunk < 20; chunk += 2) {
            have.set(chunk);
            outbox.ack(chunk, chunk, false);
            List<Message> expected = new ArrayList<>();
            for (long said = Math.max(0, chunk - 2L * Limits.REPEATED_ACKS); said <= chunk; said += 2) {
                expected.add(new Message.Ack(ChunkRange.of(said), said));
            }
            assertThat(write(ROOM)).isEqualTo(expected);
        }
        assertThat(outbox.due(0)).isFalse();
    }

    @Test
    void repeatsNoAckThatANewOneCoversOrThatIsTrueNoMore() {
        have.set(0);
        have.set(2);
        have.set(8);
        outbox.ack(0, 1, false);
        outbox.ack(2, 2, false);
        outbox.ack(8, 3, false);
        write(ROOM);
        have.set(1);
        have.clear(8);
        outbox.ack(1, 4, false);

        assertThat(write(ROOM)).containsExactly(new Message.Ack(range(0, 2), 4));
        outbox.request(range(20, 21));
        assertThat(write(ROOM)).as("nothing to acknowledge").containsExactly(new Message.Request(range(20, 21)));
        outbox.repeatAcks();
        outbox.request(range(20, 21));
        assertThat(write(ROOM))
                .as("the peer waits for something")
                .containsExactly(new Message.Ack(range(0, 2), 4), new Message.Request(range(20, 21)));
    }

    @Test
    void joinsRequestsOfNeighbours() {
        outbox.request(range(0, 63));
        outbox.request(range(64, 127));
        outbox.request(range(129, 130));

        assertThat(write(ROOM))
                .containsExactly(new Message.Request(range(0, 127)), new Message.Request(range(129, 130)));
    }

    @Test
    void onlyTheLastWordOnChokingCounts() {
        outbox.choke(true);
        outbox.choke(false);

        assertThat(write(ROOM)).containsExactly(new Message.Unchoke());
    }

    @Test
    void answersOnceEvenWithNothingToSay() {
        outbox.answer();

        assertThat(outbox.due(0)).isTrue();
        assertThat(write(ROOM)).isEmpty();
        assertThat(outbox.due(0)).isFalse();
    }

    @Test
    void forgetsRequestsThatAreVoid() {
        outbox.request(range(0, 9));
        outbox.cancel(range(0, 9));
        outbox.dropRequests();

        assertThat(outbox.due(0)).isFalse();
    }

    @Test
    void letsAnnouncementsWaitForCompany() {
        outbox.announcements().all(0);
        write(ROOM);
        have.set(3);
        outbox.announcements().add(ChunkRange.of(3), 100);

        assertThat(outbox.due(100)).isFalse();
        assertThat(outbox.due(100 + Limits.ANNOUNCE_DELAY)).isTrue();
    }

    /** Everything said reaches the other side in order of its kind, however small the datagrams are. */
    @ParameterizedTest
    @EnumSource(ChunkAddressing.class)
    void writesEverythingInTheEnd(ChunkAddressing addressing) {
        for (long seed = 1; seed <= 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ChunkMap stored = new ChunkMap();
            for (int i = 0; i < 200; i++) {
                long first = random.nextLong(1 << 14);
                stored.set(first, first + random.nextLong(64));
            }
            Outbox tried = new Outbox(stored);
            Transcript said = new Transcript();
            Transcript heard = new Transcript();
            tried.announcements().all(0);
            for (int step = 0; step < 40 || tried.due(0); step++) {
                if (step < 40) {
                    say(tried, said, random);
                }
                write(tried, format(addressing), 450 + random.nextInt(800)).forEach(heard::hear);
                assertThat(step).as("seed %d: it goes on and on", seed).isLessThan(10_000);
            }
            assertThat(heard.requested).as("seed %d", seed).isEqualTo(said.requested);
            assertThat(heard.cancelled).as("seed %d", seed).isEqualTo(said.cancelled);
            assertThat(heard.lastSample).as("seed %d", seed).isEqualTo(said.lastSample);
            assertThat(heard.had.toString()).as("seed %d", seed).isEqualTo(stored.toString());
            assertThat(heard.had.cardinality()).as("seed %d", seed).isEqualTo(stored.cardinality());
            assertThat(said.acknowledged).as("seed %d", seed).allMatch(heard.acked::get);
        }
    }

    private static final class Transcript {
        final List<Long> requested = new ArrayList<>();
        final List<Long> cancelled = new ArrayList<>();
        final List<Long> acknowledged = new ArrayList<>();
        final ChunkMap had = new ChunkMap();
        final ChunkMap acked = new ChunkMap();
        /** Those that are said again count once. */
        final Set<Message.Ack> acks = new HashSet<>();

        long lastSample;

        void hear(Message message) {
            if (message instanceof Message.Request request) {
                each(request.chunks(), requested);
            } else if (message instanceof Message.Cancel cancel) {
                each(cancel.chunks(), cancelled);
            } else if (message instanceof Message.Have haves) {
                had.set(haves.chunks().first(), haves.chunks().last());
            } else if (message instanceof Message.Ack ack && acks.add(ack)) {
                acked.set(ack.chunks().first(), ack.chunks().last());
                assertThat(ack.delayMicros()).as("samples in order").isGreaterThanOrEqualTo(lastSample);
                lastSample = ack.delayMicros();
            }
        }

        static void each(ChunkRange range, List<Long> into) {
            for (long chunk = range.first(); chunk <= range.last(); chunk++) {
                into.add(chunk);
            }
        }
    }

    private static void say(Outbox outbox, Transcript said, SplittableRandom random) {
        for (int i = random.nextInt(60); i > 0; i--) {
            long first = random.nextLong(1 << 14);
            ChunkRange range = range(first, first + random.nextLong(200));
            switch (random.nextInt(3)) {
                case 0 -> {
                    outbox.request(range);
                    Transcript.each(range, said.requested);
                }
                case 1 -> {
                    outbox.cancel(range);
                    Transcript.each(range, said.cancelled);
                }
                default -> {
                    outbox.ack(first, ++said.lastSample, false);
                    said.acknowledged.add(first);
                }
            }
        }
    }
}
