/** The programs as users run them: each in a process of its own, on loopback, with ports that were free. */
@NullMarked
package org.ppspp.client.e2e;

import org.jspecify.annotations.NullMarked;
