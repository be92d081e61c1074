package org.ppspp.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.RemoveNode;
import org.ppspp.discovery.TrackerMessage.Unregister;

/**
 * Random clients against a tracker written in the simplest way. {@code -Dppspp.tracker.seed=N} replays one run.
 */
final class TrackerStateModelTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int RUNS = 60;
    private static final int STEPS = 400;

    /** With so few addresses in a swarm no news exceeds {@link Limits#PUSH_RECIPIENTS} a second, and all goes out at once. */
    private static final int HOSTS = 5;

    private static final int PORTS = 2;

    @Test
    void agreesWithANaiveModel() {
        Long only = Long.getLong("ppspp.tracker.seed");
        if (only != null) {
            new Run(only).go();
            return;
        }
        for (long seed = 1; seed <= RUNS; seed++) {
            new Run(seed).go();
        }
    }

    /** Some client in some swarm. */
    private record Place(long connection, String swarm) {}

    /** The order of news is free, its effect is not: what a client was told adds up to the truth. */
    private static final class Run {
        private final long seed;
        private final Random random;
        private final TrackerState state;
        private final Model model = new Model();
        private final List<Long> open = new ArrayList<>();

        /** What members of swarms know of the others: the last answer, and the news since then. */
        private final Map<Place, Set<Endpoint>> views = new HashMap<>();

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
                List<Delivery> news = state.tick(now);
                model.expire(now);
                deliver(news, step);
                act(step);
                compareViews(step);
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
                InetAddress source = address(random.nextInt(HOSTS));
                state.opened(now, connection, source);
                model.sources.put(connection, source.getHostAddress());
                open.add(connection);
                return;
            }
            long connection = open.get(random.nextInt(open.size()));
            String swarm = "swarm " + random.nextInt(3);
            Endpoint endpoint = new Endpoint("claim", 6000 + random.nextInt(PORTS));
            if (choice == 1) {
                open.remove(connection);
                state.closed(now, connection);
                model.closedAt.put(connection, now);
            } else if (choice < 6) {
                List<Delivery> news = state.received(now, connection, new Register(swarm, endpoint));
                model.register(connection, swarm, endpoint.port());
                deliver(news, step);
            } else if (choice < 7) {
                List<Delivery> news = state.received(now, connection, new Unregister(swarm, endpoint));
                model.unregister(connection, swarm, endpoint.port());
                deliver(news, step);
            } else {
                List<Delivery> replies = state.received(now, connection, new GetPeers(swarm));
                assertThat(replies).as(at(step)).isEqualTo(model.answer(connection, swarm));
                if (model.isMember(connection, swarm)) {
                    views.put(new Place(connection, swarm), new HashSet<>(model.others(connection, swarm)));
                }
            }
        }

        /** News reaches open connections of members, and nobody hears that he himself has joined. */
        private void deliver(List<Delivery> deliveries, int step) {
            Set<Object> seen = new LinkedHashSet<>();
            for (Delivery delivery : deliveries) {
                assertThat(seen.add(delivery)).as(at(step)).isTrue();
                assertThat(open).as(at(step)).contains(delivery.connection());
                assertThat(delivery.isPush()).isTrue();
                String swarm = delivery.message().swarmId();
                assertThat(model.isMember(delivery.connection(), swarm))
                        .as(at(step))
                        .isTrue();
                Set<Endpoint> view = views.getOrDefault(new Place(delivery.connection(), swarm), new HashSet<>());
                if (delivery.message() instanceof NewNode joined) {
                    assertThat(model.others(delivery.connection(), swarm))
                            .as(at(step))
                            .contains(joined.endpoint());
                    view.add(joined.endpoint());
                } else if (delivery.message() instanceof RemoveNode left) {
                    view.remove(left.endpoint());
                } else {
                    throw new AssertionError(at(step) + ": " + delivery);
                }
            }
        }

        private void compareViews(int step) {
            views.keySet()
                    .removeIf(place ->
                            !open.contains(place.connection()) || !model.isMember(place.connection(), place.swarm()));
            views.forEach((place, view) -> {
                Set<Endpoint> others = new HashSet<>(view);
                // What the client has taken over from another of its host's it knows to be its own.
                others.removeAll(model.own(place.connection(), place.swarm()));
                assertThat(others)
                        .as("%s, %s", at(step), place)
                        .isEqualTo(Set.copyOf(model.others(place.connection(), place.swarm())));
            });
        }

        private String at(int step) {
            return "-Dppspp.tracker.seed=" + seed + ", step " + step;
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
            return swarms.containsKey(swarm)
                    ? List.of(new Delivery(connection, new OtherPeers(swarm, others(connection, swarm))))
                    : List.of();
        }

        boolean isMember(long connection, String swarm) {
            return !own(connection, swarm).isEmpty();
        }

        List<Endpoint> own(long connection, String swarm) {
            return endpoints(swarm, owner -> owner == connection);
        }

        List<Endpoint> others(long connection, String swarm) {
            return endpoints(swarm, owner -> owner != connection);
        }

        private List<Endpoint> endpoints(String swarm, LongPredicate ownedBy) {
            List<Endpoint> endpoints = new ArrayList<>();
            swarms.getOrDefault(swarm, Map.of()).forEach((endpoint, owner) -> {
                if (ownedBy.test(owner)) {
                    endpoints.add(endpoint);
                }
            });
            return endpoints;
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
