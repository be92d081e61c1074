package org.ppspp.client;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.ppspp.HostAndPort;
import org.ppspp.Transfer;
import org.ppspp.gateway.AccessToken;
import org.ppspp.gateway.Gateway;
import org.ppspp.gateway.GatewayConfig;
import org.ppspp.gateway.GatewayContent;
import org.ppspp.gateway.TransferStatus;

/** The content of a run over HTTP, and the player that shows it. */
final class Watching implements AutoCloseable {
    /**
     * What the options come to.
     *
     * @param hls whether the playlist is the address to show
     * @param player what to start, or null
     */
    record Plan(GatewayConfig gateway, boolean hls, Player.@Nullable Launch player) {
        /** Null where nothing is to be watched. Throws {@link IllegalArgumentException} where the options contradict each other. */
        static @Nullable Plan of(WatchOptions options, Path folder) {
            if (!options.serves()) {
                if (options.hls) {
                    throw new IllegalArgumentException("--hls means nothing without --http or --play");
                }
                return null;
            }
            HostAndPort http = options.http == null ? new HostAndPort("", 0) : options.http;
            if (http.port() < 0) {
                throw new IllegalArgumentException("--http needs a port: [ADDR:]PORT");
            }
            GatewayConfig config = GatewayConfig.onPort(http.port())
                    .withAddress(address(http.host()))
                    .withToken(token(options, folder));
            return new Plan(config, options.hls, player(options.play));
        }

        private static @Nullable InetAddress address(String host) {
            try {
                return host.isEmpty() ? null : InetAddress.getByName(host);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("--http: there is no address " + host, e);
            }
        }

        private static @Nullable AccessToken token(WatchOptions options, Path folder) {
            if (options.httpOpen) {
                return null;
            }
            if (options.httpTokenFile == null) {
                return AccessToken.random();
            }
            try {
                return AccessToken.in(folder.resolve(options.httpTokenFile));
            } catch (IOException e) {
                throw new IllegalArgumentException("--http-token-file: cannot use " + e.getMessage(), e);
            }
        }

        private static Player.@Nullable Launch player(Player.@Nullable Choice choice) {
            if (choice == null) {
                return null;
            }
            String path = System.getenv("PATH");
            Player.Launch found = Player.Launch.find(choice, path == null ? "" : path);
            if (found == null) {
                throw new IllegalArgumentException(
                        choice == Player.Choice.AUTO
                                ? "--play: neither mpv, vlc nor ffplay is installed; give --http and open the address elsewhere"
                                : "--play: " + choice.name().toLowerCase(Locale.ROOT) + " is not installed");
            }
            return found;
        }
    }

    private final Gateway gateway;
    private final boolean hls;
    private final @Nullable Player player;

    private Watching(Gateway gateway, boolean hls, @Nullable Player player) {
        this.gateway = gateway;
        this.hls = hls;
        this.player = player;
    }

    /**
     * Serves {@code transfer}, with the figures of whoever plays its frames, and starts the player; {@code playerEnded} takes
     * its exit code on another thread.
     *
     * @throws BindException naming the address that cannot be listened on
     * @throws IOException where the player cannot be started
     */
    static Watching start(Plan plan, Transfer transfer, Supplier<Map<String, Number>> consumer, IntConsumer playerEnded)
            throws IOException {
        TransferStatus status = new TransferStatus(transfer);
        GatewayContent content = new GatewayContent(transfer, () -> status.get().withConsumer(consumer.get()));
        Gateway gateway = Gateway.start(plan.gateway(), List.of(content));
        try {
            URI address = plan.hls() ? gateway.playlist() : gateway.content();
            Player.Launch launch = plan.player();
            return new Watching(
                    gateway, plan.hls(), launch == null ? null : Player.start(launch, address, playerEnded));
        } catch (IOException e) {
            gateway.close();
            throw e;
        }
    }

    URI page() {
        return gateway.page();
    }

    URI content() {
        return gateway.content();
    }

    /** Where the playlist is, or null where none was asked for. */
    @Nullable
    URI playlist() {
        return hls ? gateway.playlist() : null;
    }

    @Override
    public void close() {
        if (player != null) {
            player.close();
        }
        gateway.close();
    }
}
