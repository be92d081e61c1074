/**
 * Hash functions, Merkle trees and the proofs that a chunk belongs to its content (RFC 7574 §5).
 *
 * <p>{@link org.ppspp.integrity.MerkleIntegrity} decides. Verified hashes are in the tree; what peers only say is in
 * {@link org.ppspp.integrity.PendingHashes}, apart for each channel, so that a peer can spoil no data but its own. A size is
 * believed when a chunk has proven it, since peak hashes alone do not. Hashes of 64 chunks travel to and from the disk as
 * {@link org.ppspp.integrity.BinHashes}.
 */
@NullMarked
package org.ppspp.integrity;

import org.jspecify.annotations.NullMarked;
