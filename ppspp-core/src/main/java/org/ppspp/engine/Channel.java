package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.congestion.CongestionControl;
import org.ppspp.integrity.Integrity.Offer;
import org.ppspp.integrity.PendingHashes;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;

/**
 * One remote peer in one swarm: what was said, what is owed in either direction, and when something must happen.
 *
 * <p>It takes in messages and keeps the time; {@link ChannelWriter} writes its datagrams.
 */
final class Channel {
    private enum Phase {
        OPENING,
        ESTABLISHED,
        CLOSED
    }

    private final Engine engine;
    private final Swarm swarm;
    private final TransportAddress address;
    private final boolean initiator;
    private final int localId;
    private final CongestionControl congestion;
    private final Asking asking;
    private final ChunkMap peerHas;
    private final PendingHashes pending;
    private final Outbox outbox;
    private final Serving serving;
    private final ChannelWriter writer;
    private final Conduct conduct = new Conduct();
    private final ExchangePartner exchange = new ExchangePartner();
    private final Dialling dialling;
    private final Liveness liveness;
    private final Traffic traffic = new Traffic();

    private Dialect dialect;
    private @Nullable UUID peerId;
    /** What the peer book knows the peer by; null once another channel to the same peer has taken this over. */
    private @Nullable TransportAddress bookAddress;

    private Phase phase = Phase.OPENING;
    private int remoteId;
    /** How many chunks of a live stream the peer keeps. */
    private long discardWindow = ProtocolOptions.KEEPS_ALL;

    /** The highest chunk that it told of. */
    private long newest = -1;

    private boolean writable = true;
    private boolean readyQueued;

    /** An initiator opens in {@code dialect}, and goes on in that of the answer. */
    Channel(
            Engine engine,
            Swarm swarm,
            TransportAddress address,
            boolean initiator,
            int localId,
            Dialect dialect,
            long now) {
        this.engine = engine;
        this.swarm = swarm;
        this.address = address;
        this.initiator = initiator;
        this.localId = localId;
        this.dialect = dialect;
        this.bookAddress = address;
        this.congestion = engine.congestionFor(address, swarm);
        this.asking = new Asking(this, swarm);
        this.peerHas = new ChunkMap(Limits.PEER_PAGES);
        this.pending = swarm.integrity().newPending(Limits.PENDING_HASHES);
        this.outbox = new Outbox(swarm.have());
        this.serving = new Serving(this, swarm);
        this.writer = new ChannelWriter(this, swarm, engine);
        this.dialling = new Dialling(this, swarm, engine, now);
        this.liveness = new Liveness(now);
    }

    // --- what others ask of it

    int localId() {
        return localId;
    }

    int remoteId() {
        return remoteId;
    }

    TransportAddress address() {
        return address;
    }

    Swarm swarm() {
        return swarm;
    }

    boolean initiator() {
        return initiator;
    }

    boolean reliable() {
        return address.reliable();
    }

    boolean opening() {
        return phase == Phase.OPENING;
    }

    boolean established() {
        return phase == Phase.ESTABLISHED;
    }

    boolean closed() {
        return phase == Phase.CLOSED;
    }

    boolean writable() {
        return writable;
    }

    ChunkMap peerHas() {
        return peerHas;
    }

    PendingHashes pending() {
        return pending;
    }

    CongestionControl congestion() {
        return congestion;
    }

    Dialect dialect() {
        return dialect;
    }

    @Nullable
    UUID peerId() {
        return peerId;
    }

    @Nullable
    TransportAddress bookAddress() {
        return bookAddress;
    }

    Asking asking() {
        return asking;
    }

    RequestLedger ledger() {
        return asking.ledger();
    }

    Outbox outbox() {
        return outbox;
    }

    Serving serving() {
        return serving;
    }

    Conduct conduct() {
        return conduct;
    }

    ExchangePartner exchange() {
        return exchange;
    }

    Liveness liveness() {
        return liveness;
    }

    Traffic traffic() {
        return traffic;
    }

    boolean wantsContent() {
        return !serving.queue().isEmpty();
    }

    boolean peerComplete() {
        long count = swarm.content().chunkCount();
        return count >= 0 && peerHas.cardinality() >= count;
    }

    /** Whether the peer is there and answers requests, as far as we know. */
    boolean willing(long now) {
        return established() && asking.willing() && !liveness.suspect(now);
    }

    /** Chunks that may be asked of this peer now. */
    int requestRoom(long now) {
        return willing(now) ? asking.room() : 0;
    }

    // --- handshake

