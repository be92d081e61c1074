package org.ppspp.tracker;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.TrackerMessage;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.Unregister;
import org.ppspp.tracker.Client.SiteUse;

/**
 * The tracker without its sockets: what clients do goes in, what they are to be told comes out.
 *
 * <p>Answers as PyPPSPP's tracker does, with three differences that make it fit for strangers. An endpoint is registered
 * under the address its connection comes from. A client that disconnects is forgotten soon. Every table has a bound, and
 * what exceeds it is not registered, silently, because the protocol has no word for "no".
 *
 * <p>Times are nanoseconds of any clock that never goes back. Not for concurrent use.
 */
final class TrackerState {
    private final Limits limits;
    private final RandomGenerator random;
    private final Map<Long, Client> clients = new HashMap<>();
    private final Map<Site, SiteUse> sites = new HashMap<>();
    private final Map<String, Swarm> swarms = new HashMap<>();

    /** Closed clients that still have members, the one closed first at the head. */
    private final Deque<Client> leaving = new ArrayDeque<>();

    private final Set<Swarm> swarmsWithNews = new LinkedHashSet<>();
    private int peers;
    private long swarmIdChars;
    private long registrations;
    private long refused;

    TrackerState(Limits limits, RandomGenerator random) {
        this.limits = limits;
        this.random = random;
    }

    /**
     * A client has connected.
     *
     * @param connection any number not in use by another connection
     * @param source where it comes from, not an IPv4-mapped address
     */
    void opened(long now, long connection, InetAddress source) {
        SiteUse site = Site.isLocal(source) ? null : sites.computeIfAbsent(Site.of(source), key -> new SiteUse());
        Client client = new Client(now, connection, source, site);
        if (site != null) {
            site.clients.add(client);
        }
        if (clients.put(connection, client) != null) {
            throw new IllegalStateException("connection " + connection + " is open already");
        }
    }

    /** A client has sent a message. The messages only trackers send are ignored. */
    List<Delivery> received(long now, long connection, TrackerMessage message) {
        Client client = clients.get(connection);
        if (client == null) {
            throw new IllegalStateException("connection " + connection + " is not open");
        }
        List<Delivery> out = new ArrayList<>();
        if (message instanceof Register register) {
            register(now, client, register, out);
        } else if (message instanceof GetPeers) {
            answer(now, client, message.swarmId(), out);
        } else if (message instanceof Unregister unregister) {
            unregister(now, client, unregister, out);
        }
        return out;
    }

    /** A client has disconnected. Its members stay for the grace time, in case it comes back. */
    void closed(long now, long connection) {
        Client client = clients.remove(connection);
        if (client == null) {
            throw new IllegalStateException("connection " + connection + " is not open");
        }
        client.close(now);
        if (client.members.isEmpty()) {
            forget(client);
        } else {
            leaving.addLast(client);
        }
    }

    /** Lets time pass: members whose grace has ended leave, waiting news is told. Several times a second is right. */
    List<Delivery> tick(long now) {
        List<Delivery> out = new ArrayList<>();
        for (Client first = leaving.peekFirst();
                first != null && now - first.closedAt() >= limits.graceNanos();
                first = leaving.peekFirst()) {
            leaving.removeFirst();
            for (Member member : List.copyOf(first.members)) {
                remove(now, member, out);
            }
        }
        swarmsWithNews.removeIf(swarm -> {
            swarm.flush(now, random, out);
            return !swarm.hasNews();
        });
        return out;
    }

    /** Whether an open connection has registered something. */
    boolean hasRegistered(long connection) {
        Client client = clients.get(connection);
        return client != null && !client.members.isEmpty();
    }

    int peers() {
        return peers;
    }

    int swarms() {
        return swarms.size();
    }

    /** How many members have joined since the start. */
    long registrations() {
        return registrations;
    }

    /** How many requests were ignored because of a limit or for want of right. */
    long refused() {
        return refused;
    }

    private void register(long now, Client client, Register register, List<Delivery> out) {
        Member.Address address = address(client, register.endpoint());
        Swarm swarm = swarms.get(register.swarmId());
        Member known = swarm == null || address == null ? null : swarm.member(address);
        if (known != null) {
            takeOver(now, client, known, out);
        } else if (address == null || !hasRoom(client, swarm, register.swarmId())) {
            refused++;
        } else {
            join(now, client, swarm == null ? found(now, register.swarmId()) : swarm, address, out);
        }
    }

