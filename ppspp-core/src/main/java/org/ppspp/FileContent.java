package org.ppspp;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.ContentOptions;
import org.ppspp.storage.LocalContent;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Opened;
import org.ppspp.storage.Progress;
import org.ppspp.wire.SwarmId;

/** A file on its way here and to others. */
final class FileContent implements TransferContent {
    private final PeerParts parts;
    private final TransferRequest request;
    private final SwarmId swarm;
    private final Playback playback;
    private volatile @Nullable LocalContent content;

    /** {@code loop} does what is to be done with the engine. */
    FileContent(PeerParts parts, TransferRequest request, Consumer<EngineLoop.Action> loop) {
        this.parts = parts;
        this.request = request;
        this.swarm = request.metadata().swarmId();
        this.playback = new Playback(parts, request, loop);
    }

    @Override
    public String place() {
        return request.target().toString();
    }

    @Override
    public @Nullable String name() {
        Path name = request.target().getFileName();
        return name == null ? null : name.toString();
    }

    @Override
    public boolean live() {
        return false;
    }

    @Override
    public long lengthBytes() {
        return playback.lengthBytes();
    }

    @Override
    public ContentReader reader(long position) {
        return playback.reader(position);
    }

    @Override
    public int buffered(long position, int maxBytes) {
        return playback.buffered(position, maxBytes);
    }

    @Override
    public Coverage coverage(int maxCells) {
        return playback.coverage(maxCells);
    }

    @Override
    public Found open(Progress checking) throws LocalContentException {
        Opened opened = LocalContent.open(
                request.target(),
                request.metadata(),
                new ContentOptions(
                        request.existing(),
                        request.verifyOnRead(),
                        Runtime.getRuntime().availableProcessors(),
                        checking));
        LocalContent open = opened.content();
        content = open;
        parts.workers().register(swarm, open);
        return new Found(
                opened.metadata(), opened.swarmConfig(), open.storedBytes(), opened.complete(), opened.notices());
    }

    @Override
    public void joined() {
        LocalContent open = content;
        if (open != null) {
            playback.open(open);
        }
    }

    @Override
    public void on(EngineEvent event) {
        LocalContent open = content;
        if (event instanceof EngineEvent.SizeKnown known && open != null) {
            open.lengthKnown(known.contentLengthBytes());
        }
    }

    @Override
    public void publish() throws LocalContentException {
        LocalContent open = content;
        if (open != null) {
            open.publish();
        }
    }

    @Override
    public @Nullable LiveStatus live(SwarmSnapshot snapshot) {
        return null;
    }

    @Override
    public void stop() {
        playback.close();
    }

    @Override
    public void close() throws LocalContentException {
        LocalContent open = content;
        content = null;
        if (open == null) {
            return;
        }
        try {
            parts.workers().awaitIdle(swarm);
            parts.workers().unregister(swarm);
            open.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalContentException("interrupted while closing " + open.path(), e);
        }
    }
}
