package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.ContentHasher;
import org.ppspp.integrity.HashFunction;
import org.ppspp.storage.LocalContentException;
import org.ppspp.traces.Trace;
import org.ppspp.traces.Trace.Packet;

class FrameChunksTest {
    /** Channel, type, first and last chunk, time stamp. */
    private static final int DATA_HEADER_BYTES = 4 + 1 + 4 + 4 + 8;

    @TempDir
    private Path folder;

    private final List<AvFrame> frames = new ArrayList<>();
    private final List<Long> lastChunks = new ArrayList<>();
    private final FrameAssembly assembly = new FrameAssembly((frame, first, last) -> {
        frames.add(frame);
        lastChunks.add(last);
    });

    /** All chunks that were sent in a capture, by number. */
    private static Map<Long, byte[]> chunks(String trace) {
        Map<Long, byte[]> chunks = new TreeMap<>();
        for (Packet packet : Trace.read(trace).peers()) {
            byte[] bytes = packet.bytes();
            if (bytes.length == DATA_HEADER_BYTES + FrameChunks.CHUNK_BYTES && bytes[4] == 1) {
                chunks.put(
                        (long) ByteBuffer.wrap(bytes).getInt(5),
                        Arrays.copyOfRange(bytes, DATA_HEADER_BYTES, bytes.length));
            }
        }
        return chunks;
    }

