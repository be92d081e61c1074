package org.ppspp.fileutil;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.ppspp.integrity.HashFunction;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Names of hash functions with or without their hyphen, such as {@code sha-256}. */
final class HashFunctionNames implements ITypeConverter<HashFunction>, Iterable<String> {
    @Override
    public HashFunction convert(String value) {
        String wanted = plain(value);
        for (HashFunction function : HashFunction.values()) {
            if (plain(function.algorithm()).equals(wanted)) {
                return function;
            }
        }
        throw new TypeConversionException("'" + value + "' is none of " + String.join(", ", names()));
    }

    @Override
    public Iterator<String> iterator() {
        return names().iterator();
    }

    private static List<String> names() {
        return Arrays.stream(HashFunction.values())
                .map(function -> function.algorithm().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static String plain(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
