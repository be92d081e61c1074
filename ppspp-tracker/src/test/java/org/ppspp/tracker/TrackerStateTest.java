package org.ppspp.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.ppspp.discovery.TrackerCodec;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.RemoveNode;
import org.ppspp.discovery.TrackerMessage.Unregister;

final class TrackerStateTest {
    private static final String SWARM = "d094024bfed046a9be25a762870ce67089f31f81";
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private TrackerState state = state(Limits.defaults());
    private long now = 42;

    @Test
    void answersAsTheOriginalDoes() {
        open(1, "10.77.0.2");
        assertThat(register(1, "10.77.0.2", 6778)).isEmpty();
        assertThat(getPeers(1)).containsExactly(others(1));

        open(2, "10.77.0.3");
        assertThat(register(2, "10.77.0.3", 6778)).containsExactly(joined(1, "10.77.0.3", 6778));
        assertThat(getPeers(2)).containsExactly(others(2, "10.77.0.2"));

        open(3, "10.77.0.4");
        assertThat(register(3, "10.77.0.4", 6778))
                .containsExactlyInAnyOrder(joined(1, "10.77.0.4", 6778), joined(2, "10.77.0.4", 6778));
        assertThat(getPeers(3)).containsExactly(others(3, "10.77.0.2", "10.77.0.3"));

        assertThat(unregister(2, "10.77.0.3", 6778))
                .containsExactlyInAnyOrder(left(1, "10.77.0.3", 6778), left(3, "10.77.0.3", 6778));
        assertThat(unregister(1, "10.77.0.2", 6778)).containsExactly(left(3, "10.77.0.2", 6778));
        assertThat(unregister(3, "10.77.0.4", 6778)).isEmpty();
        assertThat(state.swarms()).isZero();
        assertThat(state.peers()).isZero();
    }

    @Test
    void answersNothingAboutUnknownSwarms() {
        open(1, "10.0.0.1");
        assertThat(getPeers(1)).isEmpty();
        assertThat(unregister(1, "10.0.0.1", 6778)).isEmpty();
    }

    @Test
    void ignoresWhatOnlyTrackersSay() {
        open(1, "10.0.0.1");
        assertThat(state.received(now, 1, new NewNode(SWARM, new Endpoint("10.0.0.1", 6778))))
                .isEmpty();
        assertThat(state.peers()).isZero();
    }

    @Test
    void registersTheSourceAddressWhateverIsClaimed() {
        open(1, "203.0.113.1");
        register(1, "198.51.100.7", 6778);
        open(2, "203.0.113.2");
        assertThat(getPeers(2)).containsExactly(others(2, "203.0.113.1"));
    }

    @Test
    void storesNoneOfTenThousandForgedEndpoints() {
        open(1, "203.0.113.1");
        for (int i = 0; i < 10_000; i++) {
            register(1, "198.51." + i / 250 + '.' + i % 250, 1_024 + i);
        }
        assertThat(state.peers()).isEqualTo(Limits.REGISTRATIONS_PER_CONNECTION);
        open(2, "203.0.113.2");
        assertThat(endpoints(getPeers(2))).extracting(Endpoint::host).containsOnly("203.0.113.1");
        assertThat(state.refused()).isEqualTo(10_000 - Limits.REGISTRATIONS_PER_CONNECTION);
    }

    @Test
    void believesClaimsFromLoopbackAndFromEveryoneIfTold() {
        open(1, "127.0.0.1");
        register(1, "10.77.0.2", 6778);
        register(1, "not numeric", 6779);
        register(1, "0.0.0.0", 6780);
        open(2, "10.0.0.1");
        assertThat(endpoints(getPeers(2)))
                .containsExactly(
                        new Endpoint("10.77.0.2", 6778),
                        new Endpoint("127.0.0.1", 6779),
                        new Endpoint("127.0.0.1", 6780));

        state = state(Limits.defaults().withTrustedEndpoints());
        open(1, "203.0.113.1");
        register(1, "198.51.100.7", 6778);
        open(2, "203.0.113.2");
        assertThat(getPeers(2)).containsExactly(others(2, "198.51.100.7"));
    }

    @Test
    void refusesPortsOfServicesAndMulticastHosts() {
        open(1, "127.0.0.1");
        register(1, "127.0.0.1", 53);
        register(1, "127.0.0.1", 1_023);
        register(1, "224.0.0.1", 6778);
        register(1, "ff02::1", 6778);
        assertThat(state.peers()).isZero();
        assertThat(state.refused()).isEqualTo(4);
    }

