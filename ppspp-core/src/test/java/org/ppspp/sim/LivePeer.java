package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.LiveConfig;
import org.ppspp.engine.LiveSnapshot;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.TransportAddress;

/** A viewer or the source of a simulated live stream: a real engine, a store in memory, and checks of what it says. */
final class LivePeer implements SimNode, EngineDriver.Watcher {
    private static final long EPOCH_MICROS = 1_700_000_000_000_000L;
    private static final long MAX_SKEW_MICROS = 1_000_000;

    private final Simulation simulation;
    private final LiveStream stream;
    private final EngineConfig config;
    private final LiveConfig live;
    private final boolean honest;
    private final Collection<TransportAddress> honestPeers;
    private final TransportAddress address;
    private final TransportAddress tcpAddress;
    private final EngineDriver driver;
    private final NodeHasher hasher;
    private final long seed;
    private final long skewMicros;
    private final TreeMap<Long, byte[]> store = new TreeMap<>();
    private final ChunkMap held = new ChunkMap();
    private final Map<Long, Long> storedAt = new HashMap<>();
    private final List<EngineEvent> events = new ArrayList<>();
    private ChunkMap have = new ChunkMap();
    private int lives;
    private boolean lying;
    private long startedAt;
    private long nextChunk;

    LivePeer(
            Simulation simulation,
            LiveStream stream,
            EngineConfig config,
            LiveConfig live,
            int number,
            boolean honest,
            Collection<TransportAddress> honestPeers) {
        this.simulation = simulation;
        this.stream = stream;
        this.config = config;
        this.live = live;
        this.honest = honest;
        this.honestPeers = honestPeers;
        this.address = TransportAddress.udp(SimPeer.socket(number));
        this.tcpAddress = TransportAddress.tcp(SimPeer.socket(number));
        this.driver = new EngineDriver(simulation, this, address, this);
        this.hasher = new NodeHasher(stream.metadata().hashFunction());
        this.seed = simulation.random().nextLong();
        this.skewMicros = simulation.random().nextLong(2 * MAX_SKEW_MICROS) - MAX_SKEW_MICROS;
        if (honest) {
            honestPeers.add(address);
            honestPeers.add(tcpAddress);
        }
    }

    TransportAddress address() {
        return address;
    }

    TransportAddress tcpAddress() {
        return tcpAddress;
    }

    List<EngineEvent> events() {
        return events;
    }

    boolean running() {
        return driver.engine() != null;
    }

    long startedAt() {
        return startedAt;
    }

    /** When a chunk was stored, or null. */
    @Nullable
    Long storedAt(long chunk) {
        return storedAt.get(chunk);
    }

    /** From now on every chunk it sends is wrong. */
    void lie() {
        lying = true;
    }

    SwarmSnapshot snapshot() {
        Engine running = Objects.requireNonNull(driver.engine());
        return Objects.requireNonNull(running.snapshot(stream.metadata().swarmId()));
    }

    LiveSnapshot live() {
        return Objects.requireNonNull(snapshot().live());
    }

    /** Pages in the map of what is held: those of chunks that are gone must be given back. */
    int pages() {
        return have.partialPages();
    }

    void start() {
        lives++;
        startedAt = simulation.now();
        Engine started = new Engine(config, EPOCH_MICROS + skewMicros, new SplittableRandom(seed + lives));
        driver.start(started);
        simulation.attach(address, this);
        simulation.attach(tcpAddress, this);
        forget();
        nextChunk = 0;
        SwarmConfig joining = SwarmConfig.live(stream.metadata(), live, ExchangeConfig.OFF);
        have = joining.have();
        started.join(simulation.now(), joining);
        driver.pump();
    }

    private void forget() {
        store.clear();
        storedAt.clear();
        held.clear(0, ChunkRange.MAX_CHUNK);
    }

    void crash() {
        Engine crashed = driver.stop();
        simulation.detach(address);
        simulation.detach(tcpAddress);
        simulation.connections().forget(this);
        if (crashed != null) {
            driver.close(crashed);
        }
    }

    void stop() {
        Engine leaving = driver.engine();
        if (leaving != null) {
            leaving.leave(simulation.now(), stream.metadata().swarmId());
            driver.pump();
            crash();
        }
    }

    void meet(List<TransportAddress> peers) {
        driver.with(
                running -> running.addPeers(simulation.now(), stream.metadata().swarmId(), peers, PeerOrigin.TRACKER));
    }

    /** As the source: makes, stores, signs and announces the next chunks. */
    void produce(int count) {
        Engine running = driver.engine();
        if (running == null) {
            return;
        }
        long now = simulation.now();
        LiveStream.Piece piece = stream.next(nextChunk, count, now, ntpNow());
        for (int i = 0; i < count; i++) {
            store.put(nextChunk + i, piece.chunks().get(i));
            held.set(nextChunk + i);
            storedAt.put(nextChunk + i, now);
        }
        nextChunk += count;
        running.append(now, stream.metadata().swarmId(), piece.segment());
        driver.pump();
        discard();
    }

    long ntpNow() {
        return NtpTime.ofUnixMicros(EPOCH_MICROS + skewMicros + simulation.now() / 1_000);
    }

