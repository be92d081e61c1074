package org.ppspp;

/**
 * The two halves of {@code HOST:PORT}, either of which may be missing.
 *
 * @param host without brackets, may be empty
 * @param port 0 to 65535, or -1 where none is given
 */
public record HostAndPort(String host, int port) {
    /** Splits where to listen: as {@link #split}, but a number alone is a port. */
    public static HostAndPort splitListener(String text) {
        boolean portAlone = text.matches("[0-9]+");
        return split(portAlone ? ':' + text : text);
    }

    /** Splits {@code HOST}, {@code HOST:PORT}, {@code :PORT}, {@code [V6]}, {@code [V6]:PORT} or a bare IPv6 address. */
    public static HostAndPort split(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                throw new IllegalArgumentException("'" + text + "' lacks a closing bracket");
            }
            if (end == 1) {
                throw new IllegalArgumentException("'" + text + "' has nothing in its brackets");
            }
            String rest = text.substring(end + 1);
            if (!rest.isEmpty() && !rest.startsWith(":")) {
                throw new IllegalArgumentException("'" + text + "' has something other than a port behind the bracket");
            }
            return new HostAndPort(text.substring(1, end), rest.isEmpty() ? -1 : port(rest.substring(1), text));
        }
        int colon = text.indexOf(':');
        if (colon < 0 || text.indexOf(':', colon + 1) >= 0) {
            return new HostAndPort(text, -1);
        }
        return new HostAndPort(text.substring(0, colon), port(text.substring(colon + 1), text));
    }

    private static int port(String digits, String whole) {
        if (!digits.matches("[0-9]+")) {
            throw new IllegalArgumentException("'" + digits + "' in '" + whole + "' is no port number");
        }
        if (digits.length() > 5 || Integer.parseInt(digits) > 65_535) {
            throw new IllegalArgumentException("a port is 0 to 65535, not " + digits);
        }
        return Integer.parseInt(digits);
    }
}
