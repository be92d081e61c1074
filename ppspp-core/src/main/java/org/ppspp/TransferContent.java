package org.ppspp;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;

/**
 * What one transfer is about: files or a live stream. {@link Transfer} does for it what any swarm needs. But for what
 * {@link Playable} has, everything is called one after the other; {@link #open}, {@link #publish} and {@link #close} may block.
 */
interface TransferContent extends Playable {
    /**
     * What was found when it was opened.
     *
     * @param metadata as given, with the content length if that is known here
     * @param config how to join the swarm with it
     * @param storedBytes what is verified and stored
     * @param complete whether nothing is missing
     * @param notices what the user should know, a line each
     */
    record Found(
            SwarmMetadata metadata, SwarmConfig config, long storedBytes, boolean complete, List<String> notices) {}

    /** Where it is or will be, for messages. */
    String place();

    /** How many bytes from {@code position} on could be read without waiting, at most {@code maxBytes}. */
    int buffered(long position, int maxBytes);

    /** What is here, in at most {@code maxCells} parts. */
    Coverage coverage(int maxCells);

    /** Makes ready; from then on there must be a {@link #close}. Ends early when its thread is interrupted. */
    Found open(Progress checking) throws LocalContentException;

    /** The swarm is joined. */
    void joined();

    /** Takes in what the engine reports before others are told. */
    void on(EngineEvent event);

    /** Gives the complete content its name. */
    void publish() throws LocalContentException;

    /** How a live stream stands, or null of a file. */
    @Nullable
    LiveStatus live(SwarmSnapshot snapshot);

    /** Ends all reading and whatever else goes on by itself. Comes also where {@link #open} failed or never was. */
    void stop();

    /** Closes what was opened, once the swarm is left. */
    void close() throws LocalContentException;
}
