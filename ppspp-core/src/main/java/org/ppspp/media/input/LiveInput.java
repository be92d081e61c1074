package org.ppspp.media.input;

import java.io.IOException;

/**
 * Bytes from somewhere, in order and as they come: the source of a live stream. An encoder that goes away is waited for; only
 * standard input and files that are not looped have an end.
 *
 * <p>{@link #open}, then {@link #run} on a thread of its own; {@link #close} from any thread.
 */
public interface LiveInput extends AutoCloseable {
    /** The spellings, one a line, for help texts. */
    String SPELLINGS = InputAddress.SPELLINGS;

    /** Where bytes go. Its methods may block, which holds the input back where that can be. */
    interface Sink {
        /** Takes the next bytes; the array is the input's again afterwards. */
        void accept(byte[] bytes, int offset, int length) throws InterruptedException;

        /** Notes that what comes next does not continue what came last: the encoder or the file began anew. */
        void restarted();
    }

    /**
     * What {@code text} names; see {@link #SPELLINGS}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static LiveInput parse(String text, InputSettings settings) {
        return InputAddress.parse(text).input(settings);
    }

    /** The chunk size that suits the stream, in bytes. */
    int chunkSizeBytes();

    /**
     * Makes ready: opens the file, listens. Encoders that are not there yet are no failure.
     *
     * @throws IOException naming the place, and why it cannot be used
     */
    void open() throws IOException;

    /**
     * Reads until the end, or until {@link #close}.
     *
     * @throws IOException if a file or standard input fails
     */
    void run(Sink sink) throws IOException, InterruptedException;

    /** Where we listen, for those who do so on a port the system chose; 0 where we do not. */
    default int port() {
        return 0;
    }

    /** Ends {@link #run} soon. Pipes alone, standard input among them, cannot be interrupted: their thread must be a daemon. */
    @Override
    void close();
}
