package org.ppspp.fileutil;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them: a number of bytes, or with a suffix that counts in powers of 1024. */
final class Sizes implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,19})([kmgtpe]?)(i?b)?", Pattern.CASE_INSENSITIVE);
    private static final String PREFIXES = "kmgtpe";
    private static final long KIB = 1024;

    @Override
    public Long convert(String value) {
        Matcher matcher = SIZE.matcher(value.strip());
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + value + "' is not a size such as 1000, 64k, 10M or 2GiB");
        }
        int power = PREFIXES.indexOf(matcher.group(2).toLowerCase(Locale.ROOT));
        long unit = matcher.group(2).isEmpty() ? 1 : 1L << (10 * (power + 1));
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is more than any file can hold");
        }
    }

    /** {@code bytes} in the unit that reads best. */
    static String text(long bytes) {
        if (bytes < KIB) {
            return bytes + " B";
        }
        int power = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        double value = bytes / (double) (1L << (10 * power));
        return String.format(
                Locale.ROOT,
                "%.1f %siB",
                value,
                PREFIXES.substring(power - 1, power).toUpperCase(Locale.ROOT));
    }
}
