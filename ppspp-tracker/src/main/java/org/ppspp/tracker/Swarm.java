package org.ppspp.tracker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.TrackerMessage;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.RemoveNode;

/**
 * The members of one swarm and the news about them that wait to be told.
 *
 * <p>News goes out at once while it causes no more than {@link Limits#PUSH_RECIPIENTS} messages a second, so the peers
 * of a small swarm find each other immediately. What exceeds that waits for the end of the second and then shares
 * {@link Limits#PUSHES_PER_FLUSH} messages, so a flood of joins costs a bounded number of messages.
 */
final class Swarm {
    final String id;
    private final Map<Member.Address, Member> byAddress = new HashMap<>();
    private final List<Member> members = new ArrayList<>();

    /** Address to "has joined"; false is "has left". In the order of the first news. */
    private final Map<Member.Address, Boolean> news = new LinkedHashMap<>();

    private long secondStart;
    private int pushedThisSecond;

    Swarm(long now, String id) {
        this.id = id;
        this.secondStart = now;
    }

    int size() {
        return members.size();
    }

    @Nullable
    Member member(Member.Address address) {
        return byAddress.get(address);
    }

    void add(Member member) {
        member.index = members.size();
        members.add(member);
        byAddress.put(member.address, member);
    }

    /** The last member moves into the gap, so that removing is quick in a swarm of any size. */
    void remove(Member member) {
        byAddress.remove(member.address);
        Member last = members.remove(members.size() - 1);
        if (last != member) {
            members.set(member.index, last);
            last.index = member.index;
        }
    }

    /** Up to {@code most} members of other clients: in the order they came if there are no more, else a fair draw. */
    List<Endpoint> peersFor(Client asker, int most, RandomGenerator random) {
        List<Member> drawn = drawOthers(asker, most, random);
        if (drawn.size() < most || members.size() <= most + 1) {
            drawn.sort(Comparator.comparingLong(member -> member.sequence));
        }
        List<Endpoint> peers = new ArrayList<>(drawn.size());
        for (Member member : drawn) {
            peers.add(member.address.endpoint());
        }
        return peers;
    }

    boolean hasNews() {
        return !news.isEmpty();
    }

    /** Tells that a member has joined or left, now or with the next flush. */
    void tell(long now, Member subject, boolean joined, RandomGenerator random, List<Delivery> out) {
        if (now - secondStart >= Limits.PUSH_INTERVAL_NANOS) {
            secondStart = now;
            pushedThisSecond = 0;
        }
        int recipients = Math.min(Limits.PUSH_RECIPIENTS, members.size());
        if (news.isEmpty() && pushedThisSecond + recipients <= Limits.PUSH_RECIPIENTS) {
            pushedThisSecond += push(subject.address, joined, Limits.PUSH_RECIPIENTS, random, out);
        } else {
            remember(subject.address, joined);
        }
    }

    /** Tells the waiting news if their second is over. */
    void flush(long now, RandomGenerator random, List<Delivery> out) {
        if (news.isEmpty() || now - secondStart < Limits.PUSH_INTERVAL_NANOS) {
            return;
        }
        secondStart = now;
        pushedThisSecond = 0;
        int each = Math.max(1, Math.min(Limits.PUSH_RECIPIENTS, Limits.PUSHES_PER_FLUSH / news.size()));
        for (Map.Entry<Member.Address, Boolean> entry : news.entrySet()) {
            pushedThisSecond += push(entry.getKey(), entry.getValue(), each, random, out);
        }
        news.clear();
    }

    /** A member nobody has heard of yet leaves without a word. */
    private void remember(Member.Address address, boolean joined) {
        Boolean waiting = news.get(address);
        if (Boolean.TRUE.equals(waiting) && !joined) {
            news.remove(address);
        } else if (waiting != null || news.size() < Limits.WAITING_PUSHES) {
            news.put(address, joined);
        }
    }

    private int push(Member.Address subject, boolean joined, int most, RandomGenerator random, List<Delivery> out) {
        Member member = byAddress.get(subject);
        Client itself = member == null ? null : member.client;
        Collection<Client> recipients = new LinkedHashSet<>();
        for (Member other : drawOthers(itself, most, random)) {
            if (other.client.isOpen()) {
                recipients.add(other.client);
            }
        }
        TrackerMessage message = joined ? new NewNode(id, subject.endpoint()) : new RemoveNode(id, subject.endpoint());
        for (Client recipient : recipients) {
            out.add(new Delivery(recipient.id, message));
        }
        return recipients.size();
    }

    /**
     * Draws members, each as likely as the next, passing over those of one client. A shuffle that stops early: place
     * {@code i} of the imaginary shuffled list is kept only if it was touched. At most {@code most} + 16 steps.
     */
    private List<Member> drawOthers(@Nullable Client excluded, int most, RandomGenerator random) {
        List<Member> drawn = new ArrayList<>(Math.min(most, members.size()));
        Map<Integer, Integer> moved = new HashMap<>();
        for (int i = 0; i < members.size() && drawn.size() < most; i++) {
            int j = i + random.nextInt(members.size() - i);
            Member member = members.get(moved.getOrDefault(j, j));
            moved.put(j, moved.getOrDefault(i, i));
            if (member.client != excluded) {
                drawn.add(member);
            }
        }
        return drawn;
    }
}
