package org.ppspp.net;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a socket could not be bound or connected, in words for the user. */
public final class SocketErrors {
    /** Native sockets name the call and the number of the error before the system's words, and sometimes the address behind. */
    private static final Pattern NATIVE =
            Pattern.compile("\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ([^:]+)(?::.*)?", Pattern.DOTALL);

    /** Java's sockets name the address behind their words. */
    private static final Pattern ADDRESS = Pattern.compile(": [^ :]*/.*", Pattern.DOTALL);

    private SocketErrors() {}

    /** The system's reason alone, such as {@code connection refused}. */
    public static String reason(@Nullable Throwable cause) {
        String message = cause == null ? null : cause.getMessage();
        if (message == null || message.isBlank()) {
            return cause == null ? "unknown reason" : cause.getClass().getSimpleName();
        }
        Matcher matcher = NATIVE.matcher(message);
        String words =
                matcher.matches() ? matcher.group(1) : ADDRESS.matcher(message).replaceFirst("");
        return words.isEmpty() ? message : words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
    }
}
