package org.ppspp.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.ReadCache.CachedBin;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.Integrity;
import org.ppspp.integrity.KnownChunks;
import org.ppspp.wire.MessageWriter;

/**
 * The sending side of one channel: turns what the peer asked for into DATA, each with the hashes it needs (RFC 7574 §5.3,
 * §5.4).
 *
 * <p>Over UDP the chunks of a few neighbouring request bins leave in the order of how many hashes they carry, most first:
 * datagrams of one size make long runs for the kernel's segmentation offload, and each chunk's hashes have left before the
 * chunks that build on them. Hashes on their way count as known by the peer as long as little is lost. Of a live stream
 * that leaves first which left least ({@link Departures}).
 */
final class Serving {
    /** Chunks of a request bin by the number of hashes they bring, heaviest first: 0; 32; 16, 48; …; all odd ones. */
    private static final long[] HEAVIEST_FIRST = heaviestFirst();

    private static final long[] IN_ORDER = {-1L};
    private static final KnownChunks NOTHING = (first, last) -> false;
    private static final double LITTLE_LOSS = 0.01;

    private final Channel channel;
    private final Swarm swarm;
    private final UploadQueue queue;
    private final ChunkMap assumed = new ChunkMap(Limits.SERVED_PAGES);
    private final ChunkMap sent = new ChunkMap(Limits.SERVED_PAGES);
    private final ChunkMap sentAgain = new ChunkMap(Limits.SERVED_PAGES);
    private final Map<Long, Integer> resends = new HashMap<>();
    private final KnownChunks known;
    private final @Nullable Departures departures;
    private final long[] classes;
    private final long[] planBins = new long[Limits.SERVING_BINS];
    private final long[] planMasks = new long[Limits.SERVING_BINS];
    private int planSize;
    private int planClass;
    private boolean assuming = true;
    /** What the peer said it has, or the network made of it, cannot be right: it is sent everything and answers nothing. */
    private boolean doubting;

    /** Hashes that do not fit beside their chunk and go ahead of it, and that chunk. */
    private final ProofAhead ahead;

    private long aheadOf = -1;
    private boolean choking;
    private long chokeAgainAt;

    Serving(Channel channel, Swarm swarm) {
        this.channel = channel;
        this.swarm = swarm;
        this.ahead = new ProofAhead(swarm.metadata().hashFunction().length());
        this.queue = new UploadQueue(swarm.metadata().chunkSizeBytes());
        this.classes = channel.reliable() ? IN_ORDER : HEAVIEST_FIRST;
        this.departures = swarm.content().departures();
        this.known = new KnownChunks() {
            @Override
            public boolean intersects(long first, long last) {
                return channel.peerHas().intersects(first, last) || (assuming && assumed.intersects(first, last));
            }

            @Override
            public boolean shows(long first, long last) {
                return channel.peerHas().intersects(first, last)
                        || (channel.reliable() && assumed.intersects(first, last));
            }
        };
    }

    private static long[] heaviestFirst() {
        long[] masks = new long[7];
        masks[0] = 1;
        for (int chunk = 1; chunk < 64; chunk++) {
            masks[6 - Integer.numberOfTrailingZeros(chunk)] |= 1L << chunk;
        }
        return masks;
    }

    UploadQueue queue() {
        return queue;
    }

    boolean choking() {
        return choking;
    }

    /** Serves the peer no more, or again (RFC 7574 §3.9). */
    void choke(boolean on) {
        // Who does not know CHOKE waits for an answer to what it asked, and does not ask again.
        if (on != choking && !channel.dialect().bareMessages()) {
            choking = on;
            channel.outbox().choke(on);
            clear();
            channel.ready();
        }
    }

    /** The peer asks for chunks. */
    void requested(ChunkRange range, long now) {
        if (choking) {
            if (now >= chokeAgainAt) {
                chokeAgainAt = now + Limits.CHOKE_REPEAT;
                channel.outbox().choke(true);
            }
            return;
        }
        ChunkRange clipped = swarm.content().clip(range);
        if (clipped == null || !swarm.content().sized()) {
            return;
        }
        // Who asks for a chunk lacks it, whatever a damaged HAVE once said; its hashes count as unknown again.
        if (channel.peerHas().intersects(clipped.first(), clipped.last())) {
            channel.peerHas().clear(clipped.first(), clipped.last());
        }
        if (channel.dialect().bareMessages() && clipped.first() == 0) {
            queue.addFirst(0);
        }
        queue.add(clipped, channel.dialect().uploadRanges());
    }

    /** The chunk to send next, ready in memory, or -1 while there is none. */
    long next(long now) {
        return departures == null ? nextPlanned(now) : nextLeastSent(departures, now);
    }

