package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.congestion.CongestionControl;
import org.ppspp.congestion.LedbatControl;
import org.ppspp.congestion.Unlimited;
import org.ppspp.engine.HalfOpenTable.HalfOpen;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.picker.PlayWindow;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/**
 * One peer's whole protocol state: a state machine without clock, socket, thread, file or lock.
 *
 * <p>Datagrams, time and the answers of storage go in through {@link #receive}, {@link #timeout} and {@link #completed};
 * datagrams, storage jobs and events come out of {@link #transmit}, {@link #nextJob} and {@link #nextEvent}, which are to be
 * polled until null after every call, and {@link #nextTimeout} says when time matters next. The same sequence of calls with
 * the same random generator always gives the same answers; the simulator of the tests rests on that.
 *
 * <p>Confined to one thread. Every {@code now} is monotonic nanoseconds, not negative. Randomness must be cryptographic in
 * production: unguessable channel numbers are the protocol's only authentication (RFC 7574 §12.1).
 */
public final class Engine {
    private record Reply(TransportAddress to, byte[] datagram) {}

    private final EngineConfig config;
    private final long epochMicros;
    private final RandomGenerator random;
    private final Map<SwarmId, Swarm> swarms = new LinkedHashMap<>();
    private final Map<Integer, Channel> channels = new HashMap<>();
    private final Openings openings;
    private final Identity identity;
    private final BanList bans = new BanList();
    private final DialLimits dialLimits = new DialLimits();
    private final EngineCounters counters = new EngineCounters();
    private final RateLimit uploadLimit;
    private final RateLimit downloadLimit;
    private final ArrayDeque<Reply> replies = new ArrayDeque<>();
    private final ArrayDeque<Channel> ready = new ArrayDeque<>();
    private final ArrayDeque<StorageJob> jobs = new ArrayDeque<>();
    private final ArrayDeque<EngineEvent> events = new ArrayDeque<>();
    private final Set<Swarm> dirty = new LinkedHashSet<>();
    private final Set<Swarm> receiving = new LinkedHashSet<>();
    private @Nullable Channel latest;

    /** {@code epochMicros} is the wall clock, in microseconds since 1970, at {@code now} 0. */
    public Engine(EngineConfig config, long epochMicros, RandomGenerator random) {
        this.config = config;
        this.epochMicros = epochMicros;
        this.random = random;
        this.openings = new Openings(this);
        this.identity = Identity.random(random, config.dialect());
        this.uploadLimit = new RateLimit(config.maxUploadBytesPerSecond());
        this.downloadLimit = new RateLimit(config.maxDownloadBytesPerSecond());
    }

    // --- in

    /** Takes in one datagram or the body of one TCP frame; {@code datagram} is borrowed for the call. */
    public void receive(long now, TransportAddress from, ByteBuf datagram) {
        if (datagram.readableBytes() < Integer.BYTES) {
            counters.tooShort();
            return;
        }
        int id = datagram.readInt();
        if (id == 0) {
            openings.receive(now, from, datagram);
            return;
        }
        Channel channel = latest != null && latest.localId() == id ? latest : channels.get(id);
        if (channel == null) {
            channel = echo(id, from, now);
        } else if (!channel.address().equals(from)) {
            // Anyone can forge this: it must not disturb the channel.
            counters.wrongAddress();
            return;
        }
        if (channel == null) {
            counters.unknownChannel();
            return;
        }
        latest = channel;
        channel.receive(datagram, now);
    }

    /** The initiator of a handshake we answered uses the channel number we gave it: it is where it says it is. */
    private @Nullable Channel echo(int id, TransportAddress from, long now) {
        HalfOpen half = openings.take(id, from);
        return half == null ? null : accept(half, now);
    }

