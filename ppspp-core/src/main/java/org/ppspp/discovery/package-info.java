/**
 * How peers find each other, and which of them are cheap. Finding: the tracker protocol of PyPPSPP, JSON objects over TCP behind a length of 32 bits.
 *
 * <p>{@link org.ppspp.discovery.TrackerClient} keeps one swarm registered at one tracker, on an event loop that it is given.
 * The messages, their codec and their framing are shared with the tracker program.
 *
 * <p>{@link org.ppspp.discovery.AltoClient} asks an ALTO server (RFC 7285) what peers cost, over HTTP.
 */
@NullMarked
package org.ppspp.discovery;

import org.jspecify.annotations.NullMarked;
