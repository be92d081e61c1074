package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.wire.TransportAddress;

class PeerBookTest {
    private static final long SECOND = Limits.SECOND;
    private static final InetSocketAddress PEER = socket("192.0.2.1", 6778);

    private static final InetSocketAddress TELLER = socket("203.0.113.1", 6778);

    private final PeerBook book = new PeerBook(new DialLimits(), 50);

    private static InetSocketAddress socket(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static InetSocketAddress socket(int number) {
        return socket("198." + number % 250 + '.' + number / 250 + ".1", 6778);
    }

    private void know(PeerOrigin origin, TransportAddress... addresses) {
        book.add(List.of(addresses), origin, 0);
    }

    private List<TransportAddress> dials(long now) {
        List<TransportAddress> dialled = new ArrayList<>();
        for (TransportAddress next = book.nextToDial(true, now); next != null; next = book.nextToDial(true, now)) {
            dialled.add(next);
        }
        return dialled;
    }

    @Test
    void dialsOverTcpWhenUdpHasNotAnsweredForThreeSeconds() {
        know(PeerOrigin.TRACKER, TransportAddress.tcp(PEER), TransportAddress.udp(PEER));

        assertThat(book.size()).isOne();
        assertThat(dials(SECOND)).containsExactly(TransportAddress.udp(PEER));
        assertThat(book.nextDial()).isEqualTo(SECOND + Limits.TCP_AFTER);
        assertThat(dials(SECOND + Limits.TCP_AFTER - 1)).isEmpty();
        assertThat(dials(SECOND + Limits.TCP_AFTER)).containsExactly(TransportAddress.tcp(PEER));
        assertThat(book.nextDial()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void doesNotDialOverTcpOnceUdpHasAnswered() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER), TransportAddress.tcp(PEER));
        dials(0);
        book.established(TransportAddress.udp(PEER), 0);

        assertThat(book.nextDial()).isEqualTo(Long.MAX_VALUE);
        assertThat(dials(100 * SECOND)).isEmpty();
    }

    @Test
    void dialsOverTcpAloneWhereNothingElseIsKnown() {
        know(PeerOrigin.USER, TransportAddress.tcp(PEER));

        assertThat(dials(0)).containsExactly(TransportAddress.tcp(PEER));
    }

    @Test
    void turnsToTcpWhenUdpIsRefused() {
        TransportAddress udp = TransportAddress.udp(PEER);
        know(PeerOrigin.TRACKER, udp, TransportAddress.tcp(PEER));
        assertThat(dials(0)).containsExactly(udp);
        book.closed(udp, SECOND);

        assertThat(dials(SECOND)).as("not over UDP again and again").isEmpty();
        assertThat(dials(Limits.TCP_AFTER)).containsExactly(TransportAddress.tcp(PEER));
        book.closed(TransportAddress.tcp(PEER), 4 * SECOND);
        assertThat(dials(5 * SECOND)).isEmpty();
        assertThat(dials(9 * SECOND))
                .as("both have failed: all over, after a pause")
                .containsExactly(udp);
    }

    /** Whoever watches a live stream over one connection has none until then. */
    @Test
    void dialsAgainSoonWhereAConnectionThatWorkedHasBroken() {
        TransportAddress udp = TransportAddress.udp(PEER);
        know(PeerOrigin.TRACKER, udp);
        for (long now = 0; now < 100 * SECOND; now += 10 * SECOND) {
            assertThat(dials(now)).containsExactly(udp);
            book.established(udp, now);
            book.closed(udp, now + 9 * SECOND);
            assertThat(book.nextDial()).isEqualTo(now + 10 * SECOND);
        }
    }