    private void join(long now, Client client, Swarm swarm, Member.Address address, List<Delivery> out) {
        Member member = new Member(swarm, address, registrations++, client);
        client.add(member);
        swarm.add(member);
        peers++;
        tell(now, member, true, out);
    }

    /** A peer that connects anew registers its endpoint again; the others are told, for they may have lost it. */
    private void takeOver(long now, Client client, Member member, List<Delivery> out) {
        Client before = member.client;
        if (before == client) {
            return;
        }
        if (!isOwner(client, member) || client.members.size() >= Limits.REGISTRATIONS_PER_CONNECTION) {
            refused++;
            return;
        }
        before.remove(member);
        forgetIfDone(before);
        client.add(member);
        tell(now, member, true, out);
    }

    private void unregister(long now, Client client, Unregister unregister, List<Delivery> out) {
        Member.Address address = address(client, unregister.endpoint());
        Swarm swarm = swarms.get(unregister.swarmId());
        Member member = swarm == null || address == null ? null : swarm.member(address);
        if (member == null || !isOwner(client, member)) {
            refused++;
        } else {
            remove(now, member, out);
        }
    }

    private void answer(long now, Client client, String swarmId, List<Delivery> out) {
        Swarm swarm = swarms.get(swarmId);
        if (!client.mayAsk(now)) {
            refused++;
        } else if (swarm != null) {
            List<Endpoint> details = swarm.peersFor(client, limits.repliedPeers(), random);
            out.add(new Delivery(client.id, new OtherPeers(swarmId, details)));
        }
    }

    /** Where the endpoint really is, or null if nobody can be there. */
    private Member.@Nullable Address address(Client client, Endpoint endpoint) {
        InetAddress host = client.source;
        if (limits.trustEndpoints() || client.source.isLoopbackAddress()) {
            InetAddress claimed = endpoint.numericHost();
            host = claimed == null || claimed.isAnyLocalAddress() ? host : claimed;
        }
        boolean reachable = endpoint.port() >= Limits.FIRST_PORT && !host.isMulticastAddress();
        return reachable ? new Member.Address(host, endpoint.port()) : null;
    }

    private boolean isOwner(Client client, Member member) {
        return client == member.client || client.source.equals(member.client.source) || limits.trustEndpoints();
    }

    private boolean hasRoom(Client client, @Nullable Swarm swarm, String swarmId) {
        if (peers >= limits.peers() || client.members.size() >= Limits.REGISTRATIONS_PER_CONNECTION) {
            return false;
        }
        if (swarm == null
                && (swarms.size() >= limits.swarms() || swarmIdChars + swarmId.length() > Limits.SWARM_ID_CHARS)) {
            return false;
        }
        SiteUse site = client.site;
        return site == null
                || (site.registrations < Limits.REGISTRATIONS_PER_SITE
                        && (swarm == null || site.registrationsIn(swarm) < Limits.REGISTRATIONS_PER_SITE_AND_SWARM));
    }

    private Swarm found(long now, String swarmId) {
        Swarm swarm = new Swarm(now, swarmId);
        swarms.put(swarmId, swarm);
        swarmIdChars += swarmId.length();
        return swarm;
    }

    private void remove(long now, Member member, List<Delivery> out) {
        Swarm swarm = member.swarm;
        swarm.remove(member);
        member.client.remove(member);
        forgetIfDone(member.client);
        peers--;
        if (swarm.size() == 0) {
            swarms.remove(swarm.id);
            swarmIdChars -= swarm.id.length();
            swarmsWithNews.remove(swarm);
        } else {
            tell(now, member, false, out);
        }
    }

    private void tell(long now, Member member, boolean joined, List<Delivery> out) {
        member.swarm.tell(now, member, joined, random, out);
        if (member.swarm.hasNews()) {
            swarmsWithNews.add(member.swarm);
        }
    }

    private void forgetIfDone(Client client) {
        if (!client.isOpen() && client.members.isEmpty()) {
            forget(client);
        }
    }

    private void forget(Client client) {
        if (client.site != null) {
            client.site.clients.remove(client);
            if (client.site.clients.isEmpty()) {
                sites.remove(Site.of(client.source));
            }
        }
    }
}
