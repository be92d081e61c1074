package org.ppspp.membership;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.ppspp.keys.Pem;
import org.ppspp.wire.SwarmId;

/**
 * Issues membership certificates (RFC 7574 §3.10.1): X.509 version 3, the peer's URL as a critical alternative name of an
 * empty subject. The key certified is a fresh one that nobody keeps: what counts is the address.
 */
public final class MembershipIssuer {
    private static final String CURVE = "secp256r1";
    private static final int SERIAL_BITS = 126;

    private final PrivateKey key;
    private final SecureRandom random;

    private MembershipIssuer(PrivateKey key, SecureRandom random) {
        this.key = key;
        this.random = random;
    }

    /** The two halves of a new issuer, as PEM. */
    public record Keys(String privateKey, String publicKey) {}

    /** Makes an issuer's keys: ECDSA with P-256. */
    public static Keys newKeys(SecureRandom random) {
        KeyPair pair = newPair(random);
        return new Keys(
                new Pem(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()).text(),
                new Pem(Pem.PUBLIC_KEY, pair.getPublic().getEncoded()).text());
    }

    /**
     * The issuer whose private key, PKCS#8, is in {@code pem}.
     *
     * @throws IllegalArgumentException with a message for the user where there is none
     */
    public static MembershipIssuer parse(String pem, SecureRandom random) {
        byte[] encoded = Pem.first(pem, Pem.PRIVATE_KEY).bytes();
        try {
            PrivateKey key = SignatureScheme.privateKey(PrivateKeyInfo.getInstance(encoded));
            SignatureScheme.of(key);
            return new MembershipIssuer(key, random);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("no private key that is understood here", e);
        }
    }

    /** Certifies, as PEM, that the peer at {@code peer} is a member of {@code swarm} from {@code from} on. */
    public String issue(SwarmId swarm, InetSocketAddress peer, Instant from, Duration life) {
        try {
            SignatureScheme scheme = SignatureScheme.of(key);
            TBSCertificate content = content(scheme, MemberUrl.of(peer, swarm), from, from.plus(life));
            DERSequence signed = new DERSequence(new ASN1Encodable[] {
                content, scheme.identifier(), new DERBitString(scheme.sign(key, content.getEncoded(ASN1Encoding.DER)))
            });
            return new Pem(Pem.CERTIFICATE, signed.getEncoded(ASN1Encoding.DER)).text();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign", e);
        }
    }

    private TBSCertificate content(SignatureScheme scheme, MemberUrl url, Instant from, Instant until)
            throws IOException {
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url.text()));
        V3TBSCertificateGenerator content = new V3TBSCertificateGenerator();
        content.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE)));
        content.setSignature(scheme.identifier());
        content.setIssuer(new X500Name("CN=PPSPP membership"));
        content.setStartDate(new Time(Date.from(from)));
        content.setEndDate(new Time(Date.from(until)));
        content.setSubject(new X500Name(new RDN[0]));
        content.setSubjectPublicKeyInfo(
                SubjectPublicKeyInfo.getInstance(newPair(random).getPublic().getEncoded()));
        content.setExtensions(
                new Extensions(new Extension(Extension.subjectAlternativeName, true, names.getEncoded())));
        return content.generateTBSCertificate();
    }

    private static KeyPair newPair(SecureRandom random) {
        try {
            KeyPairGenerator pairs = KeyPairGenerator.getInstance("EC", SignatureScheme.PROVIDER);
            pairs.initialize(new ECGenParameterSpec(CURVE), random);
            return pairs.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no " + CURVE, e);
        }
    }
}
