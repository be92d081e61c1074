/**
 * How fast to send to one peer: LEDBAT (RFC 6817), round-trip times, pacing and loss detection.
 *
 * <p>{@link org.ppspp.congestion.CongestionControl} is what the engine sees, one for each channel. Over UDP it is
 * {@link org.ppspp.congestion.LedbatControl}, over TCP {@link org.ppspp.congestion.Unlimited}. Time comes in as a parameter,
 * in nanoseconds. Delays are what peers report, and therefore possibly lies.
 */
@NullMarked
package org.ppspp.congestion;

import org.jspecify.annotations.NullMarked;
