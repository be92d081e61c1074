/**
 * PPSPP for programs that embed it: a {@link org.ppspp.Peer} has the sockets and threads, a {@link org.ppspp.Transfer} is one
 * content asset it downloads or shares.
 *
 * <p>{@link org.ppspp.ContentHasher} names content, {@link org.ppspp.SwarmLink} puts the name into one line of text, and a
 * {@link org.ppspp.TransferRequest} says what to do with it. How things stand is a {@link org.ppspp.TransferSnapshot}, what
 * happens a {@link org.ppspp.TransferEvent}. {@code docs/embedding.md} shows all of it in one page.
 */
@NullMarked
package org.ppspp;

import org.jspecify.annotations.NullMarked;
