package org.ppspp.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.ppspp.Coverage;
import org.ppspp.LiveStatus;
import org.ppspp.Playable;

/** Gateways to test with, and statuses to show. */
final class Gateways {
    static final String SWARM = "5600021e740f772f1323ee84a22c222dea6e15ba";

    private Gateways() {}

    /** Without a token, on a free port. */
    static GatewayConfig open() {
        return GatewayConfig.onPort(0).withToken(null);
    }

    /** With times short enough to wait for. */
    static GatewayConfig hasty() {
        return open().withPatience(Duration.ofMillis(300), Duration.ofMillis(600));
    }

    static Gateway of(GatewayConfig config, Playable playable) throws IOException {
        return Gateway.start(config, List.of(new GatewayContent(playable, Gateways::status)));
    }

    static ContentStatus status() {
        return new ContentStatus(
                SWARM,
                "downloading",
                1_024,
                0,
                1,
                2,
                3,
                1e6,
                2e5,
                5_000,
                600,
                77,
                new LiveStatus(true, false, true, 4.5, 3.5, 62_500, 6),
                9,
                new Coverage(new byte[] {(byte) 255, 0, 127}, 2, 4_096),
                List.of(new ContentStatus.PeerStatus("udp:192.0.2.1:6778", "libswift", true, 5_000, 600, 12.5, 8, 1)),
                Map.of("frames_consumed", 7L));
    }

    static byte[] content(int size) {
        byte[] content = new byte[size];
        new SplittableRandom(size).nextBytes(content);
        return content;
    }
}