    @Test
    void handsOutIpv6EndpointsInShortForm() {
        open(1, "2001:db8::5");
        register(1, "whatever", 6778);
        open(2, "10.0.0.2");
        assertThat(getPeers(2)).containsExactly(others(2, "2001:db8::5"));
    }

    @Test
    void limitsAnAddressAndAnIpv6Subscriber() {
        assertThat(registeredFrom(i -> "203.0.113.1")).isEqualTo(Limits.REGISTRATIONS_PER_SITE_AND_SWARM);
        assertThat(registeredFrom(i -> "2001:db8:0:1::" + Integer.toHexString(i + 1)))
                .isEqualTo(Limits.REGISTRATIONS_PER_SITE_AND_SWARM);
        assertThat(registeredFrom(i -> "2001:db8:0:" + Integer.toHexString(i + 1) + "::1"))
                .isEqualTo(20 * 16);
    }

    @Test
    void exemptsLocalNetworksFromTheLimitPerAddress() {
        for (String local :
                List.of("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.1.1")) {
            assertThat(registeredFrom(i -> local)).as(local).isEqualTo(20 * 16);
        }
        assertThat(registeredFrom(i -> "fd00::1")).isEqualTo(20 * 16);
        assertThat(registeredFrom(i -> "fe80::1")).isEqualTo(20 * 16);
        for (String strange : List.of("100.63.0.1", "100.128.0.1", "172.32.0.1", "11.0.0.1", "fe00::1")) {
            assertThat(registeredFrom(i -> strange)).as(strange).isEqualTo(Limits.REGISTRATIONS_PER_SITE_AND_SWARM);
        }
    }

    @Test
    void limitsAnAddressOverAllSwarms() {
        for (int connection = 0; connection < 100; connection++) {
            open(connection, "203.0.113.1");
            for (int i = 0; i < 16; i++) {
                String swarm = "swarm " + connection + ' ' + i;
                state.received(now, connection, new Register(swarm, new Endpoint("x", 6778)));
            }
        }
        assertThat(state.peers()).isEqualTo(Limits.REGISTRATIONS_PER_SITE);
        closeAndForget(100);
        assertThat(state.peers()).isZero();
        open(1_000, "203.0.113.1");
        register(1_000, "x", 6778);
        assertThat(state.peers()).isOne();
    }

    @Test
    void keepsNoMorePeersAndSwarmsThanAllowed() {
        state = state(Limits.defaults().withCapacity(5, 3));
        open(1, "10.0.0.1");
        for (int i = 0; i < 10; i++) {
            state.received(now, 1, new Register("swarm " + i, new Endpoint("x", 6778)));
        }
        assertThat(state.swarms()).isEqualTo(3);
        for (int i = 0; i < 10; i++) {
            state.received(now, 1, new Register("swarm 0", new Endpoint("x", 7000 + i)));
        }
        assertThat(state.peers()).isEqualTo(5);
        state.received(now, 1, new Unregister("swarm 1", new Endpoint("x", 6778)));
        assertThat(state.swarms()).isEqualTo(2);
        state.received(now, 1, new Register("swarm 9", new Endpoint("x", 6778)));
        assertThat(state.swarms()).isEqualTo(3);
    }

    @Test
    void boundsTheMemoryOfSwarmIds() {
        for (int connection = 0; connection < 1_100; connection++) {
            open(connection, "10.0.0.1");
            for (int i = 0; i < 16; i++) {
                String id = "a".repeat(2_030) + connection + ' ' + i;
                state.received(now, connection, new Register(id, new Endpoint("x", 6778)));
            }
        }
        assertThat(state.swarms() * 2_048L).isLessThan(Limits.SWARM_ID_CHARS + 2_048 * 200);
        closeAndForget(1_100);
        assertThat(state.swarms()).isZero();
    }

    @Test
    void forgetsMembersHalfAMinuteAfterTheirConnection() {
        open(1, "10.0.0.1");
        register(1, "10.0.0.1", 6778);
        open(2, "10.0.0.2");
        register(2, "10.0.0.2", 6778);
        state.closed(now, 1);
        now += 30 * SECOND - 1;
        assertThat(state.tick(now)).isEmpty();
        assertThat(getPeers(2)).containsExactly(others(2, "10.0.0.1"));
        now += 1;
        assertThat(state.tick(now)).containsExactly(left(2, "10.0.0.1", 6778));
        assertThat(getPeers(2)).containsExactly(others(2));
    }

