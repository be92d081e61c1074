package org.ppspp.tracker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.engine.Membership.Member;
import org.ppspp.membership.TrustedIssuer;
import org.ppspp.wire.SwarmId;

@Timeout(60)
final class IssueMembershipTest {
    private static final String SWARM = "5600021e740f772f1323ee84a22c222dea6e15ba";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int issue(String peer, String certificate, String... more) {
        String[] usual = {
            "issue-membership",
            "--issuer",
            folder.resolve("issuer.key").toString(),
            "--swarmid",
            SWARM,
            "--peer",
            peer,
            "--certificate",
            folder.resolve(certificate).toString()
        };
        String[] all = Arrays.copyOf(usual, usual.length + more.length);
        System.arraycopy(more, 0, all, usual.length, more.length);
        return TrackerMain.run(
                all, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), new StopSignal());
    }

    private Member read(String certificate, Instant when) throws IOException {
        TrustedIssuer trusted = TrustedIssuer.parse(Files.readString(folder.resolve("issuer.key.pub")));
        byte[] bytes = TrustedIssuer.certificate(Files.readString(folder.resolve(certificate)));
        return Objects.requireNonNull(
                trusted.member(bytes, SwarmId.parse(SWARM), ChronoUnit.MICROS.between(Instant.EPOCH, when)));
    }

    @Test
    void makesAnIssuerOnceAndCertificatesWithIt() throws IOException {
        assertThat(issue("192.0.2.7:7000", "a.pem", "--valid", "1d")).isZero();
        assertThat(err.toString(UTF_8)).contains("issuer.key.pub").contains("--pex-issuer");
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("issuer.key"))))
                    .isEqualTo("rw-------");
        }
        err.reset();
        assertThat(issue("[2001:db8::7]", "b.pem")).isZero();
        assertThat(err.toString(UTF_8)).isEmpty();

        Instant now = Instant.now();
        assertThat(read("a.pem", now).address())
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 7000));
        assertThat(read("b.pem", now.plus(Duration.ofDays(29))).address())
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("2001:db8::7"), 6778));
        long days = Duration.ofNanos(
                        1_000 * (read("a.pem", now).untilMicros() - ChronoUnit.MICROS.between(Instant.EPOCH, now)))
                .toHours();
        assertThat(days).isBetween(23L, 24L);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertThat(issue("192.0.2.7:99999", "a.pem")).isEqualTo(2);
        assertThat(issue("host.invalid", "a.pem")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("host.invalid");
        assertThat(issue("192.0.2.7", "no-folder/a.pem")).isEqualTo(3);
        Files.writeString(folder.resolve("issuer.key"), "no key");
        assertThat(issue("192.0.2.7", "a.pem")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("issuer.key").contains("PRIVATE KEY");
        assertThat(folder.resolve("a.pem")).doesNotExist();
        assertThat(out.size()).isZero();
    }
}
