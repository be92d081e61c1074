package org.ppspp.media.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class FeedInputTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** Says this and returns all that is answered. */
    private static String exchange(int port, String... parts) throws IOException {
        try (Socket socket = new Socket(LOOPBACK, port)) {
            for (String part : parts) {
                socket.getOutputStream().write(bytes(part));
            }
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    @Test
    void readsStandardInputToItsEnd() throws Exception {
        Recorder recorder = new Recorder(new StandardInput(new ByteArrayInputStream(bytes("stream"))));
        recorder.awaitEnd();
        assertThat(recorder.bytes()).asString().isEqualTo("stream");
        assertThat(recorder.restarts()).isEmpty();
    }

    @Test
    void takesOneEncoderAfterTheOther() throws Exception {
        try (Recorder recorder = Recorder.of("tcp://127.0.0.1:0?listen")) {
            for (int i = 1; i <= 3; i++) {
                try (Socket encoder = new Socket(LOOPBACK, recorder.port())) {
                    encoder.getOutputStream().write(bytes("part" + i));
                }
                recorder.awaitRestarts(i);
            }
            assertThat(recorder.bytes()).asString().isEqualTo("part1part2part3");
            assertThat(recorder.restarts()).containsExactly(5, 10, 15);
        }
    }

    @Test
    void connectsAgainWhenTheEncoderComesBack() throws Exception {
        ServerSocket first = new ServerSocket(0, 1, LOOPBACK);
        int port = first.getLocalPort();
        try (Recorder recorder = Recorder.of("tcp://127.0.0.1:" + port)) {
            try (first;
                    Socket encoder = first.accept()) {
                encoder.getOutputStream().write(bytes("before"));
            }
            recorder.awaitRestarts(1);
            // It tries again while nobody listens, and is heard by whoever does then.
            try (ServerSocket second = new ServerSocket()) {
                second.setReuseAddress(true);
                second.bind(new InetSocketAddress(LOOPBACK, port));
                try (Socket encoder = second.accept()) {
                    encoder.getOutputStream().write(bytes("after"));
                }
            }
            recorder.awaitBytes(11);
            assertThat(recorder.bytes()).asString().isEqualTo("beforeafter");
        }
    }

    @Test
    void takesDatagramsOfAnyLength() throws Exception {
        try (Recorder recorder = Recorder.of("udp://:0");
                DatagramSocket encoder = new DatagramSocket()) {
            int total = 0;
            for (int length : new int[] {188, 1_316, 376, 7, 1_316, 60_000}) {
                encoder.send(new DatagramPacket(new byte[length], length, LOOPBACK, recorder.port()));
                total += length;
                recorder.awaitBytes(total);
            }
            assertThat(recorder.bytes()).hasSize(total);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT"})
    void takesWhatIsSentInChunks(String method) throws Exception {
        try (Recorder recorder = Recorder.of("http://:0/live")) {
            String answer = exchange(
                    recorder.port(),
                    method
                            + " /live?a=b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
                    "5\r\nhello\r\n",
                    "A;name=value\r\n, encoder.\r\n0\r\nTrailer: x\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
            recorder.awaitRestarts(1);
            assertThat(recorder.bytes()).asString().isEqualTo("hello, encoder.");
        }
    }

    @Test
    void takesWhatIsSentWithALengthOrToItsEnd() throws Exception {
        try (Recorder recorder = Recorder.of("http://:0/")) {
            assertThat(exchange(recorder.port(), "PUT / HTTP/1.1\r\nContent-Length: 4\r\n\r\nfour"))
                    .startsWith("HTTP/1.1 200 OK\r\n");
            recorder.awaitRestarts(1);
            try (Socket encoder = new Socket(LOOPBACK, recorder.port())) {
                encoder.getOutputStream().write(bytes("POST / HTTP/1.0\r\n\r\nmore"));
            }
            recorder.awaitRestarts(2);
            assertThat(recorder.bytes()).asString().isEqualTo("fourmore");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'POST /live HTTP/1.1\r\nOrigin: http://evil.example\r\n\r\n', 403",
        "'POST /live HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n\r\n', 403",
        "'POST /other HTTP/1.1\r\n\r\n', 404",
        "'GET /live HTTP/1.1\r\n\r\n', 405",
        "'hello\r\n\r\n', 400"
    })
    void refusesWhatIsNoEncoder(String request, String status) throws Exception {
        try (Recorder recorder = Recorder.of("http://:0/live")) {
            assertThat(exchange(recorder.port(), request)).startsWith("HTTP/1.1 " + status + " ");
            assertThat(exchange(recorder.port(), "PUT /live HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"))
                    .contains("200 OK");
            assertThat(recorder.bytes()).asString().isEqualTo("x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
                "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello\r\n"
            })
    void dropsWhatIsNoHttp(String request) throws Exception {
        try (Recorder recorder = Recorder.of("http://:0/")) {
            assertThat(exchange(recorder.port(), request)).isEmpty();
            exchange(recorder.port(), "PUT / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
            recorder.awaitBytes(1);
            assertThat(recorder.bytes()).asString().isEqualTo("x");
        }
    }

    @Test
    void dropsARequestWithoutAnEnd() throws Exception {
        try (Recorder recorder = Recorder.of("http://:0/");
                Socket endless = new Socket(LOOPBACK, recorder.port())) {
            endless.getOutputStream().write(bytes("PUT / HTTP/1.1\r\nX: " + "x".repeat(8_192)));
            assertThat(endless.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void fetchesAndFetchesAgain() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK);
                Recorder recorder = Recorder.of("http://127.0.0.1:" + server.getLocalPort() + "/live.ts?key=1")) {
            answer(server, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            assertThat(answer(server, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"))
                    .startsWith("GET /live.ts?key=1 HTTP/1.1\r\n");
            recorder.awaitRestarts(1);
            answer(server, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsecond");
            recorder.awaitRestarts(2);
            assertThat(recorder.bytes()).asString().isEqualTo("firstsecond");
            assertThat(recorder.restarts()).containsExactly(5, 11);
        }
    }

    /** Answers one request, and returns it. */
    private static String answer(ServerSocket server, String text) throws IOException {
        try (Socket socket = server.accept()) {
            StringBuilder request = new StringBuilder();
            InputStream in = socket.getInputStream();
            while (request.indexOf("\r\n\r\n") < 0) {
                request.append((char) in.read());
            }
            socket.getOutputStream().write(bytes(text));
            return request.toString();
        }
    }

    @Test
    void endsWhileItWaits() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, LOOPBACK)) {
            for (String text : new String[] {
                "tcp://:0", "udp://:0", "http://:0/", "tcp://127.0.0.1:" + silent.getLocalPort(), "generator:"
            }) {
                LiveInput input = LiveInput.parse(text, InputSettings.DEFAULT);
                Recorder recorder = new Recorder(input);
                await().until(() -> input.port() > 0 || text.endsWith(":") || text.contains("127"));
                recorder.close();
            }
        }
    }
}