    @Test
    void keepsMembersWhoseConnectionIsOpenAndSilent() {
        open(1, "10.0.0.1");
        register(1, "10.0.0.1", 6778);
        now += 30 * 24 * 3_600 * SECOND;
        state.tick(now);
        assertThat(state.peers()).isOne();
    }

    @Test
    void letsAPeerThatReconnectsKeepItsPlace() {
        open(1, "10.0.0.1");
        register(1, "10.0.0.1", 6778);
        open(2, "10.0.0.2");
        register(2, "10.0.0.2", 6778);
        state.closed(now, 1);
        open(3, "10.0.0.1");
        assertThat(register(3, "10.0.0.1", 6778)).containsExactly(joined(2, "10.0.0.1", 6778));
        now += 60 * SECOND;
        assertThat(state.tick(now)).isEmpty();
        assertThat(state.peers()).isEqualTo(2);
        assertThat(register(3, "10.0.0.1", 6778)).as("a repetition is no news").isEmpty();
    }

    @Test
    void letsNobodyTakeOverOrUnregisterAnothersEndpoint() {
        open(1, "10.0.0.1");
        register(1, "10.0.0.1", 6778);
        open(2, "127.0.0.1");
        assertThat(register(2, "10.0.0.1", 6778)).isEmpty();
        assertThat(unregister(2, "10.0.0.1", 6778)).isEmpty();
        open(3, "10.0.0.3");
        assertThat(unregister(3, "10.0.0.1", 6778)).isEmpty();
        assertThat(state.peers()).isOne();
        assertThat(state.hasRegistered(2)).isFalse();
        open(4, "10.0.0.1");
        unregister(4, "10.0.0.1", 6778);
        assertThat(state.peers()).isZero();
    }

    @Test
    void answersFiveQuestionsAtOnceAndThenOneASecond() {
        open(1, "10.0.0.1");
        register(1, "10.0.0.1", 6778);
        assertThat(answersTo(20)).isEqualTo(5);
        now += SECOND;
        assertThat(answersTo(20)).isEqualTo(1);
        now += SECOND - 1;
        assertThat(answersTo(20)).isZero();
        now += 1;
        assertThat(answersTo(20)).isEqualTo(1);
        now += 1_000_000 * SECOND;
        assertThat(answersTo(20)).isEqualTo(5);
    }

