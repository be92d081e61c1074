package org.ppspp.media.input;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.ppspp.media.FramePickle;
import org.ppspp.media.TalkingHead;

/**
 * The text that names an input, in its parts.
 *
 * @param scheme {@code udp}, {@code tcp}, {@code http}, {@code https}, {@code generator}, {@code file} or {@code -}
 * @param text all of it
 * @param host empty where none is given
 * @param port 0 where none is given
 * @param path begins with a slash; of a file, its name
 * @param options behind the question mark
 */
record InputAddress(String scheme, String text, String host, int port, String path, Map<String, String> options) {
    static final String SPELLINGS = """
            -                             standard input, until it ends
            FILE                          a file, once or in a loop; MPEG-TS at its own pace
            udp://[HOST]:PORT             datagrams; HOST may be a multicast group (?localaddr=ADDRESS of the network)
            tcp://HOST:PORT               connects to an encoder that listens
            tcp://[ADDRESS]:PORT?listen   waits for an encoder that connects
            http://HOST[:PORT]/PATH       fetches from a server; https too
            http://[ADDRESS]:PORT/PATH?listen   takes what an encoder sends with POST or PUT
            generator:                    the talking head of PyPPSPP (generator:?pickle=3 for Python before 3.8)
            Where no address to listen on is given, this machine alone is heard; 0.0.0.0 hears all.""";

    private static final Set<String> NETWORK = Set.of("udp", "tcp", "http", "https");
    private static final String LISTEN = "listen";
    private static final int MAX_PORT = 65_535;

    static InputAddress parse(String text) {
        if (text.equals("-")) {
            return new InputAddress("-", text, "", 0, "", Map.of());
        }
        int question = text.indexOf('?');
        String front = question < 0 ? text : text.substring(0, question);
        if (front.equals("generator:")) {
            return new InputAddress("generator", text, "", 0, "", options(text, question));
        }
        int colon = text.indexOf("://");
        if (colon < 0) {
            if (text.isBlank()) {
                throw new IllegalArgumentException("an input has a name: a file, - or one such as udp://:5000");
            }
            return new InputAddress("file", text, "", 0, text, Map.of());
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!NETWORK.contains(scheme)) {
            throw new IllegalArgumentException(
                    "'" + text + "': inputs are read over udp, tcp, http and https, not " + scheme);
        }
        String rest = front.substring(colon + 3);
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        String path = slash < 0 ? "/" : rest.substring(slash);
        // As players write it: what comes in front is whom to hear, and we hear all.
        authority = scheme.equals("udp") && authority.startsWith("@") ? authority.substring(1) : authority;
        int end = portColon(authority);
        String host = end < 0 ? authority : authority.substring(0, end);
        int port = end < 0 ? 0 : port(authority.substring(end + 1), text);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        InputAddress address = new InputAddress(scheme, text, bare, port, path, options(text, question));
        address.check(end >= 0);
        return address;
    }

    private static int portColon(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }

    private static int port(String digits, String text) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > MAX_PORT) {
            throw new IllegalArgumentException("'" + text + "': a port is 0 to 65535, not '" + digits + "'");
        }
        return Integer.parseInt(digits);
    }

    private static Map<String, String> options(String text, int question) {
        Map<String, String> options = new HashMap<>();
        if (question >= 0) {
            for (String each : text.substring(question + 1).split("&", -1)) {
                int equals = each.indexOf('=');
                options.put(
                        equals < 0 ? each : each.substring(0, equals), equals < 0 ? "" : each.substring(equals + 1));
            }
        }
        return options;
    }

    private void check(boolean hasPort) {
        boolean http = scheme.startsWith("http");
        if (!http && !path.equals("/")) {
            throw new IllegalArgumentException("'" + text + "': " + scheme + " has no path");
        }
        if (!hasPort && (!http || listens())) {
            throw new IllegalArgumentException("'" + text + "' lacks a port");
        }
        if (scheme.equals("https") && listens()) {
            throw new IllegalArgumentException("'" + text + "': only http is listened for, not https");
        }
        if (!http) {
            // What a server is asked with is its own business.
            for (String option : options.keySet()) {
                if (!Set.of(LISTEN, "localaddr", "pkt_size").contains(option)) {
                    throw new IllegalArgumentException("'" + text + "': unknown option '" + option + "'");
                }
            }
        }
    }

    /** Whether the encoder comes to us. Nobody can be connected to where no host is given. */
    boolean listens() {
        String listen = options.get(LISTEN);
        return host.isEmpty() || (listen != null && !listen.equals("0"));
    }

    LiveInput input(InputSettings settings) {
        return switch (scheme) {
            case "-" -> new StandardInput(System.in);
            case "generator" -> new GeneratorInput(new TalkingHead(pickleProtocol()));
            case "file" -> new FileInput(file(), settings);
            case "udp" -> new FeedInput(text, new UdpFeed(local(), options.get("localaddr")));
            case "tcp" ->
                new FeedInput(
                        text,
                        listens() ? new ListenFeed(local(), ListenFeed.Greeter.NONE) : new ConnectFeed(host, port));
            case "http", "https" ->
                new FeedInput(
                        text, listens() ? new ListenFeed(local(), new HttpReceiver(path)) : new HttpPullFeed(uri()));
            default -> throw new AssertionError(scheme);
        };
    }

    private InetSocketAddress local() {
        return host.isEmpty()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                : new InetSocketAddress(host, port);
    }

    private Path file() {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "': " + e.getReason(), e);
        }
    }

    private URI uri() {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "': " + e.getReason(), e);
        }
    }

    private int pickleProtocol() {
        String protocol = options.getOrDefault("pickle", "4");
        boolean known = protocol.equals("3") || protocol.equals("4");
        if (!known || options.size() > 1) {
            throw new IllegalArgumentException("'" + text + "': generators take ?pickle=3 or ?pickle=4");
        }
        return protocol.equals("3") ? FramePickle.PROTOCOL_3 : FramePickle.PROTOCOL_4;
    }
}