    @Test
    void leavesAnAddressThatFailsAloneForLongerEachTimeAndForgetsIt() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER));
        long now = 0;
        List<Long> pauses = new ArrayList<>();
        while (book.size() > 0) {
            assertThat(dials(now)).hasSize(1);
            book.closed(TransportAddress.udp(PEER), now);
            long next = book.nextDial();
            if (next != Long.MAX_VALUE) {
                pauses.add((next - now) / SECOND);
                now = next;
            }
        }
        assertThat(pauses).containsExactly(4L, 16L, 64L);
    }

    @Test
    void neverForgetsWhatTheUserTyped() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER));
        know(PeerOrigin.USER, TransportAddress.udp(PEER));
        long now = 0;
        for (int i = 0; i < 50; i++) {
            assertThat(dials(now)).hasSize(1);
            book.closed(TransportAddress.udp(PEER), now);
            assertThat(book.nextDial() - now).isBetween(SECOND, 15 * SECOND);
            now = book.nextDial();
        }
    }

    @Test
    void startsAfreshWithAPeerThatWasThere() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER));
        long now = 0;
        for (int i = 0; i < 20; i++) {
            assertThat(dials(now)).hasSize(1);
            book.established(TransportAddress.udp(PEER), now);
            now += SECOND;
            book.closed(TransportAddress.udp(PEER), now);
            now += 4 * SECOND;
            assertThat(book.nextDial()).as("it was not there for long").isEqualTo(now);
        }
    }

    @Test
    void doesNotDialAPeerThatCame() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER));
        book.opened(TransportAddress.udp(PEER));

        assertThat(dials(0)).isEmpty();
        book.closed(TransportAddress.udp(PEER), SECOND);
        assertThat(dials(5 * SECOND)).hasSize(1);
    }

    @Test
    void doesNotDialWhatIsForgotten() {
        know(PeerOrigin.USER, TransportAddress.udp(PEER));
        book.forget(PEER);

        assertThat(dials(0)).isEmpty();
        book.closed(TransportAddress.udp(PEER), 0);
        assertThat(book.addresses()).isEmpty();
    }

    @Test
    void waitsAsLongAsItIsTold() {
        book.add(List.of(TransportAddress.udp(PEER)), PeerOrigin.TRACKER, 5 * SECOND);
        assertThat(book.nextDial()).isEqualTo(5 * SECOND);

        book.add(List.of(TransportAddress.udp(PEER)), PeerOrigin.USER, 2 * SECOND);
        assertThat(book.nextDial()).as("the user is in a hurry").isEqualTo(2 * SECOND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0", "0.1.2.3", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "::", "ff02::1"})
    void neverDialsAnAddressNoPeerCanHave(String host) {
        know(PeerOrigin.USER, TransportAddress.udp(socket(host, 6778)), TransportAddress.tcp(socket(host, 6778)));

        assertThat(book.size()).isZero();
    }

    @Test
    void believesInPrivilegedPortsOnlyIfTheUserTypesThem() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(socket("192.0.2.1", 53)));
        know(PeerOrigin.EXCHANGE, TransportAddress.udp(socket("192.0.2.1", 1_023)));
        know(PeerOrigin.USER, TransportAddress.udp(socket("192.0.2.1", 0)));
        assertThat(book.size()).isZero();

        know(PeerOrigin.TRACKER, TransportAddress.udp(socket("192.0.2.1", 1_024)));
        know(PeerOrigin.USER, TransportAddress.udp(socket("192.0.2.1", 443)));
        assertThat(book.size()).isEqualTo(2);
    }

    @Test
    void knowsOnlySoManyAddressesAndDialsOnlySoManyASecond() {
        for (int i = 0; i < 2 * Limits.KNOWN_ADDRESSES; i++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket(i)));
        }
        assertThat(book.size()).isEqualTo(Limits.KNOWN_ADDRESSES);

        long now = 100 * SECOND;
        SplittableRandom random = new SplittableRandom(6);
        int dialled = 0;
        while (now < 120 * SECOND) {
            dialled += dials(now).size();
            assertThat(book.nextDial()).as("worth calling no earlier").isGreaterThan(now);
            now += random.nextLong(SECOND / 5);
        }
        assertThat(dialled).isBetween(20 * Limits.DIALS_PER_SECOND - 2, 21 * Limits.DIALS_PER_SECOND + 1);
    }

    @Test
    void dialsCheapAddressesFirstAndEveryFourthInTheOrderItBecameKnown() {
        for (int i = 0; i < 6; i++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket(i)));
        }
        book.costs(new PeerCosts(Map.of(
                socket(5).getAddress(), 1.0,
                socket(4).getAddress(), 2.0,
                socket(3).getAddress(), 2.0,
                socket(2).getAddress(), 9.0)));

        assertThat(dials(10 * SECOND))
                .extracting(TransportAddress::socket)
                .containsExactly(socket(5), socket(3), socket(4), socket(0), socket(2), socket(1));
    }

    // --- rule R18: what peers say

    private void hear(InetSocketAddress teller, InetSocketAddress... named) {
        for (InetSocketAddress socket : named) {
            book.hear(TransportAddress.udp(socket), teller, 0);
        }
    }

    /** Dials what is due from {@code from} to {@code to}, and lets every dial fail at once; returns the times of all dials. */
    private List<Long> failures(long from, long to) {
        List<Long> times = new ArrayList<>();
        for (long now = from; now < to; now = Math.max(now + 1, book.nextDial())) {
            for (TransportAddress dialled : dials(now)) {
                times.add(now / SECOND);
                book.closed(dialled, now);
            }
            if (book.nextDial() == Long.MAX_VALUE) {
                break;
            }
        }
        return times;
    }

    @Test
    void triesWhatPeersNameThreeTimesAndBelievesNobodyAboutItForAnHour() {
        hear(TELLER, PEER);
        assertThat(failures(0, 3_000 * SECOND)).containsExactly(0L, 60L, 180L);

        InetSocketAddress otherPort = socket("192.0.2.1", 7000);
        book.hear(TransportAddress.udp(PEER), TELLER, 200 * SECOND);
        book.hear(TransportAddress.udp(otherPort), TELLER, 3_700 * SECOND);
        assertThat(book.size()).as("the host, whatever the port").isZero();

        book.hear(TransportAddress.udp(otherPort), TELLER, 3_800 * SECOND);
        assertThat(book.size()).isOne();
    }

    @Test
    void opensWithFewDatagramsWhereNobodyMayHaveAsked() {
        hear(TELLER, PEER);
        assertThat(book.handshakeTries(TransportAddress.udp(PEER), 0)).isEqualTo(Limits.EXCHANGE_HANDSHAKE_TRIES);
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER));
        assertThat(book.handshakeTries(TransportAddress.udp(PEER), 0)).isEqualTo(Limits.HANDSHAKE_TRIES);
        assertThat(book.handshakeTries(TransportAddress.udp(TELLER), 0)).isEqualTo(Limits.HANDSHAKE_TRIES);
    }

    @Test
    void dialsOneHostThreeTimesAMinuteOverAllItsPorts() {
        for (int port = 2_000; port < 2_040; port++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket("192.0.2.1", port)));
        }
        List<Long> times = failures(0, 600 * SECOND);
        assertThat(times).hasSizeBetween(27, 30);
        for (int i = Limits.DIALS_PER_HOST; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - Limits.DIALS_PER_HOST)).isGreaterThanOrEqualTo(60);
        }
    }

    @Test
    void dialsOneHostThatPeersNameOnceAMinute() {
        for (int port = 2_000; port < 2_040; port++) {
            hear(TELLER, socket("192.0.2.1", port));
        }
        assertThat(book.size()).isEqualTo(Limits.EXCHANGED_IN_NETWORK);
        assertThat(failures(0, 100 * SECOND)).containsExactly(0L, 60L);
    }

    @Test
    void doesNotCountDialsInLocalNetworks() {
        for (int port = 2_000; port < 2_010; port++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket("192.168.0.1", port)));
        }
        assertThat(failures(0, 3 * SECOND)).hasSize(10);
    }

    @Test
    void doesNotCountDialsThatAreAnswered() {
        for (int port = 2_000; port < 2_010; port++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket("192.0.2.1", port)));
        }
        int dialled = 0;
        for (long now = 0; now < 3 * SECOND; now += SECOND / 10) {
            for (TransportAddress address : dials(now)) {
                dialled++;
                book.established(address, now);
            }
        }
        assertThat(dialled).isEqualTo(10);
    }

    @Test
    void dialsOneNetworkTwentyTimesAMinute() {
        for (int host = 1; host < 60; host++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket("192.0.2." + host, 6778)));
        }
        assertThat(failures(0, 60 * SECOND)).hasSize(Limits.DIALS_PER_NETWORK);
    }

    @Test
    void keepsOnlySoMuchOfWhatPeersSay() {
        for (int i = 0; i < 1_000; i++) {
            hear(TELLER, socket(i));
        }
        assertThat(book.size()).as("from one peer").isEqualTo(Limits.EXCHANGED_BY_ONE);
        for (int i = 0; i < 1_000; i++) {
            hear(socket("203.0.113." + (2 + i % 100), 6778), socket(i));
        }
        assertThat(book.size()).as("from all").isEqualTo(Limits.EXCHANGED_ADDRESSES);
        for (int i = 1_000; i < 2_000; i++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket(i)));
        }
        assertThat(book.size()).isEqualTo(Limits.KNOWN_ADDRESSES);
        assertThat(book.addresses()).as("a tracker's go first").allMatch(address -> indexOf(address) >= 1_000);
    }

    private static int indexOf(InetSocketAddress socket) {
        byte[] raw = socket.getAddress().getAddress();
        return (raw[1] & 0xff) + 250 * (raw[2] & 0xff);
    }

    @Test
    void givesHearsayNoMoreConnectionsThanTrustedAddressesHave() {
        for (int i = 0; i < 100; i++) {
            hear(TELLER, socket(i));
        }
        for (int i = 100; i < 102; i++) {
            know(PeerOrigin.TRACKER, TransportAddress.udp(socket(i)));
        }
        List<TransportAddress> dialled = answered(0, 60 * SECOND);
        assertThat(dialled.subList(0, 2))
                .as("what a tracker says comes first")
                .allMatch(address -> indexOf(address.socket()) >= 100);
        assertThat(dialled).hasSize(4);

        dialled.subList(0, 2).forEach(address -> book.forget(address.socket()));
        assertThat(answered(60 * SECOND, 63 * SECOND))
                .as("no trusted one is left: a few")
                .hasSize(Limits.EXCHANGE_ALONE - 2);
    }

    @Test
    void givesHearsayHalfOfTheChannels() {
        PeerBook small = new PeerBook(new DialLimits(), 4);
        for (int i = 0; i < 100; i++) {
            small.hear(TransportAddress.udp(socket(i)), TELLER, 0);
        }
        int dialled = 0;
        for (long now = 0; now < 60 * SECOND; now += SECOND) {
            TransportAddress next = small.nextToDial(true, now);
            if (next != null) {
                small.established(next, now);
                dialled++;
            }
        }
        assertThat(dialled).isEqualTo(2);
    }

    /** Dials as long as there is something to dial, and has all of it answered. */
    private List<TransportAddress> answered(long from, long to) {
        List<TransportAddress> all = new ArrayList<>();
        for (long now = from; now < to; now = Math.max(now + 1, Math.min(to, book.nextDial()))) {
            List<TransportAddress> dialled = dials(now);
            for (TransportAddress address : dialled) {
                book.established(address, now);
            }
            all.addAll(dialled);
        }
        return all;
    }

    @Test
    void dialsFourASecondOfWhatPeersName() {
        for (int i = 0; i < 100; i++) {
            hear(socket("203.0.113." + (2 + i), 6778), socket(i));
        }
        book.established(TransportAddress.udp(PEER), 0);
        List<Long> times = failures(0, 10 * SECOND);
        assertThat(times).hasSizeBetween(9 * Limits.EXCHANGE_DIALS_PER_SECOND, 10 * Limits.EXCHANGE_DIALS_PER_SECOND);
    }

    @Test
    void learnsNothingNearFromFarAway() {
        InetSocketAddress near = socket("192.168.0.7", 6778);
        hear(TELLER, near, socket("127.0.0.1", 6778), socket("fe80::1", 6778), socket("100.64.0.1", 6778));
        assertThat(book.size()).isZero();
        hear(socket("10.0.0.1", 6778), near, socket("127.0.0.1", 6778));
        assertThat(book.addresses()).containsExactly(near);
        hear(socket("127.0.0.1", 7), socket("127.0.0.1", 6778));
        assertThat(book.size()).isEqualTo(2);
    }

    @Test
    @DisplayName("R18: what is cheap is dialled after what is trusted more")
    void letsNoCostsPreferWhatPeersSay() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(socket(1)));
        assertThat(answered(0, SECOND)).hasSize(1);
        hear(TELLER, socket(2));
        know(PeerOrigin.TRACKER, TransportAddress.udp(socket(3)), TransportAddress.udp(socket(4)));
        book.costs(new PeerCosts(Map.of(
                socket(2).getAddress(), 1.0,
                socket(4).getAddress(), 2.0,
                socket(3).getAddress(), 3.0)));
        assertThat(dials(SECOND)).extracting(TransportAddress::socket).containsExactly(socket(4), socket(3), socket(2));
    }

    @Test
    void doesNotHearOfItselfAgain() {
        hear(TELLER, PEER);
        book.own(PEER);
        hear(TELLER, PEER);
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER));
        assertThat(book.size()).isZero();
    }

    @Test
    void dialsAtOnceWhatATrackerNamesAgain() {
        know(PeerOrigin.TRACKER, TransportAddress.udp(PEER));
        assertThat(dials(0)).hasSize(1);
        book.closed(TransportAddress.udp(PEER), SECOND);
        assertThat(book.nextDial()).isGreaterThan(2 * SECOND);

        book.add(List.of(TransportAddress.udp(PEER)), PeerOrigin.TRACKER, 2 * SECOND);
        assertThat(dials(2 * SECOND)).hasSize(1);
    }
}
