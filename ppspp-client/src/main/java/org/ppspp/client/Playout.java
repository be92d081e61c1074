package org.ppspp.client;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentReader;
import org.ppspp.Transfer;

/** Carries the content to where somebody consumes it, in order and as it arrives, on a thread of its own. */
final class Playout {
    private static final int READ_BYTES = 256 << 10;
    private static final long SKIP_AFTER_MILLIS = 1_000;

    /**
     * What is wanted of it.
     *
     * @param bufferBytes from the beginning that must be there before it starts
     * @param skipBytes to leave out whenever nothing has come for a second; 0 to wait
     */
    record Manner(int bufferBytes, long skipBytes) {}

    private final Transfer transfer;
    private final Manner manner;
    private final String place;
    private final ContentSink target;

    private Playout(Transfer transfer, Plan.Playing playing, ContentSink target) {
        this.transfer = transfer;
        this.manner = playing.manner();
        this.place = playing.place();
        this.target = target;
    }

    /**
     * Starts. {@code ended} is called at the end, on the thread of the playout: with null when all is delivered, else with
     * what went wrong; not at all when the transfer ends before.
     */
    static void start(
            Transfer transfer, Plan.Playing playing, ContentSink target, Consumer<StopRule.@Nullable Verdict> ended) {
        Playout playout = new Playout(transfer, playing, target);
        Thread thread = new Thread(() -> playout.run(ended), "ppspp-playout");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Consumer<StopRule.@Nullable Verdict> ended) {
        StopRule.Verdict verdict = null;
        try {
            deliver();
        } catch (CancellationException e) {
            // The transfer has come to its end, and says itself why.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (ExecutionException e) {
            verdict = new StopRule.Verdict(ExitCode.FILE, "what was downloaded cannot be read: " + e.getCause());
        } catch (IOException e) {
            verdict = notTaken(e);
        }
        ended.accept(verdict);
    }

    /** A reader that has had enough is no mistake; other programs end silently then, too. */
    private StopRule.Verdict notTaken(IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        return reason.toLowerCase(Locale.ROOT).contains("pipe")
                ? new StopRule.Verdict(ExitCode.PIPE, "")
                : new StopRule.Verdict(ExitCode.FILE, "cannot write to " + place + ": " + reason);
    }

    private void deliver() throws IOException, InterruptedException, ExecutionException {
        awaitBuffer();
        ContentReader reader = transfer.reader(0);
        try {
            for (byte[] bytes = next(reader); bytes == null || bytes.length > 0; bytes = next(reader)) {
                if (bytes == null) {
                    long further = reader.position() + manner.skipBytes();
                    reader.close();
                    reader = transfer.reader(Math.min(further, transfer.lengthBytes()));
                } else {
                    target.take(reader.position() - bytes.length, bytes);
                }
            }
            target.end();
        } finally {
            reader.close();
        }
    }

    /** Nothing is delivered until so much has come once. */
    private void awaitBuffer() throws InterruptedException, ExecutionException {
        try (ContentReader reader = transfer.reader(0)) {
            int missing = manner.bufferBytes();
            int come = -1;
            while (missing > 0 && come != 0) {
                come = reader.read(Math.min(missing, READ_BYTES)).get().length;
                missing -= come;
            }
        }
    }

    /** The next bytes, none at the end, or null where they have not come and are to be left out. */
    private byte @Nullable [] next(ContentReader reader) throws InterruptedException, ExecutionException {
        var read = reader.read(READ_BYTES);
        if (manner.skipBytes() == 0) {
            return read.get();
        }
        while (true) {
            try {
                return read.get(SKIP_AFTER_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (transfer.lengthBytes() >= 0) {
                    return null;
                }
            }
        }
    }
}
