package org.ppspp.storage;

/** Adds up what several threads have done and passes it on now and then, one report at a time. */
final class ProgressMeter {
    /** Nobody sees more, and each report costs its hearer something. */
    private static final long STEP_BYTES = 1 << 20;

    private final Progress progress;
    private final long totalBytes;
    private long doneBytes;
    private long reportedBytes;

    ProgressMeter(Progress progress, long totalBytes) {
        this.progress = progress;
        this.totalBytes = totalBytes;
    }

    synchronized void add(long bytes) {
        doneBytes += bytes;
        if (doneBytes - reportedBytes >= STEP_BYTES || doneBytes >= totalBytes) {
            reportedBytes = doneBytes;
            progress.report(doneBytes, totalBytes);
        }
    }
}
