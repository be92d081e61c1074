package org.ppspp;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte counts as people read and type them. Every suffix is a power of 1024. */
public final class Sizes {
    private static final String UNITS = "KMGTPE";
    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)\\s*([KMGTPE]?)(?:IB|B)?", Pattern.CASE_INSENSITIVE);

    private Sizes() {}

    /**
     * Parses {@code 1048576}, {@code 1024k}, {@code 1M}, {@code 1MiB} or {@code 0.5G} into bytes. Throws
     * {@link IllegalArgumentException} saying what is wrong.
     */
    public static long parse(String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size: use bytes, or a number with k, M, G or T");
        }
        int power = matcher.group(2).isEmpty()
                ? 0
                : 1 + UNITS.indexOf(matcher.group(2).toUpperCase(Locale.ROOT));
        if (matcher.group(1).indexOf('.') < 0) {
            try {
                return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
            } catch (ArithmeticException | NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is too large", e);
            }
        }
        double bytes = Double.parseDouble(matcher.group(1)) * (1L << (10 * power));
        if (bytes >= Long.MAX_VALUE) {
            throw new IllegalArgumentException("'" + text + "' is too large");
        }
        return Math.round(bytes);
    }

    /** Parses a rate such as {@code 500k}, {@code 2M} or {@code 2MiB/s} into bytes a second; {@code off} is 0, no limit. */
    public static long parseRate(String text) {
        String rate = text.strip().toLowerCase(Locale.ROOT);
        if (rate.equals("off")) {
            return 0;
        }
        return parse(rate.endsWith("/s") ? rate.substring(0, rate.length() - 2) : rate);
    }

    /** {@code 981.2 MiB}; bytes below 1 KiB are {@code 512 B}. */
    public static String format(long bytes) {
        int power = power(bytes);
        return number(bytes, power) + ' ' + unit(power);
    }

    /** {@code 412.0/981.2 MiB}: both in the unit that suits the second. */
    public static String formatPair(long part, long whole) {
        int power = power(whole);
        return number(part, power) + '/' + number(whole, power) + ' ' + unit(power);
    }

    /** {@code 11.3 MiB/s}. */
    public static String formatRate(double bytesPerSecond) {
        return format(Math.round(bytesPerSecond)) + "/s";
    }

    private static int power(long bytes) {
        int power = 0;
        // 1023.95 and more would print as 1024.0
        while (power < UNITS.length() && bytes / (double) (1L << (10 * power)) >= (power == 0 ? 1024 : 1023.95)) {
            power++;
        }
        return power;
    }

    private static String number(long bytes, int power) {
        return power == 0
                ? Long.toString(bytes)
                : String.format(Locale.ROOT, "%.1f", bytes / (double) (1L << (10 * power)));
    }

    private static String unit(int power) {
        return power == 0 ? "B" : UNITS.charAt(power - 1) + "iB";
    }
}
