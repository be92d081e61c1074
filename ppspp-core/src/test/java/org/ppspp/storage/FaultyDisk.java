package org.ppspp.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Files whose n-th operation fails, and those after it as long as that is wanted; writes may be short. */
final class FaultyDisk implements ContentStore.Opener {
    /** What fails. */
    enum Operation {
        READ,
        WRITE,
        FORCE,
        OPEN
    }

    private final String message;
    private Predicate<Operation> affected = operation -> true;
    private long operations;
    private long failFrom = Long.MAX_VALUE;
    private long failTo = Long.MAX_VALUE;
    private int maxTransfer = Integer.MAX_VALUE;

    FaultyDisk(String message) {
        this.message = message;
    }

    /** Lets only some kinds of operation be counted and fail. */
    FaultyDisk affecting(Predicate<Operation> kinds) {
        affected = kinds;
        return this;
    }

    /** Lets operations number {@code from} to {@code to} - 1, counted from now on, fail. */
    synchronized FaultyDisk failing(long from, long to) {
        operations = 0;
        failFrom = from;
        failTo = to;
        return this;
    }

    /** Lets no read or write move more than {@code bytes}. */
    FaultyDisk moving(int bytes) {
        maxTransfer = bytes;
        return this;
    }

    /** Operations so far. */
    synchronized long operations() {
        return operations;
    }

    @Override
    public ContentStore open(Path path, OpenOption... options) throws IOException {
        check(Operation.OPEN);
        return new Store(FileStore.open(path, options));
    }

    private synchronized void check(Operation operation) throws IOException {
        if (affected.test(operation)) {
            long number = operations++;
            if (number >= failFrom && number < failTo) {
                throw new IOException(message);
            }
        }
    }

    private final class Store implements ContentStore {
        private final ContentStore file;

        Store(ContentStore file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            check(Operation.READ);
            ByteBuffer part = target.duplicate().limit(limit(target));
            int read = file.read(part, position);
            target.position(part.position());
            return read;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            check(Operation.WRITE);
            ByteBuffer part = source.duplicate().limit(limit(source));
            int written = file.write(part, position);
            source.position(part.position());
            return written;
        }

        private int limit(ByteBuffer buffer) {
            return buffer.position() + Math.min(buffer.remaining(), maxTransfer);
        }

        @Override
        public void force() throws IOException {
            check(Operation.FORCE);
            file.force();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            check(Operation.WRITE);
            file.truncate(size);
        }

        @Override
        public boolean lock() throws IOException {
            return file.lock();
        }

        @Override
        public void unlock() throws IOException {
            file.unlock();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
