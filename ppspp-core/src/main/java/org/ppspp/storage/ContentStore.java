package org.ppspp.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Bytes at offsets: all that stands between content and a disk, so that tests can make the disk fail. */
interface ContentStore extends Closeable {
    /** Where stores come from. */
    @FunctionalInterface
    interface Opener {
        ContentStore open(Path path, OpenOption... options) throws IOException;
    }

    /** Reads up to {@code target.remaining()} bytes and returns how many, or -1 at or behind the end. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes up to {@code source.remaining()} bytes and returns how many. */
    int write(ByteBuffer source, long position) throws IOException;

    /** Returns once everything written survives a power cut. */
    void force() throws IOException;

    long size() throws IOException;

    void truncate(long size) throws IOException;

    /** Locks the store against other processes until it is closed or unlocked; false where another one has it. */
    boolean lock() throws IOException;

    void unlock() throws IOException;

    /** Fills {@code target} as far as there are bytes and returns how many were read. */
    default int readFully(ByteBuffer target, long position) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            int read = read(target, position + total);
            if (read <= 0) {
                return total;
            }
            total += read;
        }
        return total;
    }

    /** Writes all of {@code source}. */
    default void writeFully(ByteBuffer source, long position) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            int written = write(source, at);
            if (written <= 0) {
                throw new IOException("nothing could be written at " + at);
            }
            at += written;
        }
    }
}
