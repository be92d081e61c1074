/**
 * Sockets: the event loop that drives the engine, UDP and TCP transports.
 *
 * <p>{@link org.ppspp.net.EngineLoop} has the one thread on which the engine and all sockets live. UDP datagrams leave and
 * arrive in runs where Linux offers that. A TCP frame is a length of 32 bits and what a datagram would hold. UDP and TCP are
 * listened on under one port number.
 */
@NullMarked
package org.ppspp.net;

import org.jspecify.annotations.NullMarked;
