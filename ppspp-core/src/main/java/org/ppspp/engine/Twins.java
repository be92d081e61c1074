package org.ppspp.engine;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Two connections between the same two peers, which dialled each other: told by the peers' own names, since TCP addresses do
 * not tell. The one that the peer with the higher name dialled stays, as PyPPSPP has it, and whoever notices ends the other.
 */
final class Twins {
    private final Swarm swarm;
    private final Engine engine;

    Twins(Swarm swarm, Engine engine) {
        this.swarm = swarm;
        this.engine = engine;
    }

    /** Ends one channel if there are two to the peer of {@code fresh}; true if {@code fresh} is the one. */
    boolean settle(Channel fresh, long now) {
        UUID peer = fresh.peerId();
        if (peer == null) {
            return false;
        }
        if (peer.equals(engine.identity().peerId())) {
            swarm.book().forget(fresh.address().socket());
            end(fresh, now, "ourselves");
            return true;
        }
        Channel before = twin(fresh, peer);
        if (before == null) {
            return false;
        }
        boolean theirs = engine.identity().isBelow(peer);
        boolean freshStays = fresh.initiator() == before.initiator() || fresh.initiator() != theirs;
        Channel stays = freshStays ? fresh : before;
        Channel goes = freshStays ? before : fresh;
        stays.replaces(goes);
        end(goes, now, "connected already");
        return !freshStays;
    }

    /** The peer ends what we dialled: if it has dialled us before, that is why, and there is no need to dial it again. */
    void refused(Channel dialled, long now) {
        if (!dialled.reliable() || !dialled.opening()) {
            return;
        }
        long host = HostKey.host(dialled.address().socket());
        for (Channel other : swarm.channels()) {
            boolean came = other.established() && other.reliable() && !other.initiator() && other.peerId() != null;
            if (came && HostKey.host(other.address().socket()) == host) {
                other.replaces(dialled);
                swarm.book().established(dialled.address(), now);
                return;
            }
        }
    }

    private @Nullable Channel twin(Channel fresh, UUID peer) {
        for (Channel other : swarm.channels()) {
            if (other != fresh && other.established() && peer.equals(other.peerId())) {
                return other;
            }
        }
        return null;
    }

    private void end(Channel channel, long now, String why) {
        engine.closeQuietly(channel.address(), channel.remoteId());
        swarm.neighbours().drop(channel, now, why);
    }
}
