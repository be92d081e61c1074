package org.ppspp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.Membership;
import org.ppspp.membership.TrustedIssuer;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress.Transport;

/**
 * Whether a transfer's peers tell each other of other peers (RFC 7574 §3.10.1).
 *
 * <p>Bare addresses are for networks without strangers: on the Internet anybody could aim the swarm at a victim. There, peers
 * tell each other of certificates, which an issuer that all of them trust has signed.
 */
public final class ExchangePolicy {
    /** No peer exchange: peers come from trackers and from the user. */
    public static final ExchangePolicy OFF =
            new ExchangePolicy(ExchangeConfig.Mode.OFF, ExchangeConfig.NO_CERTIFICATE, Membership.NOBODY);

    /** Exchange of bare addresses. */
    public static final ExchangePolicy ADDRESSES =
            new ExchangePolicy(ExchangeConfig.Mode.ADDRESSES, ExchangeConfig.NO_CERTIFICATE, Membership.NOBODY);

    private final ExchangeConfig.Mode mode;
    private final byte[] certificate;
    private final Membership issuer;

    private ExchangePolicy(ExchangeConfig.Mode mode, byte[] certificate, Membership issuer) {
        this.mode = mode;
        this.certificate = certificate;
        this.issuer = issuer;
    }

    /**
     * Exchange of certificates of {@code issuer}.
     *
     * @param issuer file with the issuer's public key or certificate, PEM
     * @param certificate file with our own membership certificate, PEM; null to learn of others and not be told of
     * @throws IOException naming the file that cannot be read
     * @throws IllegalArgumentException naming the file that does not hold what it should
     */
    public static ExchangePolicy certified(Path issuer, @Nullable Path certificate) throws IOException {
        TrustedIssuer trusted = parse(issuer, TrustedIssuer::parse);
        byte[] own =
                certificate == null ? ExchangeConfig.NO_CERTIFICATE : parse(certificate, TrustedIssuer::certificate);
        if (own.length > ExchangeConfig.MAX_CERTIFICATE_BYTES) {
            throw new IllegalArgumentException(certificate + ": " + own.length + " bytes are too long for a datagram; "
                    + ExchangeConfig.MAX_CERTIFICATE_BYTES + " are not");
        }
        return new ExchangePolicy(ExchangeConfig.Mode.CERTIFIED, own, trusted);
    }

    private interface Parser<T> {
        T parse(String text);
    }

    private static <T> T parse(Path file, Parser<T> parser) throws IOException {
        try {
            return parser.parse(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    ExchangeConfig config(TransportPolicy transport) {
        Transport dialled = transport == TransportPolicy.TCP ? Transport.TCP : Transport.UDP;
        return new ExchangeConfig(mode, dialled, certificate, issuer);
    }

    /** What is wrong with our own certificate for {@code swarm} now, or null. */
    @Nullable
    String problem(SwarmId swarm, Instant now) {
        boolean bad = certificate.length > 0
                && issuer.member(certificate, swarm, ChronoUnit.MICROS.between(Instant.EPOCH, now)) == null;
        return bad
                ? "the membership certificate is not of this swarm and issuer, or not valid now; others will not hear of us"
                : null;
    }
}