    /** Makes a handshake that we answered a channel; null, with a word to the peer, if there are too many. */
    @Nullable
    Channel accept(HalfOpen half, long now) {
        Swarm swarm = half.swarm();
        if (channels.size() >= Limits.CHANNELS || !swarm.neighbours().slots().admit(half.address(), now)) {
            closeQuietly(half.address(), half.remoteId());
            return null;
        }
        Channel channel = new Channel(
                this, swarm, half.address(), false, half.localId(), half.heard().dialect(), now);
        channels.put(channel.localId(), channel);
        swarm.neighbours().add(channel);
        swarm.book().opened(half.address());
        Greeting.remember(half.have(), channel, now);
        channel.congestion().roundTrip(now, half.age(now));
        channel.establish(half.remoteId(), half.heard(), now);
        return channel;
    }

    /** Back-pressure of a TCP connection. */
    public void writable(TransportAddress address, boolean writable) {
        for (Channel channel : at(address)) {
            channel.writable(writable);
        }
    }

    /** A TCP connection is closed or could not be opened. */
    public void closed(long now, TransportAddress address) {
        openings.forget(address);
        for (Channel channel : at(address)) {
            channel.swarm().neighbours().drop(channel, now, "connection closed");
        }
    }

    private List<Channel> at(TransportAddress address) {
        List<Channel> found = new ArrayList<>();
        for (Swarm swarm : swarms.values()) {
            for (Channel channel : swarm.channels()) {
                if (channel.address().equals(address)) {
                    found.add(channel);
                }
            }
        }
        return found;
    }

    /** Takes in the answer to a job. */
    public void completed(long now, StorageResult result) {
        Swarm swarm = swarms.get(result.job().swarm());
        if (swarm == null || !swarm.completed(result, now)) {
            release(result);
        }
    }

    /** Does what is due; to be called at or after {@link #nextTimeout}. */
    public void timeout(long now) {
        openings.expire(now);
        for (Swarm swarm : List.copyOf(swarms.values())) {
            swarm.timeout(now);
        }
    }

    /** Joins a swarm. Throws {@link IllegalArgumentException} if it is joined already. */
    public void join(long now, SwarmConfig config) {
        SwarmId id = config.metadata().swarmId();
        if (swarms.containsKey(id)) {
            throw new IllegalArgumentException("already in swarm " + id);
        }
        Swarm swarm = new Swarm(this, config, now);
        swarms.put(id, swarm);
        dirty(swarm);
    }

    /**
     * Closes every channel of the swarm, with a word to its peers, and forgets it. Jobs in flight are still to be answered,
     * and hashes may be handed out for saving.
     */
    public void leave(long now, SwarmId id) {
        Swarm swarm = swarms.get(id);
        if (swarm != null) {
            openings.forget(swarm);
            swarm.close(now);
            swarms.remove(id);
            dirty.remove(swarm);
            receiving.remove(swarm);
        }
    }

    /** Takes chunks of a live stream that we are the source of and have stored and signed: peers are told and served. */
    public void append(long now, SwarmId id, SignedSegment segment) {
        Swarm swarm = swarms.get(id);
        if (swarm != null) {
            swarm.content().append(segment, now);
        }
    }

    /** Learns addresses of peers. A complete peer lets those it hears of from a tracker come by themselves first. */
    public void addPeers(long now, SwarmId id, List<TransportAddress> peers, PeerOrigin origin) {
        Swarm swarm = swarms.get(id);
        if (swarm != null) {
            boolean wait = swarm.content().complete() && origin != PeerOrigin.USER;
            swarm.book().add(peers, origin, wait ? now + Limits.LET_THEM_COME : now);
            for (Channel channel : swarm.channels()) {
                if (channel.liveness().silence(now) > Limits.GREET_AGAIN && peers.contains(channel.address())) {
                    channel.liveness().greetAt(now);
                }
            }
        }
    }

    /** Prefers peers of one swarm that cost less, from now on and until told otherwise; see {@link PeerCosts}. */
    public void setCosts(SwarmId id, PeerCosts costs) {
        Swarm swarm = swarms.get(id);
        if (swarm != null) {
            swarm.costs(costs);
        }
    }

    /** Fetches first what somebody reads soon, from now on; {@code windows} has the newest reader first, and may be empty. */
    public void seek(long now, SwarmId id, List<PlayWindow> windows) {
        Swarm swarm = swarms.get(id);
        if (swarm != null) {
            swarm.seek(windows, now);
        }
    }

