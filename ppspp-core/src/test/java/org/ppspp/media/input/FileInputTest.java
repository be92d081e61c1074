package org.ppspp.media.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.media.FrameAssembly;
import org.ppspp.media.TalkingHead;
import org.ppspp.media.TsMaker;

class FileInputTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path folder;

    /** Time that passes as soon as somebody waits for it, and then ends. */
    private static final class VirtualPace implements Pace {
        private final long end;
        private long now;

        VirtualPace(long endNanos) {
            end = endNanos;
        }

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public boolean until(long nanos) {
            now = Math.max(now, nanos);
            return now < end;
        }
    }

    /** When how much came. */
    private static final class Log implements LiveInput.Sink {
        private final Pace pace;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Long> times = new ArrayList<>();
        private final List<Integer> restarts = new ArrayList<>();

        Log(Pace pace) {
            this.pace = pace;
        }

        @Override
        public void accept(byte[] buffer, int offset, int length) {
            bytes.write(buffer, offset, length);
            times.add(pace.nanos());
        }

        @Override
        public void restarted() {
            restarts.add(bytes.size());
        }
    }

    /** Four seconds with a clock reading each 40 ms, from this tick on. */
    private static byte[] ts(long from) {
        TsMaker maker = new TsMaker().tables(TsMaker.H264);
        for (int i = 0; i < 100; i++) {
            maker.clock((from + i * 1_080_000L) % ((1L << 33) * 300)).picture(i, "65b8", 2_000);
        }
        return maker.bytes();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("input"), bytes);
    }

    @Test
    void sendsATransportStreamAsItsClockSays() throws Exception {
        for (long from : new long[] {0, 27_000_000L, (1L << 33) * 300 - 54_000_000L}) {
            byte[] stream = ts(from);
            VirtualPace pace = new VirtualPace(Long.MAX_VALUE);
            Log log = new Log(pace);
            FileInput input = new FileInput(write(stream), InputSettings.DEFAULT, pace);
            input.open();
            input.run(log);
            assertThat(log.bytes.toByteArray()).isEqualTo(stream);
            assertThat(pace.nanos()).isBetween(3 * SECOND + 900_000_000L, 4 * SECOND);
            assertThat(log.times).hasSizeGreaterThan(100).isSorted();
            assertThat(log.times.get(log.times.size() / 2)).isBetween(SECOND * 19 / 10, SECOND * 21 / 10);
        }
    }

    @Test
    void goesRoundForEver() throws Exception {
        byte[] stream = ts(5);
        VirtualPace pace = new VirtualPace(40 * SECOND);
        Log log = new Log(pace);
        FileInput input = new FileInput(write(stream), new InputSettings(true, 0), pace);
        input.open();
        input.run(log);
        assertThat(log.restarts).hasSize(10);
        assertThat(log.restarts.get(1)).isEqualTo(2 * stream.length);
    }

    @Test
    void sendsAnythingAtTheRateItIsGiven() throws Exception {
        byte[] bytes = new byte[100_000];
        VirtualPace pace = new VirtualPace(Long.MAX_VALUE);
        Log log = new Log(pace);
        FileInput input = new FileInput(write(bytes), new InputSettings(false, 20_000), pace);
        input.open();
        input.run(log);
        assertThat(log.bytes.toByteArray()).isEqualTo(bytes);
        assertThat(pace.nanos()).isBetween(5 * SECOND - 1_000_000, 5 * SECOND);
    }

    @Test
    void refusesWhatHasNoClock() throws IOException {
        LiveInput input = LiveInput.parse(write(new byte[10_000]).toString(), InputSettings.DEFAULT);
        assertThatThrownBy(input::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no MPEG transport stream")
                .hasMessageContaining("--input-rate");
        LiveInput missing = LiveInput.parse(folder.resolve("missing").toString(), InputSettings.DEFAULT);
        assertThatThrownBy(missing::open).hasMessageEndingWith("missing: no such file");
        LiveInput empty = LiveInput.parse(write(new byte[0]).toString(), new InputSettings(true, 1_000));
        assertThatThrownBy(empty::open)
                .as("in a loop it would go round for ever")
                .hasMessageEndingWith(": is empty");
        LiveInput place = LiveInput.parse(folder.toString(), InputSettings.DEFAULT);
        assertThatThrownBy(place::open).hasMessageEndingWith("is a folder");
    }

    @Test
    void talksTenTimesASecond() throws Exception {
        VirtualPace pace = new VirtualPace(3 * SECOND);
        List<Long> ids = new ArrayList<>();
        FrameAssembly assembly = new FrameAssembly((frame, first, last) -> ids.add(frame.id()));
        GeneratorInput input = new GeneratorInput(new TalkingHead(4), pace);
        List<Long> times = new ArrayList<>();
        input.run(new LiveInput.Sink() {
            private long number;

            @Override
            public void accept(byte[] bytes, int offset, int length) {
                assertThat(length).isEqualTo(input.chunkSizeBytes());
                int before = ids.size();
                assembly.accept(number++, bytes);
                if (ids.size() > before) {
                    times.add(pace.nanos());
                }
            }

            @Override
            public void restarted() {
                throw new AssertionError("it never does");
            }
        });
        assertThat(ids).hasSize(30).startsWith(0L, 1L).endsWith(29L);
        assertThat(times.get(29)).isEqualTo(2_900_000_000L);
    }

    @Test
    @Timeout(60)
    void readsANamedPipeAsItComes() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .as("there are named pipes")
                .isZero();
        byte[] bytes = ts(0);
        Thread encoder = new Thread(() -> {
            try (OutputStream out = Files.newOutputStream(pipe, StandardOpenOption.WRITE)) {
                out.write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        encoder.start();
        Pace pace = new VirtualPace(Long.MAX_VALUE);
        Log log = new Log(pace);
        FileInput input = new FileInput(pipe, InputSettings.DEFAULT, pace);
        input.open();
        input.run(log);
        encoder.join();
        assertThat(log.bytes.toByteArray()).isEqualTo(bytes);
    }
}
