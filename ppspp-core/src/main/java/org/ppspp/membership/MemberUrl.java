package org.ppspp.membership;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.SwarmId;

/**
 * The URL in a membership certificate: {@code file://192.0.2.0:6778/e5a1…}, that is where the peer is and of which swarm
 * (RFC 7574 §3.10.1).
 *
 * <p>The RFC allows a host name too. It is not taken here: looking up what strangers send would let them aim our resolver.
 */
record MemberUrl(InetSocketAddress peer, String swarm) {
    private static final Pattern FORM =
            Pattern.compile("(?i:file)://(\\[[0-9a-fA-F:.]{2,45}]|[0-9.]{7,15}):([0-9]{1,5})/([0-9a-fA-F]{2,2048})");
    private static final int MAX_PORT = 65_535;

    static MemberUrl of(InetSocketAddress peer, SwarmId swarm) {
        return new MemberUrl(peer, swarm.toString().toLowerCase(Locale.ROOT));
    }

    /** Null for anything else. */
    static @Nullable MemberUrl parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return null;
        }
        InetAddress host = NetUtil.createInetAddressFromIpAddressString(form.group(1));
        int port = Integer.parseInt(form.group(2));
        if (host == null || port == 0 || port > MAX_PORT) {
            return null;
        }
        return new MemberUrl(new InetSocketAddress(host, port), form.group(3).toLowerCase(Locale.ROOT));
    }

    boolean isOf(SwarmId id) {
        return swarm.equals(id.toString().toLowerCase(Locale.ROOT));
    }

    /** As it stands in the certificate. */
    String text() {
        String host = NetUtil.toAddressString(peer.getAddress());
        String bracketed = host.indexOf(':') < 0 ? host : '[' + host + ']';
        return "file://" + bracketed + ':' + peer.getPort() + '/' + swarm;
    }
}
