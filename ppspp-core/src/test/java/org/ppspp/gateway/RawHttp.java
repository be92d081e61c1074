package org.ppspp.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection on which a test says what it likes, and reads answers with nothing of the gateway's own code. */
final class RawHttp implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    /** {@code headers} by their names in lower case, the values of several joined by a comma. */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket;
    private final InputStream in;

    RawHttp(InetSocketAddress address) throws IOException {
        socket = new Socket();
        // small, so that what is not read stays with the gateway
        socket.setReceiveBufferSize(32 << 10);
        socket.connect(address, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = socket.getInputStream();
    }

    RawHttp say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    RawHttp say(String text) throws IOException {
        return say(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A GET of {@code path} with {@code more} header lines. */
    RawHttp get(String path, String... more) throws IOException {
        return ask("GET", path, more);
    }

    RawHttp ask(String method, String path, String... more) throws IOException {
        StringBuilder text =
                new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + socket.getPort());
        for (String line : more) {
            text.append("\r\n").append(line);
        }
        return say(text + "\r\n\r\n");
    }

    /** The next answer, or null where the connection ends instead. */
    @Nullable
    Answer answer() throws IOException {
        return answer(true);
    }

    /** As {@link #answer()}; {@code hasBody} is false for an answer to HEAD. */
    @Nullable
    Answer answer(boolean hasBody) throws IOException {
        Answer head = head();
        if (head == null || !hasBody || head.status() == 304) {
            return head;
        }
        byte[] body;
        if (head.header("transfer-encoding").equals("chunked")) {
            body = chunks();
        } else if (head.headers().containsKey("content-length")) {
            body = exactly(Integer.parseInt(head.header("content-length")));
        } else {
            body = in.readAllBytes();
        }
        return new Answer(head.status(), head.headers(), body);
    }

    /** The status and headers of the next answer, without its body, or null where the connection ends. */
    @Nullable
    Answer head() throws IOException {
        String line = line();
        if (line == null) {
            return null;
        }
        int status = Integer.parseInt(line.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        Map<String, String> headers = new HashMap<>();
        for (String each = line(); each != null && !each.isEmpty(); each = line()) {
            String[] parts = each.split(":", 2);
            headers.merge(parts[0].toLowerCase(Locale.ROOT), parts[1].strip(), (one, other) -> one + ", " + other);
        }
        return new Answer(status, headers, new byte[0]);
    }

    /** The next chunk of a chunked body; empty for the last one. */
    byte[] chunk() throws IOException {
        String size = line();
        if (size == null) {
            throw new IOException("the connection ended inside a body");
        }
        byte[] chunk = exactly(Integer.parseInt(size, 16));
        exactly(2);
        return chunk;
    }

    /** At least {@code count} bytes of a chunked body. */
    byte[] chunks(int count) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (body.size() < count) {
            body.writeBytes(chunk());
        }
        return body.toByteArray();
    }

    private byte[] chunks() throws IOException {
        List<byte[]> all = new ArrayList<>();
        for (byte[] each = chunk(); each.length > 0; each = chunk()) {
            all.add(each);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        all.forEach(body::writeBytes);
        return body.toByteArray();
    }

    byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new IOException("the connection ended after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    private @Nullable String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** Whether the gateway has ended the connection, once it has; what it says before is skipped. */
    boolean ends() throws IOException {
        try {
            in.skip(Long.MAX_VALUE);
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
