package org.ppspp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How libswift names a swarm: {@code tswift:/SWARM-ID$CHUNK-SIZE} as it prints it, or {@code tswift://HOST:PORT/SWARM-ID/NAME?key=value&…}
 * as its gateways take it. The host is a peer of the swarm, which libswift calls a tracker.
 */
final class SwiftUrl {
    private static final String SCHEME = "tswift:";

    /** Keys that mean the same here under another name; those left out are about live streams and web pages. */
    private static final Map<String, String> KEYS = Map.of("cs", "cs", "cl", "l", "cp", "ip", "hf", "hf", "ca", "am");

    private SwiftUrl() {}

    static boolean is(String text) {
        return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** The same swarm as a link of ours. What is wrong with its parts is for {@link SwarmLink#parse} to say. */
    static String toLink(String url) {
        String rest = url.substring(SCHEME.length());
        List<String> query = new ArrayList<>();
        if (rest.startsWith("//")) {
            int slash = rest.indexOf('/', 2);
            if (slash < 0) {
                throw new IllegalArgumentException("no swarm ID behind the host in '" + url + "'");
            }
            if (slash > 2) {
                query.add("pe=" + rest.substring(2, slash));
            }
            rest = rest.substring(slash);
        }
        int question = rest.indexOf('?');
        String path = question < 0 ? rest : rest.substring(0, question);
        if (question >= 0) {
            for (String pair : rest.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String key = equals < 0 ? null : KEYS.get(pair.substring(0, equals));
                if (key != null) {
                    query.add(key + pair.substring(equals));
                }
            }
        }
        path = path.startsWith("/") ? path.substring(1) : path;
        int dollar = path.indexOf('$');
        if (dollar >= 0) {
            query.add("cs=" + path.substring(dollar + 1));
            path = path.substring(0, dollar);
        }
        int slash = path.indexOf('/');
        if (slash >= 0) {
            query.add("n=" + path.substring(slash + 1));
            path = path.substring(0, slash);
        }
        return path + (query.isEmpty() ? "" : '?' + String.join("&", query));
    }
}
