package org.ppspp.integrity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A live swarm ID is a DNSKEY and a signature that of an RRSIG (RFC 7574 §6.1, §8.9): the examples of DNSSEC itself, each a
 * signed address of www.example.net.
 */
class DnssecVectorTest {
    private static final int CLASS_IN = 1;
    private static final int TYPE_A = 1;
    private static final int LABELS = 3;
    private static final int TTL_SECONDS = 3_600;

    @ParameterizedTest
    @DisplayName("RFC 5702 §6.1, §6.2; RFC 6605 §6.1, §6.2: keys and signatures of DNSSEC are read as they are")
    @CsvSource({
        "RSASHA256, AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=,"
                + "9033, 192.0.2.91, 20300101000000, 20000101000000,"
                + "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==",
        "RSASHA512, AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6r"
                + "klMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL,"
                + "3740, 192.0.2.91, 20300101000000, 20000101000000,"
                + "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fO"
                + "uagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
        "ECDSAP256SHA256, GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==,"
                + "55648, 192.0.2.1, 20100909100439, 20100812100439,"
                + "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
        "ECDSAP384SHA384, xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX4"
                + "5NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40,"
                + "10771, 192.0.2.1, 20100909102025, 20100812102025,"
                + "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqX"
                + "L5bdcJzusdnI0RSMROxxwGipWcJm",
    })
    void verifiesTheExamplesOfDnssec(
            LiveAlgorithm algorithm,
            String key,
            int keyTag,
            String address,
            String expires,
            String begins,
            String signature) {
        ByteBuf swarmId = Unpooled.buffer().writeByte(algorithm.number());
        swarmId.writeBytes(Base64.getDecoder().decode(key));
        LivePublicKey publicKey = LivePublicKey.parse(ByteBufUtil.getBytes(swarmId));
        ByteBuf signed = Unpooled.buffer().writeShort(TYPE_A).writeByte(algorithm.number());
        signed.writeByte(LABELS)
                .writeInt(TTL_SECONDS)
                .writeInt(seconds(expires))
                .writeInt(seconds(begins));
        writeName(signed.writeShort(keyTag), "example.net");
        writeName(signed, "www.example.net");
        signed.writeShort(TYPE_A).writeShort(CLASS_IN).writeInt(TTL_SECONDS).writeShort(4);
        for (String part : address.split("\\.", -1)) {
            signed.writeByte(Integer.parseInt(part));
        }
        LiveVerifier verifier = new LiveVerifier(publicKey);
        byte[] message = ByteBufUtil.getBytes(signed);
        assertThat(verifier.verify(message, Base64.getDecoder().decode(signature)))
                .isTrue();
        message[message.length - 1]++;
        assertThat(verifier.verify(message, Base64.getDecoder().decode(signature)))
                .isFalse();
    }

    private static int seconds(String time) {
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);
        return (int) LocalDateTime.parse(time, format).toEpochSecond(ZoneOffset.UTC);
    }

    private static void writeName(ByteBuf out, String name) {
        for (String label : name.split("\\.", -1)) {
            out.writeByte(label.length()).writeCharSequence(label, US_ASCII);
        }
        out.writeByte(0);
    }
}
