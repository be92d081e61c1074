/** A program that embeds the library: outside of its packages, so that only what is public can be used. */
@NullMarked
package org.ppspp.example;

import org.jspecify.annotations.NullMarked;
