package org.ppspp.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.RemoveNode;
import org.ppspp.discovery.TrackerMessage.Unregister;

/** Random clients against a tracker written in the simplest way. */
final class TrackerStateModelTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int RUNS = 60;
    private static final int STEPS = 400;

    @Test
    void agreesWithANaiveModel() {
        long seed = System.nanoTime();
        for (int run = 0; run < RUNS; run++) {
            new Run(seed + run).go();
        }
    }

    /** The order of news is free, its effect is not: what a client was told adds up to the truth. */
    private static final class Run {
        private final long seed;
        private final Random random;
        private final TrackerState state;
        private final Model model = new Model();
        private final List<Long> open = new ArrayList<>();
        private long now;
        private long nextConnection;

        Run(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.state = new TrackerState(Limits.defaults(), new SplittableRandom(seed));
        }

        void go() {
            for (int step = 0; step < STEPS; step++) {
                // The limit on questions is tested elsewhere: everyone has time to ask.
                now += SECOND + (random.nextInt(20) == 0 ? random.nextInt(40) * SECOND : 0);
                deliver(state.tick(now), step);
                model.expire(now);
                act(step);
                assertThat(state.peers()).as(at(step)).isEqualTo(model.peers());
                assertThat(state.swarms()).as(at(step)).isEqualTo(model.swarms.size());
            }
            for (long connection : open) {
                state.closed(now, connection);
            }
            state.tick(now + 30 * SECOND);
            assertThat(state.peers()).as(at(STEPS)).isZero();
            assertThat(state.swarms()).as(at(STEPS)).isZero();
        }

        private void act(int step) {
            int choice = random.nextInt(10);
            if (open.isEmpty() || choice == 0) {
                long connection = nextConnection++;
                InetAddress source = address(random.nextInt(6));
                state.opened(now, connection, source);
                model.sources.put(connection, source.getHostAddress());
                open.add(connection);
                return;
            }
            long connection = open.get(random.nextInt(open.size()));
            String swarm = "swarm " + random.nextInt(3);
            Endpoint endpoint = new Endpoint("claim", 6000 + random.nextInt(4));
            if (choice == 1) {
                open.remove(connection);
                state.closed(now, connection);
                model.closedAt.put(connection, now);
            } else if (choice < 6) {
                deliver(state.received(now, connection, new Register(swarm, endpoint)), step);
                model.register(connection, swarm, endpoint.port());
            } else if (choice < 7) {
                deliver(state.received(now, connection, new Unregister(swarm, endpoint)), step);
                model.unregister(connection, swarm, endpoint.port());
            } else {
                List<Delivery> replies = state.received(now, connection, new GetPeers(swarm));
                assertThat(replies).as(at(step)).isEqualTo(model.answer(connection, swarm));
            }
        }

        /** News is about members of the same swarm, reaches open connections only, and never the subject's own. */
        private void deliver(List<Delivery> deliveries, int step) {
            Set<Object> seen = new LinkedHashSet<>();
            for (Delivery delivery : deliveries) {
                assertThat(seen.add(delivery)).as(at(step)).isTrue();
                assertThat(open).as(at(step)).contains(delivery.connection());
                assertThat(delivery.message()).as(at(step)).isInstanceOfAny(NewNode.class, RemoveNode.class);
                assertThat(delivery.isPush()).isTrue();
            }
        }

        private String at(int step) {
            return "seed " + seed + ", step " + step;
        }
    }

    /** Swarm to endpoint to connection, all in the order they came. */
    private static final class Model {
        private final Map<String, Map<Endpoint, Long>> swarms = new LinkedHashMap<>();
        private final Map<Long, String> sources = new HashMap<>();
        private final Map<Long, Long> closedAt = new HashMap<>();

        void register(long connection, String swarm, int port) {
            long registered = swarms.values().stream()
                    .flatMap(members -> members.values().stream())
                    .filter(owner -> owner == connection)
                    .count();
            Endpoint endpoint = new Endpoint(source(connection), port);
            boolean mine = swarms.getOrDefault(swarm, Map.of()).getOrDefault(endpoint, -1L) == connection;
            if (mine || registered < Limits.REGISTRATIONS_PER_CONNECTION) {
                swarms.computeIfAbsent(swarm, id -> new LinkedHashMap<>()).put(endpoint, connection);
            }
        }

        void unregister(long connection, String swarm, int port) {
            Map<Endpoint, Long> members = swarms.getOrDefault(swarm, Map.of());
            if (members.containsKey(new Endpoint(source(connection), port))) {
                members.remove(new Endpoint(source(connection), port));
            }
            swarms.values().removeIf(Map::isEmpty);
        }

        List<Delivery> answer(long connection, String swarm) {
            Map<Endpoint, Long> members = swarms.get(swarm);
            if (members == null) {
                return List.of();
            }
            List<Endpoint> details = new ArrayList<>();
            members.forEach((endpoint, owner) -> {
                if (owner != connection) {
                    details.add(endpoint);
                }
            });
            return List.of(new Delivery(connection, new OtherPeers(swarm, details)));
        }

        void expire(long now) {
            for (long connection : new TreeSet<>(closedAt.keySet())) {
                if (now - closedAt.getOrDefault(connection, now) >= 30 * SECOND) {
                    closedAt.remove(connection);
                    for (Map<Endpoint, Long> members : swarms.values()) {
                        members.values().removeIf(owner -> owner == connection);
                    }
                }
            }
            for (Iterator<Map<Endpoint, Long>> each = swarms.values().iterator(); each.hasNext(); ) {
                if (each.next().isEmpty()) {
                    each.remove();
                }
            }
        }

        int peers() {
            return swarms.values().stream().mapToInt(Map::size).sum();
        }

        private String source(long connection) {
            return sources.getOrDefault(connection, "none");
        }
    }

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) (1 + last)});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
