/**
 * Swarm-membership certificates (RFC 7574 §3.10.1): a tracker, or whoever else the peers of a swarm trust, certifies that a
 * peer with a certain address is a member.
 *
 * <p>{@link org.ppspp.membership.MembershipIssuer} makes them, {@link org.ppspp.membership.TrustedIssuer} judges them for the
 * engine. Nothing else in the library touches X.509. No files, sockets or clocks here: text and bytes in, bytes out.
 */
@NullMarked
package org.ppspp.membership;

import org.jspecify.annotations.NullMarked;