    /** Among all that the peer asked for, so that peers that ask for the same get different chunks. */
    private long nextLeastSent(Departures sentBefore, long now) {
        readAhead();
        long best = -1;
        int least = Departures.LEVELS;
        int looks = Limits.LEAST_SENT_BINS;
        for (ChunkRange range : queue.ranges()) {
            for (long next = queue.next(range.first()); next >= 0 && next <= range.last(); ) {
                long bin = next >> 6;
                long there = queue.word(bin, range) & swarm.have().word(bin);
                for (int level = 0; level < least; level++) {
                    long chunk = firstSendable(bin, there & sentBefore.word(level, bin), now);
                    if (chunk >= 0) {
                        best = chunk;
                        least = level;
                    }
                }
                if (least == 0 || --looks == 0) {
                    return best;
                }
                next = queue.next((bin + 1) << 6);
            }
        }
        return best;
    }

    private long firstSendable(long bin, long mask, long now) {
        for (long bits = mask; bits != 0; bits &= bits - 1) {
            long bit = Long.lowestOneBit(bits);
            long chunk = (bin << 6) + Long.numberOfTrailingZeros(bit);
            if (channel.congestion().sentLately(now, chunk)) {
                queue.remove(chunk);
            } else if (swarm.reader().cached(bin, bit) != null) {
                return chunk;
            }
        }
        return -1;
    }

    private long nextPlanned(long now) {
        while (true) {
            for (; planClass < classes.length; planClass++) {
                for (int i = 0; i < planSize; i++) {
                    long chunk = firstWanted(i, now);
                    if (chunk >= 0) {
                        return chunk;
                    }
                }
            }
            if (!plan()) {
                return -1;
            }
        }
    }

    private long firstWanted(int i, long now) {
        for (long bits = planMasks[i] & classes[planClass]; bits != 0; bits &= bits - 1) {
            long bit = Long.lowestOneBit(bits);
            long chunk = (planBins[i] << 6) + Long.numberOfTrailingZeros(bit);
            if (queue.wants(chunk)) {
                if (channel.congestion().sentLately(now, chunk)) {
                    queue.remove(chunk);
                } else if (swarm.reader().cached(planBins[i], bit) != null) {
                    return chunk;
                }
            }
            planMasks[i] &= ~bit;
        }
        return -1;
    }

    /** Plans the next few request bins of the oldest request; false if none of them can be sent yet. */
    private boolean plan() {
        planSize = 0;
        planClass = 0;
        readAhead();
        for (ChunkRange head = queue.head(); head != null; head = queue.head()) {
            long bin = queue.next(head.first()) >> 6;
            long last = Math.min(head.last() >> 6, bin + Limits.SERVING_BINS - 1);
            for (; bin <= last; bin++) {
                long there = queue.word(bin, head) & swarm.have().word(bin);
                if (there == 0) {
                    continue;
                }
                if (swarm.reader().cached(bin, there) == null) {
                    return planSize > 0;
                }
                planBins[planSize] = bin;
                planMasks[planSize++] = there;
            }
            if (planSize > 0) {
                return true;
            }
        }
        return false;
    }

    /** Has what comes next read, and drops what is not there: answering is optional (RFC 7574 §3.7). */
    private void readAhead() {
        int quota = swarm.reader().readAheadBins();
        for (ChunkRange range : queue.ranges()) {
            for (long chunk = queue.next(range.first()); chunk >= 0 && chunk <= range.last(); ) {
                long bin = chunk >> 6;
                long wanted = queue.word(bin, range);
                long there = wanted & swarm.have().word(bin);
                queue.removeWord(bin, wanted & ~there);
                if (there != 0) {
                    if (swarm.reader().cached(bin, there) == null) {
                        swarm.reader().read(bin, there, channel);
                    }
                    if (--quota <= 0) {
                        return;
                    }
                }
                chunk = queue.next((bin + 1) << 6);
            }
        }
    }

    /** Bytes of the messages for {@code chunk}: the hashes it still needs, and DATA. */
    int size(MessageWriter writer, long chunk) {
        return chunk == aheadOf ? writer.dataBytes(swarm.content().chunkLength(chunk)) : sizeWithHashes(writer, chunk);
    }

    /** The same, whether its hashes have gone ahead or not. */
    int sizeWithHashes(MessageWriter writer, long chunk) {
        return proofBytes(writer, chunk) + writer.dataBytes(swarm.content().chunkLength(chunk));
    }

    private int proofBytes(MessageWriter writer, long chunk) {
        if (!channel.dialect().hashes()) {
            return 0;
        }
        Integrity integrity = swarm.integrity();
        KnownChunks theirs = known(chunk);
        return integrity.proofHashes(chunk, theirs) * writer.integrityBytes()
                + integrity.proofMunros(chunk, theirs) * ProofWriter.munroBytes(writer)
                + integrity.proofSignatures(chunk, theirs) * writer.signedIntegrityBytes();
    }

