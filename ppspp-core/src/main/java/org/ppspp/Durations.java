package org.ppspp;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people read and type them. */
public final class Durations {
    private static final Pattern WHOLE =
            Pattern.compile("(?:\\d{1,9}(?:\\.\\d{1,3})?(?:ms|[smhd]))+|\\d{1,9}(?:\\.\\d{1,3})?");
    private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|[smhd]?)");

    /** The longest time, which in nanoseconds is a {@code long} still when another is added to it. */
    private static final Duration MAX = Duration.ofDays(10_000);

    private Durations() {}

    /**
     * Parses {@code 90s}, {@code 10m}, {@code 1h30m}, {@code 2d} or {@code 500ms}; a bare number is seconds. At most 10,000
     * days. Throws {@link IllegalArgumentException} saying what is wrong.
     */
    public static Duration parse(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (!WHOLE.matcher(lower).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a time: use 90s, 10m, 2h or 1h30m");
        }
        double millis = 0;
        Matcher part = PART.matcher(lower);
        while (part.find()) {
            millis += Double.parseDouble(part.group(1)) * millisOf(part.group(2));
        }
        if (millis > MAX.toMillis()) {
            throw new IllegalArgumentException("'" + text + "' is more than " + MAX.toDays() + " days");
        }
        return Duration.ofMillis(Math.round(millis));
    }

    private static long millisOf(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 1_000;
        };
    }

    /** {@code 50s}, {@code 3m10s}, {@code 2h05m}, {@code 4d03h}: the two largest units. */
    public static String format(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return two(seconds / 60, 'm', seconds % 60, 's');
        }
        if (seconds < 86_400) {
            return two(seconds / 3_600, 'h', seconds / 60 % 60, 'm');
        }
        return two(seconds / 86_400, 'd', seconds / 3_600 % 24, 'h');
    }

    /** Like {@link #format(long)}, with tenths below ten seconds: {@code 2.4s}. */
    public static String format(Duration duration) {
        if (duration.toSeconds() >= 10) {
            return format(duration.toSeconds());
        }
        return String.format(Locale.ROOT, "%.1fs", duration.toMillis() / 1e3);
    }

    private static String two(long large, char largeUnit, long small, char smallUnit) {
        return String.format(Locale.ROOT, "%d%c%02d%c", large, largeUnit, small, smallUnit);
    }
}
