/** Captured conversations of the two programs that came before this one: PyPPSPP and libswift. */
@NullMarked
package org.ppspp.traces;

import org.jspecify.annotations.NullMarked;
