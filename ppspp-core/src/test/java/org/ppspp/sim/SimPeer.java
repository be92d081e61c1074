package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.PeerCosts;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.picker.PlayWindow;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** A real engine with a simulated disk, network and clock, which watches what its engine says. */
public final class SimPeer implements SimNode, EngineDriver.Watcher {
    private final Simulation simulation;
    private final Content content;
    private final SwarmMetadata metadata;
    private final EngineConfig config;
    private final TransportAddress address;
    private final TransportAddress tcpAddress;
    private final SimDisk disk;
    private final long seed;
    private final boolean honest;
    private final Collection<TransportAddress> honestPeers;
    private final long clockSkewMicros;
    private final List<EngineEvent> events = new ArrayList<>();
    private final EngineDriver driver;
    private int incarnation;
    private boolean answersReads = true;
    private long frozenUntil;
    private ExchangeConfig exchange = ExchangeConfig.OFF;

    SimPeer(
            Simulation simulation,
            Content content,
            SwarmMetadata metadata,
            EngineConfig config,
            int number,
            boolean honest,
            Collection<TransportAddress> honestPeers) {
        this(simulation, content, metadata, config, socket(number), honest, honestPeers);
    }

    SimPeer(
            Simulation simulation,
            Content content,
            SwarmMetadata metadata,
            EngineConfig config,
            InetSocketAddress socket,
            boolean honest,
            Collection<TransportAddress> honestPeers) {
        this.simulation = simulation;
        this.content = content;
        this.metadata = metadata;
        this.config = config;
        this.address = TransportAddress.udp(socket);
        this.tcpAddress = TransportAddress.tcp(socket);
        this.disk = new SimDisk(simulation, content);
        this.driver = new EngineDriver(simulation, this, address, this);
        this.seed = simulation.random().nextLong();
        this.honest = honest;
        this.honestPeers = honestPeers;
        this.clockSkewMicros = simulation.random().nextLong(10_000_000_000L) - 5_000_000_000L;
        if (honest) {
            honestPeers.add(address);
            honestPeers.add(tcpAddress);
        }
    }

    /** A leecher, which is peer 0, and seeders that send so many bytes a second; 0 is no limit. All are still to be started. */
    static List<SimPeer> seeded(Simulation simulation, Content content, SwarmMetadata metadata, long... uploads) {
        List<SimPeer> peers = new ArrayList<>();
        Set<TransportAddress> honest = new HashSet<>();
        for (int i = 0; i <= uploads.length; i++) {
            EngineConfig config = uploading(i == 0 ? 0 : uploads[i - 1]);
            peers.add(new SimPeer(simulation, content, metadata, config, i, true, honest));
            if (i > 0) {
                peers.get(i).disk().fill();
            }
        }
        return peers;
    }

    /** The usual settings with so many bytes a second to send; 0 is no limit. */
    static EngineConfig uploading(long maxBytesPerSecond) {
        return new EngineConfig(
                50,
                maxBytesPerSecond,
                0,
                EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES,
                1 << 20,
                LedbatProfile.DEFAULT,
                null);
    }

