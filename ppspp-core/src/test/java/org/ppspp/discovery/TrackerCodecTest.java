package org.ppspp.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.RemoveNode;
import org.ppspp.discovery.TrackerMessage.Unregister;

final class TrackerCodecTest {
    private static final String SWARM = "d094024bfed046a9be25a762870ce67089f31f81";

    private final TrackerCodec server = TrackerCodec.server();
    private final TrackerCodec client = TrackerCodec.client();

    @Test
    void readsAndWritesTheOriginalsConversationByteForByte() throws Exception {
        List<byte[]> frames = trace();
        assertThat(frames).hasSize(18);
        for (byte[] frame : frames) {
            TrackerMessage message = Objects.requireNonNull(client.decode(Unpooled.wrappedBuffer(frame)));
            assertThat(client.encode(message)).asString(UTF_8).isEqualTo(new String(frame, UTF_8));
        }
    }

    @Test
    void understandsWhatTheOriginalsSaid() throws Exception {
        List<TrackerMessage> messages = new ArrayList<>();
        for (byte[] frame : trace()) {
            messages.add(client.decode(Unpooled.wrappedBuffer(frame)));
        }
        Endpoint two = new Endpoint("10.77.0.2", 6778);
        Endpoint three = new Endpoint("10.77.0.3", 6778);
        assertThat(messages.subList(0, 3))
                .containsExactly(new Register(SWARM, two), new GetPeers(SWARM), new OtherPeers(SWARM, List.of()));
        assertThat(messages.get(5)).isEqualTo(new NewNode(SWARM, three));
        assertThat(messages.get(11)).isEqualTo(new OtherPeers(SWARM, List.of(two, three)));
        assertThat(messages.get(12)).isEqualTo(new Unregister(SWARM, three));
        assertThat(messages.get(13)).isEqualTo(new RemoveNode(SWARM, three));
    }

