package org.ppspp.gateway;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all connections of a gateway share. For the gateway's thread alone. */
final class Site {
    /** The parts of the page and their types. */
    private static final Map<String, String> ASSETS = Map.of(
            "index.html", "text/html; charset=utf-8",
            "page.css", "text/css; charset=utf-8",
            "page.js", "text/javascript; charset=utf-8",
            "icon.svg", "image/svg+xml");

    /** A part of the page. */
    record Asset(String type, byte[] bytes) {}

    private final GatewayConfig config;
    private final List<ServedContent> contents;
    private final EventLoop loop;
    private final EventFeed feed;
    private final Map<String, Asset> assets = new HashMap<>();
    private int connections;
    private int viewers;

    Site(GatewayConfig config, List<ServedContent> contents, EventLoop loop) {
        this.config = config;
        this.contents = contents;
        this.loop = loop;
        this.feed = new EventFeed(loop, this::statusJson);
        ASSETS.forEach((file, type) -> assets.put(file, new Asset(type, read(file))));
    }

    private static byte[] read(String file) {
        try (InputStream in = Site.class.getResourceAsStream("page/" + file)) {
            if (in == null) {
                throw new IllegalStateException("no " + file + " beside the classes");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    GatewayConfig config() {
        return config;
    }

    EventLoop loop() {
        return loop;
    }

    EventFeed feed() {
        return feed;
    }

    Asset asset(String file) {
        Asset asset = assets.get(file);
        if (asset == null) {
            throw new IllegalStateException("no such part of the page: " + file);
        }
        return asset;
    }

    byte[] statusJson() {
        return StatusJson.of(System.currentTimeMillis(), viewers, contents);
    }

    /** The content called {@code name}, the first of all for null; null where there is none. */
    @Nullable
    ServedContent content(@Nullable String name) {
        for (ServedContent content : contents) {
            if (name == null || content.name().equals(name)) {
                return content;
            }
        }
        return null;
    }

    @Nullable
    ServedContent firstLive() {
        for (ServedContent content : contents) {
            if (content.live()) {
                return content;
            }
        }
        return null;
    }

    /** Whether there is room for one more connection, which is taken then until it leaves. */
    boolean admit() {
        boolean room = connections < config.maxConnections();
        connections += room ? 1 : 0;
        return room;
    }

    void leave() {
        connections--;
    }

    void viewerBegins() {
        viewers++;
    }

    void viewerEnds() {
        viewers--;
    }
}