    /** Where the peer of this number listens. */
    static InetSocketAddress socket(int number) {
        try {
            byte[] raw = {10, 0, (byte) (number >> 8), (byte) number};
            return new InetSocketAddress(InetAddress.getByAddress(raw), 6778);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** From the next start on. */
    void exchange(ExchangeConfig config) {
        exchange = config;
    }

    public TransportAddress address() {
        return address;
    }

    TransportAddress tcpAddress() {
        return tcpAddress;
    }

    SimDisk disk() {
        return disk;
    }

    public List<EngineEvent> events() {
        return events;
    }

    public boolean complete() {
        return events.stream().anyMatch(EngineEvent.Completed.class::isInstance) && disk.complete();
    }

    public @Nullable SwarmSnapshot snapshot() {
        Engine running = driver.engine();
        return running == null ? null : running.snapshot(metadata.swarmId());
    }

    void storageDelay(long nanos) {
        driver.storageDelay(nanos);
    }

    /** From now on no DATA leaves: the disk never answers. */
    void stall() {
        answersReads = false;
    }

    /** For so long nothing comes in, nothing goes out and nothing is done, as if the process was stopped. */
    void freeze(long nanos) {
        frozenUntil = simulation.now() + nanos;
        simulation.after(nanos, () -> {
            driver.with(running -> running.timeout(simulation.now()));
        });
    }

    @Override
    public boolean frozen() {
        return simulation.now() < frozenUntil;
    }

    /** Where somebody reads the content, the newest reader first. */
    void seek(List<PlayWindow> windows) {
        driver.with(running -> running.seek(simulation.now(), metadata.swarmId(), windows));
    }

    boolean running() {
        return driver.engine() != null;
    }

    /** Starts, or starts again with what the disk holds. */
    public void start() {
        incarnation++;
        Engine started =
                new Engine(config, 1_700_000_000_000_000L + clockSkewMicros, new SplittableRandom(seed + incarnation));
        driver.start(started);
        simulation.attach(address, this);
        simulation.attach(tcpAddress, this);
        boolean sizeKnown = metadata.contentLengthBytes() != null || disk.complete() || sizeWasKnown();
        SwarmMetadata known =
                sizeKnown ? metadata.withContentLength(content.layout().lengthBytes()) : metadata;
        started.join(
                simulation.now(),
                new SwarmConfig(
                        known, sizeKnown ? disk.have() : new ChunkMap(), disk.upper(), disk.partial(), exchange));
        driver.pump();
    }

    private boolean sizeWasKnown() {
        return events.stream().anyMatch(EngineEvent.SizeKnown.class::isInstance);
    }

    /** Is gone without a word; the disk stays. */
    public void crash() {
        Engine crashed = driver.stop();
        incarnation++;
        simulation.detach(address);
        simulation.detach(tcpAddress);
        simulation.connections().forget(this);
        disk.crash();
        if (crashed != null) {
            driver.close(crashed);
        }
    }

    /** Leaves with a word to everyone. */
    public void stop() {
        Engine leaving = driver.engine();
        if (leaving != null) {
            leaving.leave(simulation.now(), metadata.swarmId());
            driver.pump();
            crash();
        }
    }

    public void meet(PeerOrigin origin, List<TransportAddress> peers) {
        driver.with(running -> running.addPeers(simulation.now(), metadata.swarmId(), peers, origin));
    }

    /** Says what asking each host costs from now on. */
    void costs(PeerCosts costs) {
        driver.with(running -> running.setCosts(metadata.swarmId(), costs));
    }

    @Override
    public void receive(TransportAddress from, ByteBuf datagram) {
        if (!frozen()) {
            driver.with(running -> running.receive(simulation.now(), from, datagram));
        }
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
        check(event);
        events.add(event);
    }

    @Override
    public void leaving(TransportAddress to, byte[] datagram) {
        if (honest) {
            check(datagram, to.reliable());
        }
    }

    @Override
    public boolean does(StorageJob job) {
        return answersReads || !(job instanceof StorageJob.Read);
    }

    @Override
    public StorageResult run(StorageJob job) {
        return disk.run(job);
    }

    // --- invariants

    private void check(EngineEvent event) {
        if (event instanceof EngineEvent.SizeKnown known) {
            assertThat(known.contentLengthBytes())
                    .as("I3: reported size")
                    .isEqualTo(content.layout().lengthBytes());
        } else if (event instanceof EngineEvent.Completed) {
            assertThat(disk.complete()).as("complete on disk").isTrue();
        } else if (event instanceof EngineEvent.PeerBanned banned && honest) {
            assertThat(honestPeers)
                    .as("I8: honest peers are never banned: %s", banned)
                    .doesNotContain(banned.address());
        }
    }

    /** I1, I2: what leaves is the true content, and what is announced or acknowledged is on disk. */
    private void check(byte[] datagram, boolean frame) {
        ByteBuf buffer = Unpooled.wrappedBuffer(datagram);
        buffer.readInt();
        WireFormat format = new WireFormat(
                metadata.addressing(),
                metadata.hashFunction().length(),
                0,
                metadata.chunkSizeBytes(),
                content.layout().lengthBytes());
        MessageReader reader = new MessageReader(buffer, format, 2_048);
        if (frame) {
            reader.named();
        }
        try {
            for (Message message = reader.next(); message != null; message = reader.next()) {
                if (message instanceof Message.Data data) {
                    byte[] bytes = new byte[data.content().readableBytes()];
                    data.content().getBytes(data.content().readerIndex(), bytes);
                    assertThat(bytes).as("I1: DATA %d", data.chunk()).isEqualTo(content.chunk(data.chunk()));
                } else if (message instanceof Message.Have have) {
                    assertHeld(have.chunks(), "HAVE");
                } else if (message instanceof Message.Ack ack) {
                    assertHeld(ack.chunks(), "ACK");
                } else if (message instanceof Message.Integrity integrity) {
                    assertThat(integrity.hash())
                            .as("INTEGRITY of bin %d", integrity.bin())
                            .isEqualTo(content.hash(integrity.bin()));
                }
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("our own datagram does not parse", e);
        }
    }

    private void assertHeld(ChunkRange range, String what) {
        for (long chunk = range.first(); chunk <= range.last(); chunk++) {
            assertThat(disk.holds(chunk))
                    .as("I2: %s %s, chunk %d on disk", what, range, chunk)
                    .isTrue();
        }
    }
}
