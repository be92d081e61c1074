package org.ppspp.media.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs an input on a thread of its own and keeps what it gives. */
final class Recorder implements LiveInput.Sink, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LiveInput input;
    private final Thread thread = new Thread(this::run, "input");
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Integer> restarts = new ArrayList<>();
    private @Nullable Exception failure;

    Recorder(LiveInput input) throws IOException {
        this.input = input;
        input.open();
        thread.start();
    }

    static Recorder of(String text) throws IOException {
        return new Recorder(LiveInput.parse(text, InputSettings.DEFAULT));
    }

    private void run() {
        try {
            input.run(this);
        } catch (IOException | InterruptedException e) {
            failure = e;
        }
    }

    @Override
    public synchronized void accept(byte[] buffer, int offset, int length) {
        bytes.write(buffer, offset, length);
    }

    @Override
    public synchronized void restarted() {
        restarts.add(bytes.size());
    }

    /** All that came. */
    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    /** After how many bytes the encoder began anew. */
    synchronized List<Integer> restarts() {
        return List.copyOf(restarts);
    }

    int port() {
        return input.port();
    }

    void awaitBytes(int count) {
        await().atMost(PATIENCE).until(() -> bytes().length >= count);
    }

    void awaitRestarts(int count) {
        await().atMost(PATIENCE).until(() -> restarts().size() >= count);
    }

    /** Waits for the end of what has one. */
    void awaitEnd() {
        await().atMost(PATIENCE).until(() -> !thread.isAlive());
        assertThat(failure).isNull();
    }

    @Override
    public void close() {
        input.close();
        awaitEnd();
    }
}