    /** Whether chunks leave with all hashes that were not acknowledged, so that losing one does no harm to others. */
    boolean independent() {
        return !assuming;
    }

    boolean hashesWentAhead(long chunk) {
        return chunk == aheadOf;
    }

    /** Hashes that have gone ahead go beside their chunk as well. */
    void repeatHashes() {
        aheadOf = -1;
    }

    /** Whether hashes wait to leave in a datagram of their own. */
    boolean hashesAhead() {
        return !ahead.isEmpty();
    }

    /** Prepares the hashes of {@code chunk} to leave in datagrams of their own, before it. */
    void sendHashesAhead(long chunk) {
        aheadOf = chunk;
        boolean complete = swarm.integrity().prove(chunk, known(chunk), hashesOf(chunk), ahead);
        if (!complete) {
            giveUp(chunk);
        }
    }

    void writeHashesAhead(MessageWriter writer, int room) {
        ahead.write(writer, room);
    }

    /** Writes the messages for {@code chunk}; false, with nothing written, if its hashes are not at hand. */
    boolean write(MessageWriter writer, long chunk, long timestampMicros) {
        CachedBin cached = swarm.reader().cached(chunk >> 6, 1L << (chunk & 63));
        if (cached == null) {
            return false;
        }
        if (chunk != aheadOf
                && channel.dialect().hashes()
                && !swarm.integrity().prove(chunk, known(chunk), cached.hashes(), new ProofWriter(writer))) {
            giveUp(chunk);
            return false;
        }
        int at = cached.content().readerIndex()
                + (int) (chunk & 63) * swarm.metadata().chunkSizeBytes();
        writer.data(
                chunk, timestampMicros, cached.content(), at, swarm.content().chunkLength(chunk));
        aheadOf = -1;
        return true;
    }

    /** {@code chunk} left. */
    void sent(long chunk) {
        queue.remove(chunk);
        assumed.set(chunk);
        if (departures != null) {
            departures.left(chunk);
        }
        if (sent.partialPages() >= Limits.SERVED_PAGES) {
            sent.clear(0, ChunkRange.MAX_CHUNK);
            sentAgain.clear(0, ChunkRange.MAX_CHUNK);
        }
        (sent.get(chunk) ? sentAgain : sent).set(chunk);
    }

    /** The network lost {@code chunk}: what was assumed to be known may be lost as well. */
    void lost(long chunk) {
        if (departures != null) {
            departures.lost(chunk);
        }
        forgetAssumed();
        if (!channel.peerHas().get(chunk)
                && !choking
                && swarm.have().get(chunk)
                && resends.merge(chunk, 1, Integer::sum) <= Limits.RESENDS) {
            queue.addFirst(chunk);
        }
        if (resends.size() > Limits.PENDING_HASHES) {
            resends.clear();
        }
    }

    /** Nothing was acknowledged for long: from now on each chunk brings all its hashes, until something is. */
    void doubt() {
        doubting = true;
    }

    void believe() {
        doubting = false;
    }

    void clear() {
        queue.clear();
        planSize = 0;
    }

    /** Chunks below this one are gone. */
    void forgetBelow(long chunk) {
        queue.remove(0, chunk - 1);
        assumed.clear(0, chunk - 1);
        sent.clear(0, chunk - 1);
        sentAgain.clear(0, chunk - 1);
    }

    /** All chunks there were are void. */
    void startOver() {
        clear();
        forgetBelow(ChunkRange.MAX_CHUNK);
        resends.clear();
        ahead.clear();
        aheadOf = -1;
    }

    private void giveUp(long chunk) {
        ahead.clear();
        aheadOf = -1;
        queue.remove(chunk);
    }

    private void forgetAssumed() {
        if (!channel.reliable() && !assumed.isEmpty()) {
            assumed.clear(0, ChunkRange.MAX_CHUNK);
        }
    }

    /** Who asks for a chunk that was sent twice may lack hashes that we think it has. */
    private boolean doubted(long chunk) {
        return doubting || sentAgain.get(chunk);
    }

    private KnownChunks known(long chunk) {
        if (doubted(chunk)) {
            return NOTHING;
        }
        if (!channel.reliable() && assumed.get(chunk)) {
            // It is asked for again, so that it or its hashes did not arrive.
            forgetAssumed();
        }
        assuming = channel.reliable() || channel.congestion().lossRate() < LITTLE_LOSS;
        return known;
    }

    private @Nullable BinHashes hashesOf(long chunk) {
        CachedBin cached = swarm.reader().cached(chunk >> 6, 1L << (chunk & 63));
        return cached == null ? null : cached.hashes();
    }
}
