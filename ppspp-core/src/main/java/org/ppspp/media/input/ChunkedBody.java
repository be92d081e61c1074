package org.ppspp.media.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads a body in the chunked transfer coding (RFC 9112 §7.1). What follows it is not read. */
final class ChunkedBody extends InputStream {
    /** Sixteen digits are all that a length can need; extensions are short. */
    private static final int MAX_LINE_BYTES = 256;

    private final InputStream in;
    private BoundedStream chunk;
    private boolean first = true;
    private boolean ended;

    ChunkedBody(InputStream in) {
        this.in = in;
        chunk = new BoundedStream(in, 0);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (ended || length == 0) {
            return ended ? -1 : 0;
        }
        int read = chunk.read(bytes, offset, length);
        if (read >= 0) {
            return read;
        }
        long next = nextLength();
        if (next == 0) {
            ended = true;
            trailer();
            return -1;
        }
        chunk = new BoundedStream(in, next);
        return chunk.read(bytes, offset, length);
    }

    private long nextLength() throws IOException {
        if (!first && !line().isEmpty()) {
            throw new IOException("a chunk that is longer than it says");
        }
        first = false;
        String digits = line().replaceFirst("[ \\t]*;.*", "");
        if (!digits.matches("[0-9a-fA-F]{1,15}")) {
            throw new IOException("a chunk of length '" + digits + "'");
        }
        return Long.parseLong(digits, 16);
    }

    private void trailer() throws IOException {
        int lines = 0;
        while (!line().isEmpty()) {
            if (++lines > MAX_LINE_BYTES) {
                throw new IOException("a trailer without an end");
            }
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended within the stream");
            }
            if (line.length() == MAX_LINE_BYTES) {
                throw new IOException("a line without an end");
            }
            line.append((char) next);
        }
        int end = line.length() - 1;
        return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
    }
}