    private String root(List<AvFrame> content, int protocol) throws IOException, LocalContentException {
        Path file = folder.resolve("video");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (AvFrame each : content) {
                for (byte[] chunk : FrameChunks.of(FramePickle.write(each, protocol))) {
                    out.write(chunk);
                }
            }
        }
        return ContentHasher.of(HashFunction.SHA1, FrameChunks.CHUNK_BYTES)
                .hash(file)
                .swarmId()
                .toString();
    }

    @Test
    @DisplayName("PyPPSPP: a captured video is read frame by frame, and written again its root hash is that of PyPPSPP")
    void readsAndWritesVideos() throws IOException, LocalContentException {
        chunks("pyppspp/vod2s").forEach(assembly::accept);
        assertThat(frames)
                .hasSize(20)
                .extracting(AvFrame::id)
                .startsWith(0L, 1L)
                .endsWith(19L);
        assertThat(frames.get(0).key()).isTrue();
        assertThat(assembly.malformedFrames()).isZero();
        assertThat(assembly.skippedChunks()).isZero();
        JsonNode videos = Vectors.read().get("videos");
        assertThat(videos).hasSize(4);
        for (JsonNode video : videos) {
            int count = video.get("frames").asInt();
            int protocol = video.get("protocol").asInt();
            assertThat(root(frames.subList(0, count), protocol))
                    .isEqualTo(video.get("root").asText());
            assertThat(Files.size(folder.resolve("video")))
                    .isEqualTo(video.get("chunks").asInt() * 1_024L);
        }
    }

    @Test
    @DisplayName("PyPPSPP: a captured live stream is read from the first frame that begins")
    void readsLiveStreams() {
        chunks("pyppspp/live_src_head").forEach(assembly::accept);
        assertThat(frames).isNotEmpty();
        for (int i = 1; i < frames.size(); i++) {
            assertThat(frames.get(i).id()).isEqualTo(frames.get(i - 1).id() + 1);
        }
        assertThat(assembly.malformedFrames()).isZero();
    }

    @Test
    @DisplayName("PyPPSPP: the chunks of single frames")
    void cutsAsPyppsppDoes() {
        for (JsonNode each : Vectors.read().get("frames")) {
            AvFrame frame = new AvFrame(
                    each.get("id").asLong(),
                    each.get("key").asBoolean(),
                    filled(each.get("videoBytes").asInt()),
                    filled(each.get("audioBytes").asInt()),
                    "Quick Brow Fox!");
            byte[] pickle = FramePickle.write(frame, each.get("protocol").asInt());
            List<byte[]> chunks = FrameChunks.of(pickle);
            assertThat(chunks).hasSize(each.get("chunks").asInt()).hasSize(FrameChunks.count(pickle.length));
            JsonNode hashes = each.get("chunkSha1");
            assertThat(Vectors.sha1(chunks.get(0))).isEqualTo(hashes.get(0).asText());
            assertThat(Vectors.sha1(chunks.get(1))).isEqualTo(hashes.get(1).asText());
            assertThat(Vectors.sha1(chunks.get(chunks.size() - 1)))
                    .isEqualTo(hashes.get(2).asText());
        }
    }

    @Test
    void losesNoMoreFramesThanMissChunks() {
        TalkingHead head = new TalkingHead(FramePickle.PROTOCOL_4);
        for (int seed = 0; seed < 30; seed++) {
            frames.clear();
            lastChunks.clear();
            Random random = new Random(seed);
            FrameAssembly each = new FrameAssembly((frame, first, last) -> frames.add(frame));
            long number = random.nextInt(1_000);
            long lost = 0;
            int whole = 0;
            for (int i = 0; i < 100; i++) {
                boolean complete = true;
                for (byte[] chunk : head.chunks(i)) {
                    // The first chunk tells where it begins, and what is missing behind the last is never missed.
                    if (number > 1_000 && i < 99 && random.nextInt(60) == 0) {
                        lost++;
                        complete = false;
                    } else {
                        each.accept(number, chunk);
                    }
                    number++;
                }
                whole += complete ? 1 : 0;
            }
            assertThat(frames).as("seed %d", seed).hasSize(whole);
            assertThat(each.skippedChunks()).as("seed %d", seed).isEqualTo(lost);
        }
    }

    @Test
    void takesAnyChunks() {
        Random random = new Random(5);
        TalkingHead head = new TalkingHead(FramePickle.PROTOCOL_3);
        long number = 0;
        for (int i = 0; i < 300; i++) {
            for (byte[] chunk : head.chunks(i)) {
                if (random.nextInt(10) == 0) {
                    chunk[random.nextInt(8)] = (byte) random.nextInt();
                }
                assembly.accept(number++, random.nextInt(50) == 0 ? new byte[random.nextInt(1_100)] : chunk);
            }
        }
        assertThat(frames).isNotEmpty();
        assertThat(assembly.malformedFrames()).isPositive();
    }

    @Test
    void keepsNoMoreOfAFrameThanOneMayHave() {
        byte[] first = new byte[FrameChunks.CHUNK_BYTES];
        ByteBuffer.wrap(first).putInt(1, FrameAssembly.MAX_FRAME_BYTES + 1);
        assembly.accept(0, first);
        assertThat(assembly.malformedFrames()).isEqualTo(1);
        ByteBuffer.wrap(first).putInt(1, -1);
        assembly.accept(1, first);
        assertThat(assembly.malformedFrames()).isEqualTo(2);
    }

    @Test
    @DisplayName("the generator: about 632 kbit/s, four key frames in 480, the same every time")
    void talksLikePyppspp() {
        long bytes = 0;
        int keys = 0;
        for (int i = 0; i < TalkingHead.CYCLE_FRAMES; i++) {
            AvFrame frame = TalkingHead.frame(i);
            bytes += frame.video().length + frame.audio().length;
            keys += frame.key() ? 1 : 0;
            assertThat(frame.video().length)
                    .isEqualTo(TalkingHead.frame(i + 480L).video().length);
            assertThat(FrameChunks.of(FramePickle.write(frame, 4)).size()).isBetween(5, 32);
        }
        assertThat(keys).isEqualTo(4);
        TalkingHead head = new TalkingHead(FramePickle.PROTOCOL_3);
        long size = 0;
        for (int i = 0; i < 1_000; i++) {
            size += head.chunks(i).size() * (long) FrameChunks.CHUNK_BYTES;
        }
        assertThat(head.sizeBytes(1_000)).isEqualTo(size);
        assertThat(bytes * 8 / 48_000.0).isBetween(625.0, 640.0);
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xC0);
        return bytes;
    }
}
