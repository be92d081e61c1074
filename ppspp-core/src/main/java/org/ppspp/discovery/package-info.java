/**
 * How peers find each other: the tracker protocol of PyPPSPP, JSON objects over TCP behind a length of 32 bits.
 *
 * <p>{@link org.ppspp.discovery.TrackerClient} keeps one swarm registered at one tracker, on an event loop that it is given.
 * The messages, their codec and their framing are shared with the tracker program.
 */
@NullMarked
package org.ppspp.discovery;

import org.jspecify.annotations.NullMarked;
