package org.ppspp.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.ppspp.discovery.TrackerMessage;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.Unregister;

final class HubTest {
    private static final Endpoint ENDPOINT = new Endpoint("x", 6778);

    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private long now;
    private final Hub hub = new Hub(new TrackerState(Limits.defaults(), new SplittableRandom(1)), 500, () -> now);

    @AfterEach
    void releaseEverything() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void closesConnectionsThatSayNothingForTenSeconds() {
        EmbeddedChannel silent = channel();
        open(silent, "10.0.0.1");
        pass(9_999);
        assertThat(silent.isOpen()).isTrue();
        pass(1);
        assertThat(silent.isOpen()).isFalse();
    }

    @Test
    void closesConnectionsThatRegisterNothingForHalfAMinute() {
        EmbeddedChannel curious = channel();
        Long id = open(curious, "10.0.0.1");
        pass(9_000);
        hub.received(id, new GetPeers("s"));
        pass(29_000);
        hub.received(id, null);
        pass(29_999);
        assertThat(curious.isOpen()).isTrue();
        pass(1);
        assertThat(curious.isOpen()).isFalse();
    }

    @Test
    void keepsRegisteredConnectionsUntilTheyUnregister() {
        EmbeddedChannel member = channel();
        Long id = open(member, "10.0.0.1");
        hub.received(id, new Register("s", ENDPOINT));
        pass(1_000_000_000);
        assertThat(member.isOpen()).isTrue();
        hub.received(id, new Unregister("s", ENDPOINT));
        pass(30_000);
        assertThat(member.isOpen()).isFalse();
    }

    @Test
    void takesSixtyFourConnectionsFromOneAddress() {
        for (int i = 0; i < 64; i++) {
            open(channel(), "203.0.113.1");
        }
        assertThat(hub.open(channel(), address("203.0.113.1"))).isNull();
        open(channel(), "203.0.113.2");
        hub.close(7L);
        open(channel(), "203.0.113.1");
        assertThat(hub.stats().turnedAway()).isOne();
    }

    @Test
    void takesNoMoreConnectionsThanItMay() {
        for (int i = 0; i < 500; i++) {
            open(channel(), "127.0.0.1");
        }
        assertThat(hub.open(channel(), address("127.0.0.1"))).isNull();
        assertThat(hub.stats().connections()).isEqualTo(500);
    }

    @Test
    void dropsNewsForSlowReadersAndClosesThemWhenTheyAskForMore() {
        EmbeddedChannel slow = channel();
        slow.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1, 2));
        Long slowId = open(slow, "10.0.0.1");
        hub.received(slowId, new Register("s", ENDPOINT));
        assertThat(slow.write(Unpooled.wrappedBuffer(new byte[100])).isDone()).isFalse();
        assertThat(slow.isWritable()).isFalse();

        Long other = open(channel(), "10.0.0.2");
        hub.received(other, new Register("s", ENDPOINT));
        assertThat(hub.stats().dropped()).isOne();
        assertThat(slow.isOpen()).isTrue();
        hub.received(slowId, new GetPeers("s"));
        assertThat(slow.isOpen()).isFalse();
    }

    @Test
    void sendsOneMessageToMany() throws Exception {
        List<EmbeddedChannel> members = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            EmbeddedChannel member = channel();
            members.add(member);
            hub.received(open(member, "10.0.0." + i), new Register("s", ENDPOINT));
        }
        hub.received(3L, new GetPeers("s"));
        TrackerMessage news = new NewNode("s", new Endpoint("10.0.0.3", 6778));
        assertThat(sent(members.get(0))).contains(news);
        assertThat(sent(members.get(1))).containsExactly(news);
        assertThat(sent(members.get(2)))
                .containsExactly(
                        new OtherPeers("s", List.of(new Endpoint("10.0.0.1", 6778), new Endpoint("10.0.0.2", 6778))));
    }

    private EmbeddedChannel channel() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channels.add(channel);
        return channel;
    }

    private Long open(EmbeddedChannel channel, String source) {
        return Objects.requireNonNull(hub.open(channel, address(source)));
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        hub.tick();
        hub.sweep();
    }

    private List<TrackerMessage> sent(EmbeddedChannel channel) throws Exception {
        List<TrackerMessage> messages = new ArrayList<>();
        for (ByteBuf body = channel.readOutbound(); body != null; body = channel.readOutbound()) {
            messages.add(Objects.requireNonNull(hub.codec().decode(body)));
            body.release();
        }
        return messages;
    }

    private static InetAddress address(String numeric) {
        try {
            return InetAddress.getByName(numeric);
        } catch (UnknownHostException e) {
            throw new AssertionError(numeric, e);
        }
    }
}
