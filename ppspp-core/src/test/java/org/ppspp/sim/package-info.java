/**
 * Swarms of real engines in virtual time: links that lose, duplicate, reorder and corrupt, disks that fail, peers that crash,
 * lie and stall, and invariants that are checked after every event. A seed is a whole run.
 */
@NullMarked
package org.ppspp.sim;

import org.jspecify.annotations.NullMarked;
