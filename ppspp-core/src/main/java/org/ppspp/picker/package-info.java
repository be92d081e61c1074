/**
 * Which chunks to ask of a peer next, in units of 64: rarest first, and before that what is read next.
 *
 * <p>{@link org.ppspp.picker.ChunkPicker} is chosen when a swarm is joined. How much to ask at once is the engine's to decide.
 */
@NullMarked
package org.ppspp.picker;

import org.jspecify.annotations.NullMarked;
