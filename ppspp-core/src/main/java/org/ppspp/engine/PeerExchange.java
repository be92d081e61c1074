package org.ppspp.engine;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.ExchangeConfig.Mode;
import org.ppspp.engine.Membership.Member;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.TransportAddress;

/**
 * Peer exchange in one swarm (RFC 7574 §3.10.1, §8.13, rule R18): asks the connected peers for others, and tells them of
 * others.
 *
 * <p>Told of are only peers that verified content went to or came from within a minute. Believed is only what was asked for;
 * {@link PeerBook} decides whether to dial it. Everything that is not allowed is passed over in silence, as libswift asks
 * every second and tells unasked.
 */
final class PeerExchange {
    /** A peer that others may hear of. */
    private record Told(InetSocketAddress address, Message message) {}

    private final Engine engine;
    private final Swarm swarm;
    private final ExchangeConfig config;
    private final RandomGenerator random;
    private long wakeAt = Long.MAX_VALUE;

    PeerExchange(Engine engine, Swarm swarm, ExchangeConfig config, RandomGenerator random) {
        this.engine = engine;
        this.swarm = swarm;
        this.config = config;
        this.random = random;
    }

    private boolean off() {
        return config.mode() == Mode.OFF;
    }

    /** A handshake was completed. */
    void established(Channel channel, long now) {
        if (!off()) {
            channel.exchange().askAt(now + Limits.EXCHANGE_FIRST);
            wakeAt = Math.min(wakeAt, channel.exchange().askAt());
        }
    }

    long nextWake() {
        return wakeAt;
    }

    void timeout(long now) {
        if (wakeAt > now) {
            return;
        }
        wakeAt = Long.MAX_VALUE;
        for (Channel channel : swarm.channels()) {
            ExchangePartner partner = channel.exchange();
            if (channel.established() && partner.askAt() <= now) {
                if (wantsMore(partner, now)) {
                    partner.ask(now);
                    channel.outbox().exchange(new Message.PexReq());
                    channel.ready();
                } else {
                    partner.askAt(now + Limits.EXCHANGE_AGAIN);
                }
            }
            wakeAt = Math.min(wakeAt, partner.askAt());
        }
    }

    /** Who has everything needs nobody; but others shall hear of its peers, which takes their certificates. */
    private boolean wantsMore(ExchangePartner partner, long now) {
        boolean more = !swarm.content().complete() && swarm.neighbours().slots().room();
        return more || (config.mode() == Mode.CERTIFIED && partner.membership(engine.micros(now)) == null);
    }

    /** A message that nothing else is made of. Messages that are no part of peer exchange, or not of our form of it, are void. */
    void received(Channel from, Message message, long now) {
        if (off()) {
            return;
        }
        if (message instanceof Message.PexReq) {
            answer(from, now);
        } else if (message instanceof Message.PexResV4 result) {
            heard(from, result.address(), now);
        } else if (message instanceof Message.PexResV6 result) {
            heard(from, result.address(), now);
        } else if (message instanceof Message.PexResCert result) {
            heard(from, result.certificate(), now);
        }
    }

    // --- hearing

    private void heard(Channel from, InetSocketAddress address, long now) {
        if (config.mode() == Mode.ADDRESSES && from.exchange().hears(now)) {
            learn(from, address, now);
        }
    }

    private void heard(Channel from, byte[] certificate, long now) {
        ExchangePartner partner = from.exchange();
        if (config.mode() != Mode.CERTIFIED || !partner.hears(now) || !partner.verifies(now)) {
            return;
        }
        Member member = config.membership().member(certificate, swarm.metadata().swarmId(), engine.micros(now));
        if (member == null) {
            engine.counters().defectiveCertificate();
            partner.sentDefective();
        } else if (isOf(from.address(), member.address())) {
            partner.member(new Membership.Proof(certificate, member));
        } else {
            learn(from, member.address(), now);
        }
    }

    /** Over TCP a peer that came to us shows another port than the one it listens on. */
    private static boolean isOf(TransportAddress seen, InetSocketAddress certified) {
        return seen.reliable()
                ? seen.socket().getAddress().equals(certified.getAddress())
                : seen.socket().equals(certified);
    }

