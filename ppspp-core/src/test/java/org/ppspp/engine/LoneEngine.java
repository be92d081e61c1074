package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.UpperHashes;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/** A real engine alone in the world: tests hand it bytes and time, and see every byte and every job that comes out. */
final class LoneEngine implements AutoCloseable {
    /** Wall clock at virtual time 0, in microseconds. */
    static final long EPOCH_MICROS = 1_700_000_000_000_000L;

    private static final int STEPS_AT_ONCE = 100_000;
    private static final int SEGMENTS = 62;

    /** One datagram that left. */
    record Sent(TransportAddress to, byte[] bytes) {}

    private final Engine engine;
    private final Content content;
    private final SwarmMetadata metadata;
    private final ExchangeConfig exchange;
    private final NodeHasher hasher;
    private final Map<Long, byte[]> disk = new TreeMap<>();
    private final Map<Long, byte[]> unproven = new TreeMap<>();
    private final List<EngineEvent> events = new ArrayList<>();
    private final ArrayDeque<StorageJob.Read> heldReads = new ArrayDeque<>();
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private boolean holdsReads;
    private boolean full;
    private boolean hashesTorn;
    private boolean contentTorn;
    private int hashedChunks;
    private int writes;
    private long now = Limits.SECOND;

    private LoneEngine(Content content, SwarmMetadata metadata, boolean complete) {
        this(content, metadata, complete, ExchangeConfig.OFF);
    }

    private LoneEngine(Content content, SwarmMetadata metadata, boolean complete, ExchangeConfig exchange) {
        this(content, metadata, complete, exchange, EngineConfig.defaults(), new SplittableRandom(7574));
    }

