package org.ppspp.storage;

/** Adds up what several threads have done and passes it on, one report at a time. */
final class ProgressMeter {
    private final Progress progress;
    private final long totalBytes;
    private long doneBytes;

    ProgressMeter(Progress progress, long totalBytes) {
        this.progress = progress;
        this.totalBytes = totalBytes;
    }

    synchronized void add(long bytes) {
        doneBytes += bytes;
        progress.report(doneBytes, totalBytes);
    }
}
