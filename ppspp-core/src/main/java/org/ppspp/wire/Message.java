package org.ppspp.wire;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.ppspp.chunk.ChunkRange;

/**
 * The messages of RFC 7574 §8, named as there. Each has already passed the rules that concern it alone.
 *
 * <p>Arrays in a message belong to whoever holds the message.
 */
public sealed interface Message {

    /**
     * Opens, answers or closes a channel (§8.4).
     *
     * @param sourceChannel the channel ID the sender chose for itself; 0 closes the channel
     * @param options what the sender says of its protocol and swarm
     */
    record Handshake(int sourceChannel, ProtocolOptions options) implements Message {
        /** Whether this ends the channel (§8.4). */
        public boolean closing() {
            return sourceChannel == 0;
        }
    }

    /**
     * One chunk (§8.6).
     *
     * @param chunk its number
     * @param timestampMicros the sender's clock when it sent this; only differences mean anything
     * @param content the chunk, never empty: a slice of the datagram, valid while the datagram is
     */
    record Data(long chunk, long timestampMicros, ByteBuf content) implements Message {}

    /**
     * Chunks received and verified (§8.7).
     *
     * @param delayMicros one-way delay of the newest of them, signed and relative to unknown clocks
     */
    record Ack(ChunkRange chunks, long delayMicros) implements Message {}

    /** Chunks the sender can serve (§8.5). */
    record Have(ChunkRange chunks) implements Message {}

    /**
     * The hash of one node of the tree (§8.8).
     *
     * @param bin the node, which may reach past the end of the content
     * @param hash as long as the swarm's hashes are
     */
    record Integrity(long bin, byte[] hash) implements Message {}

    /** Where to find another peer over IPv4 (§8.13). */
    record PexResV4(InetSocketAddress address) implements Message {}

    /**
     * Where to find another peer over IPv6 (§8.13). Java turns an IPv4-mapped address into the IPv4 address that it
     * means.
     */
    record PexResV6(InetSocketAddress address) implements Message {}

    /** Asks for addresses of other peers (§8.13). */
    record PexReq() implements Message {}

    /**
     * The signature of a munro, or of a chunk with Sign All (§8.9).
     *
     * @param chunks the chunks below one node
     * @param ntpTimestamp when it was signed, in 64-bit NTP format
     * @param signature as long as the swarm's signatures are
     */
    record SignedIntegrity(ChunkRange chunks, long ntpTimestamp, byte[] signature) implements Message {}

    /** Chunks the sender wants (§8.10). */
    record Request(ChunkRange chunks) implements Message {}

    /** Chunks the sender no longer wants (§8.11). */
    record Cancel(ChunkRange chunks) implements Message {}

    /** The sender will not serve requests for now (§8.12). */
    record Choke() implements Message {}

    /** The sender serves requests again (§8.12). */
    record Unchoke() implements Message {}

    /**
     * A membership certificate of another peer (§8.13).
     *
     * @param certificate X.509 in DER, not empty and not yet looked at
     */
    record PexResCert(byte[] certificate) implements Message {}
}