    /** Leaves every swarm and releases every buffer; to be called after all jobs are answered. */
    public void close(long now) {
        for (SwarmId id : List.copyOf(swarms.keySet())) {
            leave(now, id);
        }
        jobs.forEach(Engine::release);
        jobs.clear();
    }

    // --- out

    /**
     * Writes the next run of datagrams, of at most {@code maxSegments}, into {@code out}, which must have 64 KiB of room.
     * Null: nothing to send now.
     */
    public @Nullable Transmit transmit(long now, ByteBuf out, int maxSegments) {
        Reply reply = replies.pollFirst();
        if (reply != null) {
            out.writeBytes(reply.datagram());
            return new Transmit(reply.to(), reply.datagram().length, reply.datagram().length);
        }
        while (true) {
            scheduleDirty(now);
            Channel channel = ready.pollFirst();
            if (channel == null) {
                return null;
            }
            Transmit transmit = channel.transmit(now, out, maxSegments);
            if (transmit != null) {
                return transmit;
            }
        }
    }

    private void scheduleDirty(long now) {
        while (!dirty.isEmpty()) {
            Swarm swarm = dirty.iterator().next();
            dirty.remove(swarm);
            swarm.schedule(now);
        }
    }

    public @Nullable StorageJob nextJob() {
        while (jobs.isEmpty() && !receiving.isEmpty()) {
            Swarm swarm = receiving.iterator().next();
            StorageJob job = swarm.intake().nextJob();
            if (job != null) {
                return job;
            }
            receiving.remove(swarm);
        }
        return jobs.pollFirst();
    }

    public @Nullable EngineEvent nextEvent() {
        return events.pollFirst();
    }

    /** When {@link #timeout} wants to be called, or {@code Long.MAX_VALUE}. */
    public long nextTimeout() {
        long next = openings.nextExpiry();
        for (Swarm swarm : swarms.values()) {
            next = Math.min(next, swarm.nextWake());
        }
        return next;
    }

    /** How a swarm stands, or null where it is not joined. */
    public @Nullable SwarmSnapshot snapshot(SwarmId id) {
        Swarm swarm = swarms.get(id);
        return swarm == null ? null : swarm.snapshot();
    }

    /**
     * Where the peers of a swarm are that we may ask for chunks, connected ones first: whose costs are worth knowing. Empty
     * for a swarm that is complete or not joined. The set is the caller's.
     */
    public Set<InetAddress> hosts(SwarmId id) {
        Swarm swarm = swarms.get(id);
        return swarm == null || swarm.content().complete()
                ? Set.of()
                : swarm.neighbours().hosts();
    }

    public EngineCounters counters() {
        return counters;
    }

    // --- for its parts

    EngineConfig config() {
        return config;
    }

    RandomGenerator random() {
        return random;
    }

    BanList bans() {
        return bans;
    }

    DialLimits dialLimits() {
        return dialLimits;
    }

    RateLimit uploadLimit() {
        return uploadLimit;
    }

    RateLimit downloadLimit() {
        return downloadLimit;
    }

    /** The wall clock in microseconds since 1970, free of steps. */
    long micros(long now) {
        return epochMicros + now / 1_000;
    }

    @Nullable
    Swarm swarm(SwarmId id) {
        return swarms.get(id);
    }

    @Nullable
    Channel channel(int localId) {
        return channels.get(localId);
    }

    int channelCount() {
        return channels.size();
    }

    int halfOpenCount() {
        return openings.halfOpen();
    }

    CongestionControl congestionFor(TransportAddress address, Swarm swarm) {
        return address.reliable()
                ? new Unlimited()
                : new LedbatControl(
                        config.ledbat(),
                        Math.max(config.maxDatagramBytes(), swarm.metadata().chunkSizeBytes()));
    }

    Identity identity() {
        return identity;
    }

