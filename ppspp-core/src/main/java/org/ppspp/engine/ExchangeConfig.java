package org.ppspp.engine;

import org.ppspp.wire.MessageType;
import org.ppspp.wire.SupportedMessages;
import org.ppspp.wire.TransportAddress.Transport;

/**
 * How this peer takes part in peer exchange (RFC 7574 §3.10.1) in one swarm.
 *
 * @param mode whether, and in which form
 * @param transport how addresses that peers name are dialled
 * @param certificate our own membership, X.509 in DER, which others may pass on, or empty; not to be changed
 * @param membership judges the certificates of others
 */
public record ExchangeConfig(Mode mode, Transport transport, byte[] certificate, Membership membership) {
    /** The forms of peer exchange. */
    public enum Mode {
        /** None: the only choice on the Internet without certificates. */
        OFF,
        /** Bare addresses, for networks without strangers. */
        ADDRESSES,
        /** Addresses in certificates alone. */
        CERTIFIED;

        /** {@code messages} less those of peer exchange that this mode does without (RFC 7574 §7.10). */
        SupportedMessages within(SupportedMessages messages) {
            return switch (this) {
                case OFF ->
                    messages.without(
                            MessageType.PEX_REQ,
                            MessageType.PEX_RES_V4,
                            MessageType.PEX_RES_V6,
                            MessageType.PEX_RES_CERT);
                case ADDRESSES -> messages.without(MessageType.PEX_RES_CERT);
                case CERTIFIED -> messages.without(MessageType.PEX_RES_V4, MessageType.PEX_RES_V6);
            };
        }
    }

    /** The longest certificate that leaves: it must fit the smallest datagram beside the channel number. */
    public static final int MAX_CERTIFICATE_BYTES = Limits.CERTIFICATE_BYTES;

    /** For peers that learn of others and are not told of. */
    public static final byte[] NO_CERTIFICATE = {};

    /** No peer exchange. */
    public static final ExchangeConfig OFF =
            new ExchangeConfig(Mode.OFF, Transport.UDP, NO_CERTIFICATE, Membership.NOBODY);

    public ExchangeConfig {
        if (certificate.length > MAX_CERTIFICATE_BYTES) {
            throw new IllegalArgumentException("a membership certificate of " + certificate.length
                    + " bytes is too long to be sent; it may have " + MAX_CERTIFICATE_BYTES);
        }
    }

    /** Exchange of bare addresses. */
    public static ExchangeConfig addresses(Transport transport) {
        return new ExchangeConfig(Mode.ADDRESSES, transport, NO_CERTIFICATE, Membership.NOBODY);
    }

    /** Exchange of certificates; without one of its own, a peer learns of others and they do not learn of it. */
    public static ExchangeConfig certified(Transport transport, byte[] certificate, Membership membership) {
        return new ExchangeConfig(Mode.CERTIFIED, transport, certificate, membership);
    }
}
