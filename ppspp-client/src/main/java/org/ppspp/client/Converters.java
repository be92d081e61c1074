package org.ppspp.client;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.ppspp.Durations;
import org.ppspp.Endpoint;
import org.ppspp.HostAndPort;
import org.ppspp.PeerConfig;
import org.ppspp.Sizes;
import org.ppspp.engine.Dialect;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How option values become values, with messages that say what would be right. */
final class Converters {
    private Converters() {}

    static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return checked(() -> Sizes.parse(value));
        }
    }

    static final class Rate implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return checked(() -> Sizes.parseRate(value));
        }
    }

    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return checked(() -> Durations.parse(value));
        }
    }

    static final class Tracker implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String value) {
            return checked(() -> Endpoint.parse(value, Endpoint.TRACKER_PORT));
        }
    }

    static final class RemotePeer implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String value) {
            return checked(() -> Endpoint.parse(value, PeerConfig.DEFAULT_PORT));
        }
    }

    static final class Listen implements ITypeConverter<HostAndPort> {
        @Override
        public HostAndPort convert(String value) {
            return checked(() -> HostAndPort.splitListener(value));
        }
    }

    /** Chunks of a stream that are kept; {@link #KEEPS_ALL} is "None" here, as with PyPPSPP: no window. */
    static final class Window implements ITypeConverter<Long> {
        static final long KEEPS_ALL = Long.MAX_VALUE;
        private static final String NONE = "None";

        static String text(long chunks) {
            return chunks == KEEPS_ALL ? NONE : Long.toString(chunks);
        }

        @Override
        public Long convert(String value) {
            if (value.equalsIgnoreCase(NONE)) {
                return KEEPS_ALL;
            }
            try {
                // What is too large to be a number at all is not to pass for all.
                return Math.min(Long.parseLong(value), KEEPS_ALL - 1);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + value + "' is neither a number of chunks nor None");
            }
        }
    }

    /** Null stands for every dialect. */
    static final class Speech implements ITypeConverter<Dialect> {
        @Override
        public @Nullable Dialect convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "auto" -> null;
                case "rfc7574" -> Dialect.RFC7574;
                case "libswift" -> Dialect.LIBSWIFT;
                case "pyppspp" -> Dialect.PYPPSPP;
                default ->
                    throw new TypeConversionException("'" + value + "' is none of auto, rfc7574, libswift, pyppspp");
            };
        }
    }

    private interface Parse<T> {
        T get();
    }

    private static <T> T checked(Parse<T> parse) {
        try {
            return parse.get();
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
