/**
 * Arithmetic of chunk numbers: tree nodes ({@link org.ppspp.chunk.Bin}), ranges, sets of chunks and the layout of content in
 * chunks (RFC 7574 §4).
 *
 * <p>Pure functions and plain data that depend on nothing else. A set of chunks is a {@link org.ppspp.chunk.ChunkMap}, whose
 * size in memory does not follow from the numbers in it: those that peers name may be anything.
 */
@NullMarked
package org.ppspp.chunk;

import org.jspecify.annotations.NullMarked;
