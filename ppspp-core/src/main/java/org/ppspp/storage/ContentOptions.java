package org.ppspp.storage;

/**
 * How content is opened.
 *
 * @param existing what happens to a file of that name with other bytes
 * @param verifyOnRead whether every chunk is hashed again before it is sent
 * @param threads how many threads hash what lies there already, at least 1
 * @param progress hears about that hashing
 */
public record ContentOptions(ExistingFile existing, boolean verifyOnRead, int threads, Progress progress) {
    public ContentOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("hashing takes a thread, not " + threads);
        }
    }
}
