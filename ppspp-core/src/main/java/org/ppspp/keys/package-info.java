/**
 * Private keys as text: PEM blocks (RFC 7468) and what is in them. No files, sockets or clocks here: text in, keys out.
 *
 * <p>{@link org.ppspp.keys.Pem} is one block; {@link org.ppspp.keys.LivePrivateKey} is the secret of a live stream.
 */
@NullMarked
package org.ppspp.keys;

import org.jspecify.annotations.NullMarked;