    @Test
    void drawsEveryMemberOfABigSwarmEquallyOften() {
        int size = 200;
        for (int i = 1; i <= size; i++) {
            open(i, "10.1.0." + i);
            register(i, "x", 6778);
        }
        Map<Endpoint, Integer> drawn = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            now += SECOND;
            List<Endpoint> peers = endpoints(getPeers(1));
            assertThat(peers).hasSize(50).doesNotHaveDuplicates();
            peers.forEach(peer -> drawn.merge(peer, 1, Integer::sum));
        }
        assertThat(drawn).hasSize(size - 1).doesNotContainKey(new Endpoint("10.1.0.1", 6778));
        // 502 are expected of each, with a standard deviation of 19.
        assertThat(drawn.values()).allMatch(count -> count > 400 && count < 605);
    }

    @Test
    void connectsSmallSwarmsAtOnce() {
        int pushed = 0;
        for (int i = 1; i <= 10; i++) {
            open(i, "10.0.0." + i);
            pushed += register(i, "x", 6778).size();
        }
        assertThat(pushed).isEqualTo(45);
    }

    @Test
    void pushesLittleWhenManyJoinInASecond() {
        assertThat(joinMany(2_000, 0).size()).isLessThan(5_000);
    }

    @Test
    void pushesAtMostFiftyTimesPerJoinHoweverSlowlyManyJoin() {
        List<Delivery> pushed = joinMany(2_000, SECOND);
        assertThat(pushed.size()).isLessThan(100_000).isGreaterThan(95_000);
        assertThat(bytes(pushed)).isLessThan(12_000_000);
    }

    @Test
    void announcesEveryJoinOfAFloodToSomeone() {
        Set<Endpoint> announced = new HashSet<>();
        for (Delivery delivery : joinMany(2_000, 0)) {
            announced.add(((NewNode) delivery.message()).endpoint());
        }
        assertThat(announced).hasSize(1_999);
    }

    @Test
    void keepsQuietAboutPeersThatComeAndGoWithinASecond() {
        for (int i = 1; i <= 60; i++) {
            open(i, "10.0.0." + i);
            register(i, "x", 6778);
        }
        open(100, "10.0.0.100");
        assertThat(register(100, "x", 6778)).isEmpty();
        assertThat(unregister(100, "x", 6778)).isEmpty();
        now += 2 * SECOND;
        assertThat(state.tick(now))
                .isNotEmpty()
                .noneMatch(delivery -> delivery.message() instanceof RemoveNode
                        || ((NewNode) delivery.message()).endpoint().host().equals("10.0.0.100"));
        assertThat(state.tick(now + 2 * SECOND)).isEmpty();
    }

    @Test
    void sendsNothingToClosedConnections() {
        open(1, "10.0.0.1");
        register(1, "x", 6778);
        state.closed(now, 1);
        open(2, "10.0.0.2");
        assertThat(register(2, "x", 6778)).isEmpty();
    }

    @Test
    void findsFaultWithConnectionsThatAreNot() {
        assertThatThrownBy(() -> getPeers(7)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> state.closed(now, 7)).isInstanceOf(IllegalStateException.class);
        open(7, "10.0.0.1");
        assertThatThrownBy(() -> open(7, "10.0.0.1")).isInstanceOf(IllegalStateException.class);
    }

    private interface Source {
        String of(int connection);
    }

    private static TrackerState state(Limits limits) {
        return new TrackerState(limits, new SplittableRandom(7));
    }

    private void open(long connection, String source) {
        state.opened(now, connection, address(source));
    }

    private List<Delivery> register(long connection, String host, int port) {
        return state.received(now, connection, new Register(SWARM, new Endpoint(host, port)));
    }

    private List<Delivery> unregister(long connection, String host, int port) {
        return state.received(now, connection, new Unregister(SWARM, new Endpoint(host, port)));
    }

    private List<Delivery> getPeers(long connection) {
        return state.received(now, connection, new GetPeers(SWARM));
    }

    private int answersTo(int questions) {
        int answers = 0;
        for (int i = 0; i < questions; i++) {
            answers += getPeers(1).size();
        }
        return answers;
    }

    /** How many of 20 connections' 16 registrations each are kept. */
    private int registeredFrom(Source source) {
        state = state(Limits.defaults());
        for (int connection = 0; connection < 20; connection++) {
            open(connection, source.of(connection));
            for (int i = 0; i < 17; i++) {
                register(connection, "x", 2_000 + connection * 17 + i);
            }
        }
        return state.peers();
    }

    private void closeAndForget(int connections) {
        for (int connection = 0; connection < connections; connection++) {
            state.closed(now, connection);
        }
        now += 31 * SECOND;
        state.tick(now);
    }

    private List<Delivery> joinMany(int count, long interval) {
        List<Delivery> pushed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            open(i, "10.2." + i / 250 + '.' + (1 + i % 250));
            pushed.addAll(register(i, "x", 6778));
            getPeers(i);
            now += interval;
            pushed.addAll(state.tick(now));
        }
        pushed.addAll(state.tick(now + SECOND));
        return pushed;
    }

    private static long bytes(List<Delivery> deliveries) {
        TrackerCodec codec = TrackerCodec.server();
        return deliveries.stream()
                .mapToLong(delivery -> 4 + codec.encode(delivery.message()).length)
                .sum();
    }

    private static List<Endpoint> endpoints(List<Delivery> deliveries) {
        assertThat(deliveries).hasSize(1);
        return ((OtherPeers) deliveries.get(0).message()).details();
    }

    private static Delivery others(long connection, String... hosts) {
        List<Endpoint> details = new ArrayList<>();
        for (String host : hosts) {
            details.add(new Endpoint(host, 6778));
        }
        return new Delivery(connection, new OtherPeers(SWARM, details));
    }

    private static Delivery joined(long connection, String host, int port) {
        return new Delivery(connection, new NewNode(SWARM, new Endpoint(host, port)));
    }

    private static Delivery left(long connection, String host, int port) {
        return new Delivery(connection, new RemoveNode(SWARM, new Endpoint(host, port)));
    }

    private static InetAddress address(String numeric) {
        try {
            return InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(numeric));
        } catch (UnknownHostException e) {
            throw new AssertionError(numeric, e);
        }
    }
}