    /** Opens a channel to {@code address}; false if that is not possible or not wanted now. */
    boolean open(Swarm swarm, TransportAddress address, Dialect dialect, long now) {
        if (channels.size() >= Limits.CHANNELS || bans.banned(address.socket(), now)) {
            return false;
        }
        Channel channel = new Channel(this, swarm, address, true, newChannelId(), dialect, now);
        channels.put(channel.localId(), channel);
        swarm.neighbours().add(channel);
        channel.ready();
        return true;
    }

    /** A number that is random, not zero and not in use (RFC 7574 §8.3). */
    int newChannelId() {
        int id;
        do {
            id = random.nextInt();
        } while (id == 0 || channels.containsKey(id) || openings.contains(id));
        return id;
    }

    /** A peer broke the protocol once more. */
    void offended(Channel channel, long now, String reason) {
        InetSocketAddress socket = channel.address().socket();
        Conduct.Verdict verdict = channel.conduct().offence(now);
        if (verdict == Conduct.Verdict.BAN) {
            bans.banForOffences(socket, now);
        } else if (verdict == Conduct.Verdict.CLOSE) {
            bans.closedForOffences(socket, now);
        } else {
            return;
        }
        if (bans.banned(socket, now)) {
            dropBanned(now, reason);
        } else {
            channel.swarm().neighbours().drop(channel, now, reason);
        }
    }

    /** A peer sent a chunk that does not belong to the content. */
    void sentBadChunk(Channel channel, long now) {
        Conduct.Verdict verdict = channel.conduct().badChunk();
        if (verdict == Conduct.Verdict.BAN) {
            bans.banForContent(channel.address().socket(), now);
            dropBanned(now, "content that does not verify");
        } else if (verdict == Conduct.Verdict.SNUB) {
            channel.asking().snub(now + Limits.SNUB);
        }
    }

    /** A peer sent a signature that is not the source's. */
    void sentForgedSignature(Channel channel, long now) {
        if (channel.conduct().forgedSignature() == Conduct.Verdict.BAN) {
            bans.banForContent(channel.address().socket(), now);
            dropBanned(now, "signatures that do not verify");
        }
    }

    /** Ends every channel whose address is banned. */
    void dropBanned(long now, String reason) {
        for (Channel channel : List.copyOf(channels.values())) {
            if (bans.banned(channel.address().socket(), now)) {
                channel.swarm().neighbours().banned(channel, now, reason);
            }
        }
    }

    void forget(Channel channel) {
        channels.remove(channel.localId());
        if (latest == channel) {
            latest = null;
        }
        if (channel.reliable() && at(channel.address()).isEmpty()) {
            events.addLast(new EngineEvent.Disconnect(channel.address()));
        }
    }

    void reply(TransportAddress to, byte[] datagram) {
        replies.addLast(new Reply(to, datagram));
    }

    /** Sends a closing handshake (RFC 7574 §3.1.1) to a channel that is kept no longer. */
    void closeQuietly(TransportAddress address, int remoteId) {
        ByteBuf datagram = Unpooled.buffer(16);
        MessageWriter writer = new MessageWriter(datagram, Openings.CLOSING_FORMAT);
        writer.channel(remoteId);
        writer.handshake(0, ProtocolOptions.NONE);
        reply(address, ByteBufUtil.getBytes(datagram));
    }

    void ready(Channel channel) {
        ready.addLast(channel);
    }

    void dirty(Swarm swarm) {
        dirty.add(swarm);
    }

    /** The swarm has chunks to be hashed. */
    void receiving(Swarm swarm) {
        receiving.add(swarm);
    }

    void job(StorageJob job) {
        jobs.addLast(job);
    }

    void event(EngineEvent event) {
        events.addLast(event);
    }

    private static void release(StorageResult result) {
        if (result instanceof StorageResult.Content content) {
            content.content().release();
        }
        release(result.job());
    }

    private static void release(StorageJob job) {
        if (job instanceof StorageJob.Hash hash) {
            hash.chunks().stream().map(ReceivedChunk::content).forEach(ByteBuf::release);
        } else if (job instanceof StorageJob.Write write) {
            write.chunks().stream().map(ReceivedChunk::content).forEach(ByteBuf::release);
        }
    }
}
