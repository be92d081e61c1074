package org.ppspp.membership;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.Membership;
import org.ppspp.keys.Pem;
import org.ppspp.wire.SwarmId;

/**
 * Judges membership certificates by the public key of the one issuer that the user trusts (RFC 7574 §3.10.1, §12.2.2). There
 * are no chains: the issuer's key has signed a certificate or nobody has.
 */
public final class TrustedIssuer implements Membership {
    /** Clocks of peers and issuers differ. */
    private static final long TOLERANCE_MICROS = TimeUnit.SECONDS.toMicros(60);

    /** Longer ones would not fit a datagram; and parsing takes time. */
    private static final int MAX_BYTES = 4_096;

    private static final int VERSION_3 = 3;

    private final PublicKey key;

    TrustedIssuer(PublicKey key) {
        this.key = key;
    }

    /**
     * The issuer whose public key, or own certificate, is in {@code pem}.
     *
     * @throws IllegalArgumentException with a message for the user where there is none
     */
    public static TrustedIssuer parse(String pem) {
        Pem block = Pem.first(pem, Pem.PUBLIC_KEY, Pem.CERTIFICATE);
        try {
            SubjectPublicKeyInfo info = block.type().equals(Pem.PUBLIC_KEY)
                    ? SubjectPublicKeyInfo.getInstance(block.bytes())
                    : Certificate.getInstance(block.bytes()).getSubjectPublicKeyInfo();
            return new TrustedIssuer(SignatureScheme.publicKey(info));
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("no public key that is understood here", e);
        }
    }

    /** A certificate as it goes over the wire, out of a PEM file. */
    public static byte[] certificate(String pem) {
        return Pem.first(pem, Pem.CERTIFICATE).bytes();
    }

    @Override
    public @Nullable Member member(byte[] certificate, SwarmId swarm, long epochMicros) {
        if (certificate.length > MAX_BYTES) {
            return null;
        }
        try {
            return member(parse(certificate), swarm, epochMicros);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // The parser of a library fails in many ways on what strangers send; all of them mean the same.
            return null;
        }
    }

    private static Certificate parse(byte[] der) throws IOException {
        Certificate certificate = Certificate.getInstance(ASN1Primitive.fromByteArray(der));
        if (!Arrays.equals(certificate.getEncoded(ASN1Encoding.DER), der)) {
            throw new IOException("not DER");
        }
        return certificate;
    }

    private @Nullable Member member(Certificate certificate, SwarmId swarm, long epochMicros)
            throws IOException, GeneralSecurityException {
        long from = micros(certificate.getStartDate()) - TOLERANCE_MICROS;
        long until = micros(certificate.getEndDate()) + TOLERANCE_MICROS;
        MemberUrl url = url(certificate.getExtensions());
        if (url == null || !url.isOf(swarm) || certificate.getVersionNumber() != VERSION_3) {
            return null;
        }
        // The signature last: it is what costs.
        boolean valid = from <= epochMicros && epochMicros < until && signed(certificate);
        return valid ? new Member(url.peer(), until) : null;
    }

    private static long micros(Time time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time.getDate().toInstant());
    }

    private boolean signed(Certificate certificate) throws IOException, GeneralSecurityException {
        SignatureScheme scheme = SignatureScheme.of(certificate.getSignatureAlgorithm());
        return scheme != null
                && certificate
                        .getSignatureAlgorithm()
                        .equals(certificate.getTBSCertificate().getSignature())
                && scheme.verify(
                        key,
                        certificate.getTBSCertificate().getEncoded(ASN1Encoding.DER),
                        certificate.getSignature().getOctets());
    }

    /** The one URL among the alternative names, which must be critical; null for any other critical extension as well. */
    private static @Nullable MemberUrl url(@Nullable Extensions extensions) {
        if (extensions == null) {
            return null;
        }
        for (ASN1ObjectIdentifier critical : extensions.getCriticalExtensionOIDs()) {
            boolean harmless = critical.equals(Extension.subjectAlternativeName)
                    || critical.equals(Extension.keyUsage)
                    || critical.equals(Extension.basicConstraints);
            if (!harmless) {
                return null;
            }
        }
        Extension names = extensions.getExtension(Extension.subjectAlternativeName);
        if (names == null || !names.isCritical()) {
            return null;
        }
        for (GeneralName name : GeneralNames.getInstance(names.getParsedValue()).getNames()) {
            if (name.getTagNo() == GeneralName.uniformResourceIdentifier) {
                return MemberUrl.parse(name.getName().toString());
            }
        }
        return null;
    }
}
