package org.ppspp.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.Membership.Member;
import org.ppspp.wire.SwarmId;

class TrustedIssuerTest {
    private static final SwarmId SWARM = SwarmId.parse("e5a12c7ad2d8fab33c699d1e198d66f79fa610c3");
    private static final Instant ISSUED = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration LIFE = Duration.ofDays(7);
    private static final InetSocketAddress PEER = socket("192.0.2.0");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final MembershipIssuer.Keys KEYS = MembershipIssuer.newKeys(RANDOM);

    private final MembershipIssuer issuer = MembershipIssuer.parse(KEYS.privateKey(), RANDOM);
    private final TrustedIssuer trusted = TrustedIssuer.parse(KEYS.publicKey());

    private static InetSocketAddress socket(String host) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), 6778);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private byte[] issue(InetSocketAddress peer) {
        return TrustedIssuer.certificate(issuer.issue(SWARM, peer, ISSUED, LIFE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.0", "2001:db8::33", "127.0.0.1"})
    void believesWhatItsIssuerSigned(String host) {
        byte[] certificate = issue(socket(host));

        Member member = Objects.requireNonNull(trusted.member(certificate, SWARM, micros(ISSUED)));
        assertThat(member.address()).isEqualTo(socket(host));
        assertThat(member.untilMicros())
                .isBetween(micros(ISSUED.plus(LIFE)), micros(ISSUED.plus(LIFE).plusSeconds(60)));
        assertThat(certificate.length).as("fits a datagram").isLessThan(ExchangeConfig.MAX_CERTIFICATE_BYTES);
    }

    @Test
    void isWhatTheRfcDescribes() throws Exception {
        X509Certificate read = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(issue(PEER)));
        assertThat(read.getVersion()).isEqualTo(3);
        assertThat(read.getCriticalExtensionOIDs()).containsExactly("2.5.29.17");
        assertThat(read.getSubjectAlternativeNames()).singleElement().satisfies(name -> {
            assertThat(name.get(0)).as("uniformResourceIdentifier").isEqualTo(6);
            assertThat(name.get(1)).isEqualTo("file://192.0.2.0:6778/" + SWARM);
        });
        assertThat(read.getNotBefore().toInstant()).isEqualTo(ISSUED);
        assertThat(read.getNotAfter().toInstant()).isEqualTo(ISSUED.plus(LIFE));
    }

    @ParameterizedTest
    @CsvSource({"-61, false", "-59, true", "0, true", "604800, true", "604859, true", "604861, false"})
    void keepsToTheTimeOfValidity(long seconds, boolean valid) {
        assertThat(trusted.member(issue(PEER), SWARM, micros(ISSUED.plusSeconds(seconds))) != null)
                .isEqualTo(valid);
    }

    @Test
    void refusesOtherSwarmsAndOtherIssuers() {
        byte[] certificate = issue(PEER);
        assertThat(trusted.member(certificate, SwarmId.parse("00".repeat(20)), micros(ISSUED)))
                .isNull();
        TrustedIssuer other =
                TrustedIssuer.parse(MembershipIssuer.newKeys(RANDOM).publicKey());
        assertThat(other.member(certificate, SWARM, micros(ISSUED))).isNull();
    }

    @Test
    void refusesACertificateWithAnyBitChanged() {
        byte[] certificate = issue(PEER);
        for (int bit = 0; bit < 8 * certificate.length; bit += 3) {
            byte[] changed = certificate.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(trusted.member(changed, SWARM, micros(ISSUED)))
                    .as("bit %d", bit)
                    .isNull();
        }
    }

    @Test
    void refusesTruncatedAndRandomBytes() {
        byte[] certificate = issue(PEER);
        for (int length = 0; length < certificate.length; length += 7) {
            assertThat(trusted.member(Arrays.copyOf(certificate, length), SWARM, micros(ISSUED)))
                    .isNull();
        }
        assertThat(trusted.member(Arrays.copyOf(certificate, certificate.length + 1), SWARM, micros(ISSUED)))
                .as("something behind it")
                .isNull();
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 2_000; i++) {
            byte[] junk = new byte[random.nextInt(600)];
            random.nextBytes(junk);
            assertThat(trusted.member(junk, SWARM, micros(ISSUED))).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x30, 0x31, 0xa0, 0x24})
    void refusesWhatIsNestedDeeply(int tag) {
        byte[] definite = new byte[4_000];
        byte[] indefinite = new byte[4_000];
        for (int i = 0; i + 1 < definite.length; i += 2) {
            definite[i] = (byte) tag;
            definite[i + 1] = (byte) Math.min(127, definite.length - i - 2);
            indefinite[i] = (byte) tag;
            indefinite[i + 1] = (byte) 0x80;
        }
        assertThat(trusted.member(definite, SWARM, micros(ISSUED))).isNull();
        assertThat(trusted.member(indefinite, SWARM, micros(ISSUED))).isNull();
        assertThat(trusted.member(new byte[100_000], SWARM, micros(ISSUED))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519", "EC"})
    void takesKeysOfOtherKindsThatUsersHave(String kind) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance(kind).generateKeyPair();
        MembershipIssuer own =
                MembershipIssuer.parse(pem("PRIVATE KEY", pair.getPrivate().getEncoded()), RANDOM);
        TrustedIssuer theirs =
                TrustedIssuer.parse(pem("PUBLIC KEY", pair.getPublic().getEncoded()));

        byte[] certificate = TrustedIssuer.certificate(own.issue(SWARM, PEER, ISSUED, LIFE));
        assertThat(theirs.member(certificate, SWARM, micros(ISSUED))).isNotNull();
        assertThat(trusted.member(certificate, SWARM, micros(ISSUED))).isNull();
    }

    @Test
    void saysWhatAFileLacks() {
        assertThatThrownBy(() -> TrustedIssuer.parse("kittens")).hasMessageContaining("'PUBLIC KEY'");
        assertThatThrownBy(() -> TrustedIssuer.parse(KEYS.privateKey())).hasMessageContaining("'PUBLIC KEY'");
        assertThatThrownBy(() -> MembershipIssuer.parse(KEYS.publicKey(), RANDOM))
                .hasMessageContaining("'PRIVATE KEY'");
        assertThatThrownBy(() -> TrustedIssuer.parse(pem("PUBLIC KEY", new byte[] {1, 2, 3})))
                .hasMessageContaining("no public key");
        assertThatThrownBy(() -> MembershipIssuer.parse(pem("PRIVATE KEY", new byte[] {1, 2, 3}), RANDOM))
                .hasMessageContaining("no private key");
    }

    @Test
    void takesAnIssuersCertificateForItsKey() throws Exception {
        String own = issuer.issue(SWARM, PEER, ISSUED, LIFE);
        TrustedIssuer subject = TrustedIssuer.parse(own);
        assertThat(subject.member(issue(PEER), SWARM, micros(ISSUED)))
                .as("the key it certifies is another one")
                .isNull();
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\r\n"
                + Base64.getMimeEncoder(64, "\r\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(bytes)
                + "\r\n-----END " + type + "-----\r\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file://peer.example:6778/e5a1",
                "http://192.0.2.0:6778/e5a1",
                "file://192.0.2.0/e5a1",
                "file://192.0.2.0:0/e5a1",
                "file://192.0.2.0:65536/e5a1",
                "file://192.0.2.256:6778/e5a1",
                "file://192.0.2:6778/e5a1",
                "file://user@192.0.2.0:6778/e5a1",
                "file://192.0.2.0:6778/e5a1/",
                "file://192.0.2.0:6778/e5a1?q",
                "file://2001:db8::1:6778/e5a1",
                "file://[2001:db8::1]:6778/",
                "file://[fe80::1%eth0]:6778/e5a1",
                "file:///e5a1",
                ""
            })
    void takesNoOtherUrls(String text) {
        assertThat(MemberUrl.parse(text)).isNull();
    }

    @Test
    void writesUrlsAsItReadsThem() {
        for (String host : new String[] {"192.0.2.33", "2001:db8::33", "::1"}) {
            MemberUrl url = MemberUrl.of(socket(host), SWARM);
            MemberUrl read = MemberUrl.parse(url.text());
            assertThat(read).as(url.text()).isEqualTo(url);
            assertThat(url.isOf(SWARM)).isTrue();
        }
        MemberUrl shouted = Objects.requireNonNull(
                MemberUrl.parse("FILE://192.0.2.33:1/" + SWARM.toString().toUpperCase(Locale.ROOT)));
        assertThat(shouted.isOf(SWARM)).isTrue();
    }
}
