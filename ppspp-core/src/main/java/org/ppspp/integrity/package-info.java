/**
 * Hash functions, Merkle trees and the proofs that a chunk belongs to its content (RFC 7574 §5),
 * and signatures of live streams (§6).
 *
 * <p>{@link org.ppspp.integrity.MerkleIntegrity} decides. Verified hashes are in the tree; what peers only say is in
 * {@link org.ppspp.integrity.PendingHashes}, apart for each channel, so that a peer can spoil no data but its own. A size is
 * believed when a chunk has proven it, since peak hashes alone do not. Hashes of 64 chunks travel to and from the disk as
 * {@link org.ppspp.integrity.BinHashes}.
 *
 * <p>A live stream is signed (§6.1): {@link org.ppspp.integrity.LivePublicKey} is its swarm ID,
 * {@link org.ppspp.integrity.LiveVerifier} and {@link org.ppspp.integrity.LiveSigner} judge and make signatures.
 */
@NullMarked
package org.ppspp.integrity;

import org.jspecify.annotations.NullMarked;