    @Test
    void readsBackWhateverItWrites() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            TrackerMessage message = randomMessage(random);
            byte[] text = server.encode(message);
            assertThat(client.decode(Unpooled.wrappedBuffer(text)))
                    .as("seed %d, step %d: %s", seed, i, new String(text, UTF_8))
                    .isEqualTo(message);
            for (byte b : text) {
                assertThat(b).as("seed %d: only ASCII", seed).isBetween((byte) ' ', (byte) 127);
            }
        }
    }

    @Test
    void escapesAsPythonDoes() {
        String text = new String(server.encode(new GetPeers("\"\\\n\t\u0001\u00e9\ud83d\ude00/")), UTF_8);
        assertThat(text)
                .isEqualTo("{\"type\": \"get_peers\","
                        + " \"swarm_id\": \"\\\"\\\\\\n\\t\\u0001\\u00e9\\ud83d\\ude00/\"}");
    }

    @Test
    void takesKeysInAnyOrderAndIgnoresUnknownOnes() throws Exception {
        assertThat(decode("{\"x\": {\"y\": [1, [2.5, null]]}, \"endpoint\": [\"::1\", 6778, [\"more\"]],"
                        + " \"swarm_id\": \"ab\", \"type\": \"register\", \"z\": true}"))
                .isEqualTo(new Register("ab", new Endpoint("::1", 6778)));
    }

    @Test
    void ignoresMessagesOfUnknownType() throws Exception {
        assertThat(decode("{\"type\": \"find_node\", \"swarm_id\": \"ab\"}")).isNull();
    }

    @Test
    void leavesOutUselessEndpointsOfAList() throws Exception {
        assertThat(decode("{\"swarm_id\": \"ab\", \"type\": \"other_peers\", \"details\": [[\"10.0.0.1\", 0],"
                        + " [\"10.0.0.2\", 70000], [], [1, 2], {\"a\": []}, null, [\"10.0.0.3\", 12345678901],"
                        + " [\"10.0.0.4\", 6778], [[], 6778]]}"))
                .isEqualTo(new OtherPeers("ab", List.of(new Endpoint("10.0.0.4", 6778))));
        assertThat(decode("{\"swarm_id\": \"ab\", \"type\": \"new_node\", \"endpoint\": [\"10.0.0.1\", 99999]}"))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "null",
                "\"register\"",
                "{\"type\": \"get_peers\"}",
                "{\"swarm_id\": \"ab\"}",
                "{\"type\": 1, \"swarm_id\": \"ab\"}",
                "{\"type\": \"get_peers\", \"swarm_id\": 7}",
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\"} {}",
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\"}x",
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\"",
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\", \"swarm_id\": \"cd\"}",
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\", \"x\": {\"y\": 1, \"y\": 2}}",
                "{\"type\": \"register\", \"swarm_id\": \"ab\"}",
                "{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": null}",
                "{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": [\"10.0.0.1\"]}",
                "{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": [\"10.0.0.1\", \"6778\"]}",
                "{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": [\"10.0.0.1\", 6778.0]}",
                "{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": [\"10.0.0.1\", -1]}",
                "{\"type\": \"other_peers\", \"swarm_id\": \"ab\", \"details\": {}}",
                "{'type': 'get_peers', 'swarm_id': 'ab'}",
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\", \"n\": NaN}",
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\", \"n\": [[[[[[[[1]]]]]]]]}",
            })
    void refusesWhatIsNoMessage(String text) {
        assertThatThrownBy(() -> decode(text)).isInstanceOf(MalformedTrackerMessageException.class);
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        byte[] overlong = "{\"type\": \"get_peers\", \"swarm_id\": \"a?\"}".getBytes(UTF_8);
        overlong[overlong.length - 4] = (byte) 0xc1;
        assertThatThrownBy(() -> server.decode(Unpooled.wrappedBuffer(overlong)))
                .isInstanceOf(MalformedTrackerMessageException.class)
                .hasMessageContaining("UTF-8");
        byte[] utf16 =
                "{\"type\": \"get_peers\", \"swarm_id\": \"ab\"}".getBytes(java.nio.charset.StandardCharsets.UTF_16BE);
        assertThatThrownBy(() -> server.decode(Unpooled.wrappedBuffer(utf16)))
                .isInstanceOf(MalformedTrackerMessageException.class);
    }

    @Test
    void refusesBombs() {
        refuses("[".repeat(100_000));
        refuses("{\"a\":".repeat(100_000));
        refuses("{\"type\": \"get_peers\", \"swarm_id\": \"" + "a".repeat(2_049) + "\"}");
        refuses("{\"type\": \"get_peers\", \"swarm_id\": \"ab\", \"" + "k".repeat(65) + "\": 1}");
        refuses("{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": [\"h\", " + "9".repeat(20) + "]}");
        refuses("{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": [\"" + "h".repeat(256) + "\", 6778]}");
        refuses("{\"type\": \"register\", \"swarm_id\": \"ab\", \"endpoint\": [\"h\", 6778" + ", 1".repeat(5_000)
                + "]}");
        refuses(members(64) + ", \"type\": \"get_peers\", \"swarm_id\": \"ab\"}");
        refuses("{\"type\": \"get_peers\", \"swarm_id\": \"ab\", \"x\": [1" + ", 1".repeat(30_000) + "]}");
    }

    @Test
    void takesTheLongestSwarmId() throws Exception {
        String longest = "a".repeat(TrackerMessage.MAX_SWARM_ID_CHARS);
        assertThat(decode(new String(client.encode(new GetPeers(longest)), UTF_8)))
                .isEqualTo(new GetPeers(longest));
    }

    @Test
    void letsTrackersListMoreThanClientsMay() throws Exception {
        List<Endpoint> many = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            many.add(new Endpoint("10.0." + i / 250 + '.' + i % 250, 6778));
        }
        byte[] text = server.encode(new OtherPeers("ab", many));
        assertThat(client.decode(Unpooled.wrappedBuffer(text))).isEqualTo(new OtherPeers("ab", many));
        assertThatThrownBy(() -> server.decode(Unpooled.wrappedBuffer(text)))
                .isInstanceOf(MalformedTrackerMessageException.class);
        many.add(new Endpoint("10.0.0.1", 6778));
        assertThatThrownBy(() -> client.decode(Unpooled.wrappedBuffer(server.encode(new OtherPeers("ab", many)))))
                .isInstanceOf(MalformedTrackerMessageException.class);
    }

    @Test
    void survivesMutatedMessages() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> frames = trace();
        for (int i = 0; i < 20_000; i++) {
            byte[] mutant = frames.get(random.nextInt(frames.size())).clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            assertThat(decodes(mutant)).as("seed %d, step %d", seed, i).isIn(true, false);
        }
    }

    @Test
    void throwsWithoutAStackTrace() {
        assertThat(new MalformedTrackerMessageException("rule").getStackTrace()).isEmpty();
    }

    @Test
    void believesNumericHostsOnly() {
        assertThat(new Endpoint("10.77.0.2", 1).numericHost()).hasToString("/10.77.0.2");
        assertThat(new Endpoint("::ffff:10.77.0.2", 1).numericHost()).hasToString("/10.77.0.2");
        assertThat(new Endpoint("2001:db8::1", 1).numericHost()).hasToString("/2001:db8:0:0:0:0:0:1");
        assertThat(new Endpoint("fe80::1%1", 1).numericHost()).hasToString("/fe80:0:0:0:0:0:0:1");
        for (String name : List.of("localhost", "", "10.0.0", "10.0.0.256", "1", "0x7f000001", "a".repeat(255))) {
            assertThat(new Endpoint(name, 1).numericHost()).as(name).isNull();
        }
    }

    private boolean decodes(byte[] text) {
        try {
            return client.decode(Unpooled.wrappedBuffer(text)) != null;
        } catch (MalformedTrackerMessageException e) {
            return false;
        }
    }

    private void refuses(String text) {
        assertThatThrownBy(() -> decode(text))
                .as(text.substring(0, Math.min(80, text.length())))
                .isInstanceOf(MalformedTrackerMessageException.class);
    }

    private @Nullable TrackerMessage decode(String text) throws MalformedTrackerMessageException {
        return server.decode(Unpooled.wrappedBuffer(text.getBytes(UTF_8)));
    }

    private static String members(int count) {
        StringBuilder text = new StringBuilder("{\"m\": 0");
        for (int i = 1; i < count; i++) {
            text.append(", \"m").append(i).append("\": 0");
        }
        return text.toString();
    }

    private static TrackerMessage randomMessage(Random random) {
        String id = randomString(random);
        Endpoint endpoint = randomEndpoint(random);
        return switch (random.nextInt(6)) {
            case 0 -> new Register(id, endpoint);
            case 1 -> new GetPeers(id);
            case 2 -> new Unregister(id, endpoint);
            case 3 -> new NewNode(id, endpoint);
            case 4 -> new RemoveNode(id, endpoint);
            default -> {
                List<Endpoint> details = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    details.add(randomEndpoint(random));
                }
                yield new OtherPeers(id, details);
            }
        };
    }

    private static Endpoint randomEndpoint(Random random) {
        return new Endpoint(randomString(random), 1 + random.nextInt(65_535));
    }

    private static String randomString(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
        }
        return text.toString();
    }

    private static List<byte[]> trace() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        ObjectMapper mapper = new ObjectMapper();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(TrackerCodecTest.class.getResourceAsStream("tracker.jsonl"), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode entry = mapper.readTree(line);
                frames.add(HexFormat.of().parseHex(entry.get("hex").asText()));
            }
        }
        return frames;
    }
}
