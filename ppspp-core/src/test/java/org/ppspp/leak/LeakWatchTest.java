package org.ppspp.leak;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The guard itself: without this, a changed Netty might turn it off and nobody would know. */
class LeakWatchTest {
    @Test
    void findsABufferNobodyReleased() throws InterruptedException {
        LeakWatch.collect();
        drop(PooledByteBufAllocator.DEFAULT.directBuffer(16).writeZero(16));
        assertThat(LeakWatch.collect()).hasSize(1);
    }

    @Test
    void findsASliceNobodyReleased() throws InterruptedException {
        LeakWatch.collect();
        dropASlice();
        assertThat(LeakWatch.collect()).hasSize(1);
    }

    @Test
    void findsNothingWhereEverythingIsReleased() throws InterruptedException {
        LeakWatch.collect();
        for (int i = 0; i < 100; i++) {
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        assertThat(LeakWatch.collect()).isEmpty();
    }

    /** In a method of its own: the collector spares what a running method has in its variables. */
    private static void dropASlice() {
        ByteBuf datagram = UnpooledByteBufAllocator.DEFAULT.directBuffer(16).writeZero(16);
        drop(datagram.readRetainedSlice(8));
        datagram.release();
    }

    /** Takes a buffer and forgets it. */
    private static void drop(ByteBuf buffer) {
        buffer.getByte(0);
    }
}
