/**
 * The messages of RFC 7574 and their bytes: total functions on hostile input.
 *
 * <p>{@link org.ppspp.wire.MessageReader} turns any bytes into {@link org.ppspp.wire.Message}s or one
 * {@link org.ppspp.wire.MalformedMessageException}, {@link org.ppspp.wire.MessageWriter} writes them. Where a message ends
 * depends on the swarm: {@link org.ppspp.wire.WireFormat} says how. Nothing here knows what a message is good for.
 */
@NullMarked
package org.ppspp.wire;

import org.jspecify.annotations.NullMarked;
