package org.ppspp.traces;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * One captured conversation: everything that was sent, in order.
 *
 * <p>{@code libswift} holds UDP datagrams of libswift on loopback, with no loss: A is the seeder or live source, B and C are
 * leechers. {@code pyppspp} holds frames of PyPPSPP without the length in front of them, and the tracker's messages: the seeder
 * or live source is 10.77.0.2, its clients are 10.77.0.3 and 10.77.0.4.
 *
 * @param name of the file
 * @param packets what was sent
 */
public record Trace(String name, List<Packet> packets) {
    /** What carried a packet. */
    public enum Carrier {
        UDP,
        TCP,
        TRACKER
    }

    /**
     * One datagram, frame or tracker message.
     *
     * @param nanos when it was sent, since the first of its trace
     * @param bytes the array is the trace's own: do not modify
     */
    public record Packet(long nanos, String from, String to, Carrier carrier, byte[] bytes) {
        /** The channel it is for; 0 opens one. */
        public int channel() {
            return number(0);
        }

        /** Whether it starts with a HANDSHAKE; all that are shorter than one are not. */
        public boolean handshake() {
            return bytes.length > 8 && bytes[4] == 0;
        }

        /** The channel its HANDSHAKE names; 0 closes one. */
        public int sourceChannel() {
            return number(5);
        }

        /** Whether it opens a channel. */
        public boolean opening() {
            return channel() == 0 && handshake() && sourceChannel() != 0;
        }

        /** The same for channel {@code id}. */
        public byte[] toChannel(int id) {
            byte[] copy = bytes.clone();
            for (int i = 0; i < 4; i++) {
                copy[i] = (byte) (id >>> (24 - 8 * i));
            }
            return copy;
        }

        private int number(int at) {
            return bytes[at] << 24
                    | (bytes[at + 1] & 0xff) << 16
                    | (bytes[at + 2] & 0xff) << 8
                    | (bytes[at + 3] & 0xff);
        }
    }

    private static final double NANOS_PER_SECOND = 1e9;

    /** Reads {@code name}, such as {@code libswift/a_small}. */
    public static Trace read(String name) {
        List<Packet> packets = new ArrayList<>();
        ObjectMapper mapper = new ObjectMapper();
        String file = name + ".jsonl.gz";
        try (InputStream in = Objects.requireNonNull(Trace.class.getResourceAsStream(file), file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(in), UTF_8))) {
            double start = Double.NaN;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode entry = mapper.readTree(line);
                double seconds = entry.get("t").asDouble();
                start = packets.isEmpty() ? seconds : start;
                packets.add(new Packet(
                        Math.round((seconds - start) * NANOS_PER_SECOND),
                        entry.get("from").asText(),
                        entry.get("to").asText(),
                        carrier(entry.path("proto").asText("udp")),
                        HexFormat.of().parseHex(entry.get("hex").asText())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
        return new Trace(name, packets);
    }

    private static Carrier carrier(String proto) {
        return switch (proto) {
            case "udp" -> Carrier.UDP;
            case "tcp" -> Carrier.TCP;
            case "tracker" -> Carrier.TRACKER;
            default -> throw new IllegalArgumentException(proto);
        };
    }

    /** The content of every capture but those of video and live streams: the bytes (i·31+7) mod 251. */
    public static byte[] content(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((i * 31L + 7) % 251);
        }
        return bytes;
    }

    /** What peers said to each other, without the tracker. */
    public List<Packet> peers() {
        return packets.stream()
                .filter(packet -> packet.carrier() != Carrier.TRACKER)
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