    @Override
    public void receive(TransportAddress from, ByteBuf datagram) {
        driver.with(running -> running.receive(simulation.now(), from, datagram));
    }

    @Override
    public void dialledFrom(TransportAddress from) {
        if (honest) {
            honestPeers.add(from);
        }
    }

    @Override
    public void closed(TransportAddress remote) {
        driver.with(running -> running.closed(simulation.now(), remote));
    }

    @Override
    public void writable(TransportAddress remote, boolean writable) {
        driver.with(running -> running.writable(remote, writable));
    }

    // --- what its engine does

    @Override
    public void event(EngineEvent event) {
        events.add(event);
        if (event instanceof EngineEvent.StreamRestarted) {
            forget();
        } else if (event instanceof EngineEvent.PeerBanned banned && honest) {
            assertThat(honestPeers)
                    .as("honest peers are never banned: %s", banned)
                    .doesNotContain(banned.address());
        }
    }

    @Override
    public boolean does(StorageJob job) {
        return true;
    }

    @Override
    public StorageResult run(StorageJob job) {
        if (job instanceof StorageJob.Hash hash) {
            return new StorageResult.Hashed(
                    hash,
                    hash.chunks().stream()
                            .map(chunk -> hasher.leaf(chunk.content().duplicate()))
                            .toArray(byte[][]::new));
        }
        if (job instanceof StorageJob.Write write) {
            return write(write);
        }
        if (job instanceof StorageJob.Read read) {
            return read(read);
        }
        throw new AssertionError("a live stream has no " + job);
    }

    private StorageResult write(StorageJob.Write write) {
        for (ReceivedChunk chunk : write.chunks()) {
            byte[] bytes = new byte[chunk.content().readableBytes()];
            chunk.content().getBytes(chunk.content().readerIndex(), bytes);
            assertThat(stream.ever(chunk.number(), bytes))
                    .as("chunk %d given to storage is a true one", chunk.number())
                    .isTrue();
            if (stream.now(chunk.number(), bytes)) {
                store.put(chunk.number(), bytes);
                held.set(chunk.number());
                storedAt.putIfAbsent(chunk.number(), simulation.now());
            }
        }
        discard();
        return new StorageResult.Stored(write);
    }

    /** Keeps what the discard window says, and a little more. */
    private void discard() {
        long kept = Objects.requireNonNull(stream.metadata().discardWindowChunks());
        while (kept < Long.MAX_VALUE && !store.isEmpty() && store.firstKey() < store.lastKey() - kept - 256) {
            held.clear(Objects.requireNonNull(store.pollFirstEntry()).getKey());
        }
    }

    private StorageResult read(StorageJob.Read read) {
        int size = stream.metadata().chunkSizeBytes();
        ByteBuf out = simulation.buffers().heapBuffer(64 * size);
        out.writeZero(64 * size);
        long damaged = 0;
        for (long bits = read.wanted(); bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            byte[] bytes = store.get(read.bin() * 64 + at);
            if (bytes == null) {
                damaged |= 1L << at;
            } else {
                out.setBytes(at * size, bytes);
            }
        }
        return new StorageResult.Content(read, out, damaged, null);
    }

    // --- invariants

    /** What leaves is true, and what is announced or acknowledged is signed, verified and stored. */
    @Override
    public void leaving(TransportAddress to, byte[] datagram) {
        if (lying && datagram.length > stream.metadata().chunkSizeBytes()) {
            // DATA comes last in its datagram, and the chunk last in DATA.
            datagram[datagram.length - 1] ^= 1;
        }
        if (!honest) {
            return;
        }
        ByteBuf buffer = Unpooled.wrappedBuffer(datagram);
        buffer.readInt();
        MessageReader reader = new MessageReader(buffer, stream.format(), 2_048);
        if (to.reliable()) {
            reader.named();
        }
        try {
            boolean munro = false;
            for (Message message = reader.next(); message != null; message = reader.next()) {
                if (message instanceof Message.Data data) {
                    byte[] bytes = new byte[data.content().readableBytes()];
                    data.content().getBytes(data.content().readerIndex(), bytes);
                    if (!stream.ever(data.chunk(), bytes)) {
                        throw new AssertionError("DATA " + data.chunk() + " is not true");
                    }
                } else if (message instanceof Message.Have have) {
                    assertHeld(have.chunks(), "HAVE");
                } else if (message instanceof Message.Ack ack) {
                    assertHeld(ack.chunks(), "ACK");
                } else if (message instanceof Message.Integrity integrity) {
                    munro = Bin.width(integrity.bin()) > 1;
                    continue;
                } else if (message instanceof Message.SignedIntegrity) {
                    assertThat(munro || stream.metadata().integrityMethod().code() == 2)
                            .as("a munro's hash goes right before its signature")
                            .isTrue();
                }
                munro = false;
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("our own datagram does not parse", e);
        }
    }

    private void assertHeld(ChunkRange range, String what) {
        if (!held.containsAll(range.first(), range.last())) {
            throw new AssertionError(what + " " + range + ", not all of which is stored: " + held);
        }
    }
}
