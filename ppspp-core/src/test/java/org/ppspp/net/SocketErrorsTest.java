package org.ppspp.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

final class SocketErrorsTest {
    @Test
    void keepsTheWordsOfTheSystemAlone() {
        assertThat(SocketErrors.reason(new ConnectException(
                        "finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:1")))
                .isEqualTo("connection refused");
        assertThat(SocketErrors.reason(
                        new BindException("bind(..) failed with error(-99): Cannot assign requested address")))
                .isEqualTo("cannot assign requested address");
        assertThat(SocketErrors.reason(new ConnectException("Connection refused: tracker.example/192.0.2.1:6777")))
                .isEqualTo("connection refused");
    }

    @Test
    void leavesOtherWordsAsTheyAre() {
        assertThat(SocketErrors.reason(new BindException("Address already in use")))
                .isEqualTo("address already in use");
        assertThat(SocketErrors.reason(new IOException("handshake: bad"))).isEqualTo("handshake: bad");
    }

    @Test
    void namesTheErrorWhereItSaysNothing() {
        assertThat(SocketErrors.reason(new IOException())).isEqualTo("IOException");
        assertThat(SocketErrors.reason(null)).isEqualTo("unknown reason");
    }
}