    /** The answer to our opening, or the echo of our answer: the peer receives at its address. */
    void establish(int remoteChannel, Greeting.Heard heard, long now) {
        dialect = heard.dialect();
        peerId = heard.peerId();
        discardWindow = heard.discardWindow();
        exchange.supports(heard.supported());
        remoteId = remoteChannel;
        phase = Phase.ESTABLISHED;
        if (initiator) {
            long roundTrip = dialling.roundTrip(now);
            asking.roundTrip(now, roundTrip);
            congestion.roundTrip(now, roundTrip);
            // RFC 7574 §12.1.2: the responder waits for this to believe our address.
            outbox.answer();
        }
        if (dialect.bareMessages() && !swarm.content().endless()) {
            outbox.announcements().holdBack();
        }
        outbox.announcements().all(now);
        if (!reliable()) {
            outbox.announcements().repeat(now);
        }
        swarm.neighbours().established(this, now);
        ready();
    }

    // --- incoming

    /** Takes in the messages behind the channel number. */
    void receive(ByteBuf messages, long now) {
        liveness.heard(now);
        conduct.datagram();
        swarm.countReceived(messages.readableBytes() + Integer.BYTES);
        MessageReader reader = new MessageReader(
                messages,
                swarm.content().format(),
                reliable() ? Limits.MESSAGES_PER_FRAME : Limits.MESSAGES_PER_DATAGRAM);
        if (reliable()) {
            reader.named();
        }
        boolean acked = false;
        try {
            for (Message message = reader.next(); message != null && !closed(); message = reader.next()) {
                if (phase == Phase.OPENING && !(message instanceof Message.Handshake)) {
                    return;
                }
                if (message instanceof Message.Handshake handshake && !onHandshake(handshake, now)) {
                    return;
                }
                acked |= message instanceof Message.Ack;
                on(message, now);
            }
        } catch (MalformedMessageException e) {
            engine.counters().malformed();
            engine.offended(this, now, String.valueOf(e.getMessage()));
        } finally {
            if (acked && !closed()) {
                afterAcks(now);
            }
        }
        ready();
    }

    private void on(Message message, long now) {
        if (message instanceof Message.Data data) {
            onData(data, now);
        } else if (message instanceof Message.Ack ack) {
            peerHasChunks(ack.chunks(), now);
            congestion.acked(now, ack.chunks(), ack.delayMicros());
            writer.limit().acked(ack.chunks());
        } else if (message instanceof Message.Integrity integrity) {
            if (swarm.integrity().offer(pending, integrity.bin(), integrity.hash(), now) == Offer.CONFLICT) {
                engine.offended(this, now, "a hash that cannot be");
            }
        } else if (message instanceof Message.Have have) {
            peerHasChunks(have.chunks(), now);
        } else if (message instanceof Message.Request request) {
            serving.requested(request.chunks(), now);
        } else if (message instanceof Message.Cancel cancel) {
            serving.queue().remove(cancel.chunks().first(), cancel.chunks().last());
        } else if (message instanceof Message.Choke) {
            asking.choked(true, now);
        } else if (message instanceof Message.Unchoke) {
            asking.choked(false, now);
        } else if (message instanceof Message.SignedIntegrity signature) {
            swarm.content().signed(this, signature, now);
        } else {
            swarm.exchange().received(this, message, now);
        }
    }

    /** Returns whether the rest of the datagram counts. */
    private boolean onHandshake(Message.Handshake handshake, long now) throws MalformedMessageException {
        if (handshake.closing()) {
            swarm.neighbours().left(this, now);
            return false;
        }
        if (phase == Phase.ESTABLISHED) {
            // A late duplicate of the answer: our third datagram was lost (RFC 7574 §8.2).
            if (handshake.sourceChannel() == remoteId) {
                outbox.answer();
            }
            return handshake.sourceChannel() == remoteId;
        }
        Greeting.Heard heard = swarm.greeting().hear(handshake.options(), false, reliable());
        String mismatch = heard.mismatch();
        if (mismatch != null) {
            engine.closeQuietly(address, handshake.sourceChannel());
            swarm.neighbours().drop(this, now, mismatch);
            return false;
        }
        establish(handshake.sourceChannel(), heard, now);
        return !closed();
    }

    private void onData(Message.Data data, long now) {
        int bytes = data.content().readableBytes();
        long age = asking.arrived(data.chunk(), bytes, now);
        traffic.received(bytes);
        swarm.received(this, data, age, now);
    }

    /** The peer announced or acknowledged chunks: it has them and waits for them no more (RFC 7574 §3.8). */
    void peerHasChunks(ChunkRange range, long now) {
        ChunkRange clipped = swarm.content().clip(range);
        if (clipped == null) {
            return;
        }
        if (!peerHas.containsAll(clipped.first(), clipped.last())) {
            boolean wasComplete = peerComplete();
            peerHas.set(clipped.first(), clipped.last());
            discard(clipped.last());
            exchange.gained(now);
            swarm.scheduleSoon();
            if (!wasComplete && peerComplete()) {
                outbox.announcements().clear();
            }
        }
        serving.queue().remove(clipped.first(), clipped.last());
    }