    private LoneEngine(
            Content content,
            SwarmMetadata metadata,
            boolean complete,
            ExchangeConfig exchange,
            EngineConfig config,
            RandomGenerator random) {
        this.content = content;
        this.metadata = metadata;
        this.exchange = exchange;
        this.hasher = new NodeHasher(content.function());
        this.engine = new Engine(config, EPOCH_MICROS, random);
        List<BinHashes> blocks = new ArrayList<>();
        if (complete) {
            for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
                disk.put(chunk, content.chunk(chunk));
            }
            blocks.add(content.block((content.chunkCount() - 1) / BinHashes.CHUNKS));
        }
        UpperHashes upper =
                complete ? content.upper() : new UpperHashes(content.function().length());
        ChunkMap have = complete ? ChunkMap.full(content.chunkCount()) : new ChunkMap();
        engine.join(now, new SwarmConfig(metadata, have, upper, blocks, exchange));
    }

    static LoneEngine seeder(Content content) {
        return seeder(content, ChunkAddressing.CHUNK_RANGES_32);
    }

    static LoneEngine seeder(Content content, ChunkAddressing addressing) {
        return new LoneEngine(content, content.metadata(true, addressing), true);
    }

    static LoneEngine leecher(Content content) {
        return new LoneEngine(content, content.metadata(true, ChunkAddressing.CHUNK_RANGES_32), false);
    }

    static LoneEngine exchanging(Content content, boolean complete, ExchangeConfig exchange) {
        return new LoneEngine(content, content.metadata(true, ChunkAddressing.CHUNK_RANGES_32), complete, exchange);
    }

    /** Knows the root hash and not the length. */
    static LoneEngine newcomer(Content content) {
        return new LoneEngine(content, content.metadata(false, ChunkAddressing.CHUNK_RANGES_32), false);
    }

    /** A seeder or a leecher that knows the length, with settings and randomness of the test's choice. */
    static LoneEngine of(Content content, boolean complete, EngineConfig config, RandomGenerator random) {
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        return new LoneEngine(content, metadata, complete, ExchangeConfig.OFF, config, random);
    }

    // --- what goes in

    /** Hands over one datagram and returns what leaves because of it, at the same moment. */
    List<Sent> receive(TransportAddress from, byte... datagram) {
        ByteBuf buffer = buffers.heapBuffer(Math.max(1, datagram.length)).writeBytes(datagram);
        try {
            engine.receive(now, from, buffer);
        } finally {
            buffer.release();
        }
        return pump();
    }

    /** As {@link #receive}, and in the moment after that in which chunks wait for company on their way to the disk. */
    List<Sent> take(TransportAddress from, byte... datagram) {
        List<Sent> sent = new ArrayList<>(receive(from, datagram));
        sent.addAll(advance(Limits.WRITE_DELAY));
        return sent;
    }

    /** Lets time pass and returns what leaves in the course of it. */
    List<Sent> advance(long nanos) {
        long end = now + nanos;
        List<Sent> sent = new ArrayList<>(pump());
        for (long next = engine.nextTimeout(); next <= end; next = engine.nextTimeout()) {
            now = Math.min(end, Math.max(next, now + 1));
            engine.timeout(now);
            sent.addAll(pump());
            if (now == end) {
                break;
            }
        }
        now = end;
        return sent;
    }

    List<Sent> meet(TransportAddress peer) {
        engine.addPeers(now, swarmId(), List.of(peer), PeerOrigin.USER);
        engine.timeout(now);
        return pump();
    }

    List<Sent> leave() {
        engine.leave(now, swarmId());
        return pump();
    }

    /** From now on content that is to be read stays on the disk, until {@link #answerReads}. */
    void holdReads() {
        holdsReads = true;
    }

    /** Whether the disk has no room for chunks. */
    void full(boolean on) {
        full = on;
    }

    /** The disk lost part of its hashes, and of the content as well if {@code content} says so. */
    void tear(boolean content) {
        hashesTorn = true;
        contentTorn = content;
    }

    List<Sent> answerReads() {
        holdsReads = false;
        while (!heldReads.isEmpty()) {
            engine.completed(now, read(heldReads.removeFirst()));
        }
        return pump();
    }

    /** Ends everything and makes sure that no buffer is left. */
    @Override
    public void close() {
        answerReads();
        engine.close(now);
        pump();
        assertThat(buffers.metric().usedHeapMemory()).as("bytes in buffers").isZero();
    }

    // --- what can be seen

    long now() {
        return now;
    }

    long micros() {
        return EPOCH_MICROS + now / 1_000;
    }

    Content content() {
        return content;
    }

    ExchangeConfig exchange() {
        return exchange;
    }

    SwarmMetadata metadata() {
        return metadata;
    }

    SwarmId swarmId() {
        return metadata.swarmId();
    }

    Engine engine() {
        return engine;
    }

    SwarmSnapshot snapshot() {
        return Objects.requireNonNull(engine.snapshot(swarmId()));
    }

    EngineCounters.Snapshot counters() {
        return engine.counters().snapshot();
    }

    /** How many jobs have written chunks. */
    int writes() {
        return writes;
    }

    /** Channels in any state, those included that wait for an answer. */
    int channels() {
        return engine.channelCount();
    }

    int halfOpen() {
        return engine.halfOpenCount();
    }

    List<EngineEvent> events() {
        return events;
    }

    boolean sawEvent(Class<? extends EngineEvent> kind) {
        return events.stream().anyMatch(kind::isInstance);
    }

    /** Chunks that were handed out to be hashed. */
    int hashedChunks() {
        return hashedChunks;
    }

    int storedChunks() {
        return disk.size();
    }

    boolean stored(long chunk) {
        return disk.containsKey(chunk);
    }

    // --- the driver

    private List<Sent> pump() {
        List<Sent> sent = new ArrayList<>();
        ByteBuf out = Unpooled.buffer(1 << 16);
        int steps = 0;
        boolean busy = true;
        while (busy) {
            runJobs();
            for (EngineEvent event = engine.nextEvent(); event != null; event = engine.nextEvent()) {
                events.add(event);
            }
            Transmit transmit = engine.transmit(now, out.clear(), SEGMENTS);
            if (transmit != null) {
                cut(transmit, out, sent);
            }
            // What is to be sent may have to be read first.
            busy = transmit != null || runJobs();
            assertThat(++steps).as("actions at one moment").isLessThan(STEPS_AT_ONCE);
        }
        return sent;
    }

    private boolean runJobs() {
        boolean any = false;
        for (StorageJob job = engine.nextJob(); job != null; job = engine.nextJob()) {
            any = true;
            run(job);
        }
        return any;
    }

    private static void cut(Transmit transmit, ByteBuf out, List<Sent> sent) {
        assertThat(out.readableBytes()).isEqualTo(transmit.length()).isPositive();
        while (out.isReadable()) {
            byte[] datagram = new byte[Math.min(transmit.segmentLength(), out.readableBytes())];
            out.readBytes(datagram);
            sent.add(new Sent(transmit.destination(), datagram));
        }
    }

    private void run(StorageJob job) {
        if (job instanceof StorageJob.Read read) {
            if (holdsReads) {
                heldReads.addLast(read);
            } else {
                engine.completed(now, read(read));
            }
        } else if (job instanceof StorageJob.Hash hash) {
            hashedChunks += hash.chunks().size();
            byte[][] leaves = hash.chunks().stream()
                    .map(chunk -> hasher.leaf(chunk.content().duplicate()))
                    .toArray(byte[][]::new);
            engine.completed(now, new StorageResult.Hashed(hash, leaves));
        } else if (job instanceof StorageJob.Write write && full) {
            engine.completed(now, new StorageResult.Failed(write, StorageResult.Cause.NO_SPACE, "full"));
        } else if (job instanceof StorageJob.Write write && !write.verified()) {
            write.chunks().forEach(chunk -> unproven.put(chunk.number(), bytes(chunk)));
            engine.completed(now, new StorageResult.Stored(write));
        } else if (job instanceof StorageJob.Prove prove) {
            engine.completed(now, prove(prove));
        } else if (job instanceof StorageJob.Write write) {
            writes++;
            write.chunks().forEach(this::write);
            engine.completed(now, new StorageResult.Stored(write));
        } else if (job instanceof StorageJob.Save save) {
            engine.completed(now, new StorageResult.Saved(save));
        }
    }

    private void write(ReceivedChunk chunk) {
        byte[] bytes = bytes(chunk);
        assertThat(chunk.number()).as("chunk written").isLessThan(content.chunkCount());
        assertThat(bytes).as("chunk %d written", chunk.number()).isEqualTo(content.chunk(chunk.number()));
        disk.put(chunk.number(), bytes);
    }

    private static byte[] bytes(ReceivedChunk chunk) {
        return ByteBufUtil.getBytes(chunk.content());
    }

    private StorageResult prove(StorageJob.Prove job) {
        for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
            if (!Arrays.equals(unproven.getOrDefault(chunk, disk.get(chunk)), content.chunk(chunk))) {
                return new StorageResult.Refuted(job);
            }
        }
        for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
            disk.put(chunk, content.chunk(chunk));
        }
        return new StorageResult.Proved(
                job, content.upper(), content.block((content.chunkCount() - 1) / BinHashes.CHUNKS));
    }

    private StorageResult read(StorageJob.Read job) {
        int size = content.layout().chunkSizeBytes();
        ByteBuf out = buffers.heapBuffer(BinHashes.CHUNKS * size).writeZero(BinHashes.CHUNKS * size);
        for (long bits = job.wanted(); bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            out.setBytes(at * size, content.chunk(job.bin() * BinHashes.CHUNKS + at));
        }
        BinHashes block = content.block(job.bin());
        if (hashesTorn && (contentTorn || !job.rehash())) {
            block.remove(Bin.leaf(job.bin() * BinHashes.CHUNKS + 1));
        }
        return new StorageResult.Content(job, out, 0, block);
    }
}