    private void learn(Channel from, InetSocketAddress address, long now) {
        if (!swarm.content().complete()) {
            swarm.book()
                    .hear(
                            new TransportAddress(config.transport(), address),
                            from.address().socket(),
                            now);
        }
    }

    // --- telling

    private void answer(Channel to, long now) {
        if (!to.exchange().mayAsk(now)) {
            return;
        }
        List<Told> results = results(to, now);
        for (Told told : results) {
            to.outbox().exchange(told.message());
        }
        if (!results.isEmpty()) {
            to.exchange().answered(now);
            to.ready();
        }
    }

    /** A few peers at random, those first that are as near to {@code to} as we are. */
    private List<Told> results(Channel to, long now) {
        List<Told> others = new ArrayList<>();
        for (Channel channel : swarm.channels()) {
            Told told = channel == to ? null : about(channel, now);
            if (told != null && mayHear(to, told, others)) {
                others.add(told);
            }
        }
        shuffle(others);
        others.sort(Comparator.comparing(told -> Reach.of(told.address().getAddress())));
        List<Told> results = new ArrayList<>();
        Told self = ourselves(now);
        if (self != null && mayHear(to, self, results)) {
            results.add(self);
        }
        for (Told other : others) {
            if (results.size() < Limits.EXCHANGE_RESULTS) {
                results.add(other);
            }
        }
        return results;
    }

    private void shuffle(List<Told> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, random.nextInt(i + 1));
        }
    }

    /** What may be said about the peer of {@code channel}, or null. */
    private @Nullable Told about(Channel channel, long now) {
        ExchangePartner partner = channel.exchange();
        if (!channel.established()
                || !channel.dialect().listensOnUdp()
                || !partner.exchanges(now)
                || channel.liveness().silence(now) >= Limits.EXCHANGE_WINDOW) {
            return null;
        }
        if (config.mode() == Mode.CERTIFIED) {
            return certified(partner.membership(engine.micros(now)));
        }
        InetSocketAddress address = channel.address().socket();
        // Over TCP only the port that we dialled is known to be listened on.
        return channel.reliable() && !channel.initiator() ? null : new Told(address, result(address));
    }

    private static Message result(InetSocketAddress address) {
        return address.getAddress().getAddress().length == Integer.BYTES
                ? new Message.PexResV4(address)
                : new Message.PexResV6(address);
    }

    private @Nullable Told ourselves(long now) {
        byte[] certificate = config.certificate();
        if (config.mode() != Mode.CERTIFIED || certificate.length == 0) {
            return null;
        }
        Member member = config.membership().member(certificate, swarm.metadata().swarmId(), engine.micros(now));
        return member == null ? null : certified(new Membership.Proof(certificate, member));
    }

    private @Nullable Told certified(Membership.@Nullable Proof proof) {
        return proof == null || proof.certificate().length > sendableCertificate()
                ? null
                : new Told(proof.member().address(), new Message.PexResCert(proof.certificate()));
    }

    private int sendableCertificate() {
        int room = engine.config().maxDatagramBytes()
                - MessageWriter.CHANNEL_BYTES
                - MessageWriter.pexResCertBytes(new byte[0]);
        return Math.min(Limits.CERTIFICATE_BYTES, room);
    }

    /** No addresses nearer than the peer itself, of another family, its own, or named already (RFC 7574 §8.13). */
    private static boolean mayHear(Channel to, Told told, List<Told> already) {
        InetSocketAddress asker = to.address().socket();
        InetSocketAddress address = told.address();
        int type = told.message() instanceof Message.PexResCert
                ? MessageType.PEX_RES_CERT
                : told.message() instanceof Message.PexResV4 ? MessageType.PEX_RES_V4 : MessageType.PEX_RES_V6;
        return to.exchange().supports(type)
                && Reach.of(asker.getAddress()).mayName(Reach.of(address.getAddress()))
                && asker.getAddress().getAddress().length
                        == address.getAddress().getAddress().length
                && !asker.equals(address)
                && already.stream().noneMatch(other -> other.address().equals(address));
    }
}
