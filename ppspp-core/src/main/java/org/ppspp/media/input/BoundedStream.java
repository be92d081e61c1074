package org.ppspp.media.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** So many bytes of a stream, and then its end. */
final class BoundedStream extends InputStream {
    private final InputStream in;
    private long leftBytes;

    BoundedStream(InputStream in, long bytes) {
        this.in = in;
        leftBytes = bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (leftBytes == 0) {
            return -1;
        }
        int read = in.read(bytes, offset, (int) Math.min(length, leftBytes));
        if (read < 0) {
            throw new EOFException("the connection ended within the stream");
        }
        leftBytes -= read;
        return read;
    }
}
