package org.ppspp.tracker;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection to the tracker and what it has registered. */
final class Client {
    final long id;
    final InetAddress source;

    /** Whose allowance this connection uses up; null for local networks, which have none. */
    final @Nullable SiteUse site;

    /** At most {@link Limits#REGISTRATIONS_PER_CONNECTION}. */
    final List<Member> members = new ArrayList<>(1);

    private boolean open = true;
    private long closedAt;
    private int questions = Limits.QUESTION_BURST;
    private long questionsSince;

    Client(long now, long id, InetAddress source, @Nullable SiteUse site) {
        this.id = id;
        this.source = source;
        this.site = site;
        this.questionsSince = now;
    }

    boolean isOpen() {
        return open;
    }

    void close(long now) {
        open = false;
        closedAt = now;
    }

    long closedAt() {
        return closedAt;
    }

    /** Whether this client may ask for peers now; if so, the question is counted. */
    boolean mayAsk(long now) {
        long earned = (now - questionsSince) / Limits.QUESTION_INTERVAL_NANOS;
        if (questions + earned >= Limits.QUESTION_BURST) {
            questions = Limits.QUESTION_BURST;
            questionsSince = now;
        } else {
            questions += (int) earned;
            questionsSince += earned * Limits.QUESTION_INTERVAL_NANOS;
        }
        if (questions == 0) {
            return false;
        }
        questions--;
        return true;
    }

    void add(Member member) {
        members.add(member);
        member.client = this;
        if (site != null) {
            site.registrations++;
        }
    }

    void remove(Member member) {
        members.remove(member);
        if (site != null) {
            site.registrations--;
        }
    }

    /** The connections of one site that are open or still have members, and how much they have registered. */
    static final class SiteUse {
        final List<Client> clients = new ArrayList<>(1);
        int registrations;

        /** At most {@link Limits#REGISTRATIONS_PER_SITE} steps. */
        int registrationsIn(Swarm swarm) {
            int count = 0;
            for (Client client : clients) {
                for (Member member : client.members) {
                    if (member.swarm == swarm) {
                        count++;
                    }
                }
            }
            return count;
        }
    }
}
