package org.ppspp.engine;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.SwarmId;

/**
 * Tells by their certificates who is a member of a swarm (RFC 7574 §3.10.1). A pure function of its arguments, quick enough
 * for the engine's thread: one signature, a tenth of a millisecond with ECDSA.
 */
@FunctionalInterface
public interface Membership {
    /** A membership that is proven: where the peer is, and until when, in microseconds since 1970. */
    record Member(InetSocketAddress address, long untilMicros) {}

    /** A member and the certificate that proves it, which is not to be changed. */
    record Proof(byte[] certificate, Member member) {}

    /** Who believes nobody. */
    Membership NOBODY = (certificate, swarm, epochMicros) -> null;

    /**
     * The member that {@code certificate}, X.509 in DER from anybody, names; null if it is defective, not of this swarm or not
     * valid at this time, in microseconds since 1970.
     */
    @Nullable
    Member member(byte[] certificate, SwarmId swarm, long epochMicros);
}
