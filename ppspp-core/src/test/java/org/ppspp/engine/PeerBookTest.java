package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.wire.TransportAddress;

class PeerBookTest {
    private static final long SECOND = Limits.SECOND;
    private static final InetSocketAddress PEER = socket("192.0.2.1", 6778);

    private final PeerBook book = new PeerBook();

    private static InetSocketAddress socket(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static InetSocketAddress socket(int number) {
        return socket("198.51." + (number >> 8) + '.' + (number & 0xff), 6778);
    }

    private void know(PeerOrigin origin, TransportAddress... addresses) {
        book.add(List.of(addresses), origin, 0);
    }

    private List<TransportAddress> dials(long now) {
        List<TransportAddress> dialled = new ArrayList<>();
        for (TransportAddress next = book.nextToDial(now); next != null; next = book.nextToDial(now)) {
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
        book.established(TransportAddress.udp(PEER));

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
            book.established(TransportAddress.udp(PEER));
            book.closed(TransportAddress.udp(PEER), now);
            now += 4 * SECOND;
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
}
