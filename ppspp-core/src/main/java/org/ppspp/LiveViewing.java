package org.ppspp;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.LiveConfig;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;

/** A live stream that is watched, and passed on to others. */
final class LiveViewing implements TransferContent {
    private final LiveRequest request;
    private final LiveWindow window;
    private final SeenStream seen;
    private final Consumer<EngineLoop.Action> loop;

    /** {@code loop} does what is to be done with the engine. */
    LiveViewing(PeerParts parts, LiveRequest request, Consumer<EngineLoop.Action> loop) {
        this.request = request;
        this.window = new LiveWindow(parts, request, loop);
        this.seen = new SeenStream(parts, request.metadata().swarmId());
        this.loop = loop;
    }

    /** How to take part in the stream of this swarm. Throws {@link IllegalArgumentException} if the swarm ID is no key. */
    static LiveConfig config(SwarmMetadata metadata) {
        return metadata.integrityMethod() == IntegrityMethod.NONE
                ? LiveConfig.unprotected()
                : LiveConfig.viewer(LivePublicKey.parse(metadata.swarmId().toBytes()));
    }

    @Override
    public String place() {
        return "live stream";
    }

    @Override
    public String name() {
        return window.name();
    }

    @Override
    public boolean live() {
        return true;
    }

    @Override
    public long lengthBytes() {
        return UNKNOWN_LENGTH;
    }

    @Override
    public ContentReader reader(long position) {
        return window.playback().reader();
    }

    @Override
    public int buffered(long position, int maxBytes) {
        return window.playback().buffered(position, maxBytes);
    }

    @Override
    public Coverage coverage(int maxCells) {
        return window.playback().coverage(maxCells);
    }

    @Override
    public Found open(Progress checking) {
        window.open();
        SwarmMetadata metadata = window.metadata();
        boolean signed = metadata.integrityMethod() != IntegrityMethod.NONE;
        LiveConfig config = config(metadata)
                .withDelay(request.delay().toNanos())
                .withNotBefore(seen.open(signed ? request.memory() : null, LiveWindow.ntpNow()));
        List<String> notices = new ArrayList<>(window.notices());
        notices.addAll(seen.notices());
        return new Found(metadata, SwarmConfig.live(metadata, config, ExchangeConfig.OFF), 0, false, notices);
    }

    @Override
    public void joined() {
        window.joined();
        seen.start(loop);
    }

    @Override
    public void on(EngineEvent event) {
        window.on(event);
    }

    @Override
    public void publish() {
        throw new IllegalStateException("a stream has no end");
    }

    @Override
    public @Nullable LiveStatus live(SwarmSnapshot snapshot) {
        seen.seen(snapshot);
        return window.status(snapshot);
    }

    @Override
    public void stop() {
        window.playback().close();
    }

    @Override
    public void close() throws LocalContentException {
        seen.close();
        window.close();
    }
}
