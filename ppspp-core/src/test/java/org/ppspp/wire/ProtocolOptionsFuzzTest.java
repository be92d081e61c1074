package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Options that can be read can be written, and are the same when read again. */
class ProtocolOptionsFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void readsWhatItWrites(byte[] data) throws MalformedMessageException {
        ProtocolOptions options;
        try {
            options = ProtocolOptions.decode(Unpooled.wrappedBuffer(data));
        } catch (MalformedMessageException e) {
            return;
        }
        ByteBuf written = Unpooled.buffer();
        options.encode(written);
        assertThat(ProtocolOptions.decode(written)).isEqualTo(options);
        assertThat(written.isReadable()).isFalse();
    }
}
