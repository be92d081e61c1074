package org.ppspp.client;

import java.io.IOException;
import java.io.OutputStream;
import org.ppspp.FrameViewer;

/** Where content goes that is played: takes it in order, and may be slow. */
interface ContentSink {
    /** Takes the bytes at {@code position}, which is not always behind those before: what was skipped is missing. */
    void take(long position, byte[] bytes) throws IOException, InterruptedException;

    /** Notes that this was all, and waits until all of it is consumed. */
    void end() throws IOException, InterruptedException;

    /** The same, with the frames in it shown. */
    default ContentSink showing(FrameViewer viewer) {
        ContentSink first = this;
        return new ContentSink() {
            @Override
            public void take(long position, byte[] bytes) throws IOException, InterruptedException {
                first.take(position, bytes);
                viewer.take(position, bytes);
            }

            @Override
            public void end() throws IOException, InterruptedException {
                first.end();
                viewer.end();
            }
        };
    }

    /** Writes everything to {@code target}. */
    static ContentSink to(OutputStream target) {
        return new ContentSink() {
            @Override
            public void take(long position, byte[] bytes) throws IOException {
                target.write(bytes);
            }

            @Override
            public void end() throws IOException {
                target.flush();
            }
        };
    }
}
