/**
 * The tracker: who is in which swarm, told over PyPPSPP's JSON protocol.
 *
 * <p>{@code TrackerState} is a state machine without sockets: messages and time in, deliveries out. {@code Hub} ties it to
 * connections, {@code TrackerServer} has the sockets and the one thread. {@code Limits} bounds what strangers can fill.
 */
@NullMarked
package org.ppspp.tracker;

import org.jspecify.annotations.NullMarked;
