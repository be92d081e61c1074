package org.ppspp.gateway;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of some content that one request is for (RFC 9110 §14).
 *
 * @param first the number of its first byte
 * @param length its bytes
 * @param partial whether a part was asked for, be it all there is: the answer is then 206
 */
record ByteRange(long first, long length, boolean partial) {
    private static final Pattern ONE_RANGE =
            Pattern.compile("bytes[ \t]*=[ \t]*([0-9]*)-([0-9]*)[ \t]*", Pattern.CASE_INSENSITIVE);

    /** Longer numbers are above every length, and above what a {@code long} holds. */
    private static final int MOST_DIGITS = 18;

    /**
     * What a {@code Range} header selects, or null where that lies outside of the content. A header that is none, that is
     * malformed or that names several ranges selects everything, as RFC 9110 §14.2 has it.
     */
    static @Nullable ByteRange select(@Nullable String header, long contentLength) {
        Matcher matcher = ONE_RANGE.matcher(header == null ? "" : header);
        if (!matcher.matches()) {
            return whole(contentLength);
        }
        String from = matcher.group(1);
        String to = matcher.group(2);
        if (from.isEmpty()) {
            return to.isEmpty() ? whole(contentLength) : suffix(number(to), contentLength);
        }
        long first = number(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        if (last < first) {
            return whole(contentLength);
        }
        return first >= contentLength ? null : part(first, Math.min(last, contentLength - 1));
    }

    /** {@code bytes 0-499/1234}. */
    String contentRange(long contentLength) {
        return "bytes " + first + '-' + (first + length - 1) + '/' + contentLength;
    }

    private static ByteRange whole(long contentLength) {
        return new ByteRange(0, contentLength, false);
    }

    private static @Nullable ByteRange suffix(long wanted, long contentLength) {
        long length = Math.min(wanted, contentLength);
        return length == 0 ? null : part(contentLength - length, contentLength - 1);
    }

    private static ByteRange part(long first, long last) {
        return new ByteRange(first, last - first + 1, true);
    }

    private static long number(String digits) {
        int zeros = 0;
        while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
            zeros++;
        }
        return digits.length() - zeros > MOST_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits.substring(zeros));
    }
}
