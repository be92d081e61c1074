/**
 * The protocol as a pure state machine: datagrams, time and storage results in; datagrams, storage jobs and events out.
 *
 * <p>{@link org.ppspp.engine.Engine} is the way in. A {@code Swarm} is one content, a {@code Channel} one peer in it. Three
 * parts of a swarm follow the way of a chunk: {@code Requests} asks for it, {@code Intake} has it hashed, verified and
 * written, {@code Serving} sends it on. {@code Openings} meets strangers, and {@code Limits} names every bound.
 *
 * <p>Nothing here has a thread, clock, socket, file or lock. Whoever drives an engine calls it from one thread.
 */
@NullMarked
package org.ppspp.engine;

import org.jspecify.annotations.NullMarked;
