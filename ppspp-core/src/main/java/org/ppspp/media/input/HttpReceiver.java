package org.ppspp.media.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Takes a stream that an encoder sends as the body of one request (RFC 9112): POST as ffmpeg does, or PUT as curl does. Web pages
 * can make browsers send such requests too, so what comes from one is refused.
 *
 * @param path where streams are taken
 */
record HttpReceiver(String path) implements ListenFeed.Greeter {
    private static final int MAX_HEAD_BYTES = 8 << 10;
    private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(10);
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

    /** What a request says in front of its body. */
    private record Head(String method, String target, Map<String, String> fields) {
        String field(String name) {
            return fields.getOrDefault(name, "");
        }
    }

    @Override
    public Feed.Delivery greet(Socket socket) throws IOException {
        socket.setSoTimeout((int) HEAD_TIMEOUT.toMillis());
        InputStream in = new BufferedInputStream(socket.getInputStream());
        Head head = head(in);
        check(head, socket);
        if (head.field("expect").equalsIgnoreCase("100-continue")) {
            say(socket, CONTINUE);
        }
        InputStream body = body(head, in);
        socket.setSoTimeout((int) Feeds.SILENCE.toMillis());
        Feed.Delivery stream = Feeds.of(body, socket);
        return new Feed.Delivery() {
            @Override
            public int read(byte[] buffer) throws IOException {
                int length = stream.read(buffer);
                if (length < 0) {
                    answer(socket, "200 OK");
                }
                return length;
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    private static Head head(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        long start = System.nanoTime();
        while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
            int next = in.read();
            boolean late = System.nanoTime() - start > HEAD_TIMEOUT.toNanos();
            if (next < 0 || late || text.length() == MAX_HEAD_BYTES) {
                throw new IOException("a request without an end");
            }
            text.append((char) next);
        }
        String[] lines = text.toString().split("\r\n", -1);
        String[] words = lines[0].split(" ", -1);
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
                fields.put(name, lines[i].substring(colon + 1).strip());
            }
        }
        return words.length == 3 ? new Head(words[0], words[1], fields) : new Head("", "", fields);
    }

    private void check(Head head, Socket socket) throws IOException {
        if (head.fields().containsKey("origin") || head.fields().containsKey("sec-fetch-site")) {
            refuse(socket, "403 Forbidden", "a browser is no encoder");
        }
        if (head.method().isEmpty()) {
            refuse(socket, "400 Bad Request", "not HTTP");
        }
        if (!head.target().replaceFirst("\\?.*", "").equals(path)) {
            refuse(socket, "404 Not Found", "streams are taken at " + path);
        }
        if (!head.method().equals("POST") && !head.method().equals("PUT")) {
            refuse(socket, "405 Method Not Allowed\r\nAllow: POST, PUT", "a stream is sent with POST or PUT");
        }
    }

    private static InputStream body(Head head, InputStream in) throws IOException {
        if (head.field("transfer-encoding").equalsIgnoreCase("chunked")) {
            return new ChunkedBody(in);
        }
        String length = head.field("content-length");
        if (length.isEmpty()) {
            return in;
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw new IOException("a request of length " + length);
        }
        return new BoundedStream(in, Long.parseLong(length));
    }

    private static void refuse(Socket socket, String status, String why) throws IOException {
        answer(socket, status);
        throw new IOException(
                "refused a request from " + socket.getInetAddress().getHostAddress() + ": " + why);
    }

    private static void answer(Socket socket, String status) throws IOException {
        say(socket, "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        socket.shutdownOutput();
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
    }
}
