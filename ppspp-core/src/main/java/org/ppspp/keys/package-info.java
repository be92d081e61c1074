/**
 * Private keys as text: PEM blocks (RFC 7468) and what is in them. No files, sockets or clocks here: text in, keys out.
 *
 * <p>{@link org.ppspp.keys.Pem} is one block.
 */
@NullMarked
package org.ppspp.keys;

import org.jspecify.annotations.NullMarked;