    /** RFC 7574 §6.2: a peer has what it tells of only as long as its discard window reaches back. */
    private void discard(long told) {
        newest = Math.max(newest, told);
        long kept = discardWindow == ProtocolOptions.KEEPS_ALL ? 0 : newest - discardWindow + 1;
        if (kept > 0) {
            peerHas.clear(0, kept - 1);
        }
    }

    /** Chunks outside of {@code first..last} exist no more, or not yet. */
    void keepOnly(long first, long last) {
        if (first > 0) {
            peerHas.clear(0, first - 1);
            serving.forgetBelow(first);
        }
        peerHas.clear(last + 1, ChunkRange.MAX_CHUNK);
        newest = Math.min(newest, last);
    }

    /** All chunks there were are void. */
    void startOver(long now) {
        peerHas.clear(0, ChunkRange.MAX_CHUNK);
        newest = -1;
        asking.giveUpAll(now);
        outbox.startOver(now);
        serving.startOver();
    }

    private void afterAcks(long now) {
        congestion.ackedAll(now);
        serving.believe();
        collectLost(now);
    }

    private boolean collectLost(long now) {
        boolean any = false;
        for (long chunk = congestion.pollLost(); chunk >= 0; chunk = congestion.pollLost()) {
            serving.lost(chunk);
            writer.limit().lost(now, chunk);
            any = true;
        }
        return any;
    }

    /** Acknowledges a chunk, whether it is stored now or was before; connections need no word of that. */
    void acknowledge(long chunk, long delayMicros) {
        if (!reliable()) {
            outbox.ack(chunk, delayMicros, dialect.singleAcks());
            ready();
        }
    }

    /** This channel stays of two to the same peer: from now on it stands for the address that {@code other} was dialled at. */
    void replaces(Channel other) {
        if (other.initiator && !initiator) {
            bookAddress = other.bookAddress;
            other.bookAddress = null;
        }
    }

    void writable(boolean on) {
        writable = on;
        ready();
    }

    // --- outgoing and time

    /** Asks to be offered the chance to send. */
    void ready() {
        if (!readyQueued && !closed()) {
            readyQueued = true;
            engine.ready(this);
        }
    }

    /** Writes the next run of datagrams, or returns null when there is nothing to send at the moment. */
    @Nullable
    Transmit transmit(long now, ByteBuf out, int maxSegments) {
        readyQueued = false;
        if (closed() || !writable) {
            return null;
        }
        if (phase == Phase.OPENING) {
            return dialling.write(now, out);
        }
        return writer.write(now, out, maxSegments);
    }

    /** Accounts for what {@link ChannelWriter} wrote. */
    void left(long now, int bytes, int dataBytes) {
        liveness.spoke(now);
        traffic.sent(dataBytes);
        swarm.countSent(bytes, dataBytes);
    }

    /** Does what is due; to be called at {@link #nextWake} or later. */
    void timeout(long now) {
        if (phase == Phase.OPENING) {
            dialling.timeout(now);
            return;
        }
        if (liveness.dead(now)) {
            swarm.neighbours().drop(this, now, "silent");
            return;
        }
        if (congestion.deadline() <= now) {
            congestion.timeout(now);
            if (collectLost(now)) {
                serving.doubt();
            }
        }
        if (asking.timeout(now)) {
            liveness.unanswered();
        }
        if (outbox.announcements().repeats(now)) {
            repeat(now);
        }
        if (liveness.greets(now)) {
            swarm.neighbours().greetAgain(this, now);
        }
        if (liveness.keepAliveAt() <= now) {
            outbox.answer();
        }
        ready();
    }

    /** Says again what may have been lost without anyone's noticing. */
    private void repeat(long now) {
        if (initiator && (peerHas.isEmpty() || swarm.content().endless())) {
            // Our third datagram may be lost, and the responder says nothing before it. No request does instead in a
            // stream: nothing is asked for before a signature was told.
            outbox.answer();
        }
        if (swarm.content().sized() && !swarm.have().isEmpty() && !peerComplete()) {
            outbox.announcements().all(now);
        }
    }

    long nextWake() {
        if (phase == Phase.OPENING) {
            return dialling.nextWake();
        }
        long wake = Math.min(asking.nextWake(), liveness.nextWake());
        wake = Math.min(wake, outbox.announcements().repeatAt());
        if (!writable) {
            return wake;
        }
        wake = Math.min(wake, Math.min(liveness.keepAliveAt(), congestion.deadline()));
        return Math.min(wake, Math.min(outbox.announcements().due(), writer.blockedUntil()));
    }

    /** Ends the channel here; what it owed us is asked elsewhere. */
    void close(long now) {
        phase = Phase.CLOSED;
        pending.clear();
        asking.giveUpAll(now);
        serving.clear();
    }
}
