package org.ppspp.fileutil;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.Endpoint;
import org.ppspp.SwarmLink;
import org.ppspp.integrity.LiveAlgorithm;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a live stream is to be. */
final class LiveOptions {
    /** What 32-bit chunk ranges can say; one more means that nothing is discarded (RFC 7574 §7.9). */
    private static final long MAX_WINDOW_CHUNKS = 0xFFFF_FFFEL;

    @Option(
            names = "--live-key",
            paramLabel = "FILE",
            description =
                    "Print the link of the live stream with this key (PEM); the key is made if FILE is not there.")
    @Nullable
    Path key;

    @Option(
            names = "--live-algorithm",
            paramLabel = "NAME",
            description =
                    "What the stream is signed with: ECDSAP256SHA256 (for a new key if not given), ECDSAP384SHA384,"
                            + " ED25519, RSASHA256 or RSASHA512.")
    @Nullable
    LiveAlgorithm algorithm;

    @Option(names = "--sign-all", description = "Every chunk is signed, instead of whole subtrees.")
    boolean signAll;

    @Option(
            names = "--discardwnd",
            paramLabel = "N",
            description = "Chunks of the stream that peers keep; named in the link.")
    @Nullable
    Long discardWindow;

    @Option(
            names = "--tracker",
            paramLabel = "HOST[:PORT]",
            split = ",",
            hideParamSyntax = true,
            converter = TrackerConverter.class,
            description = "Tracker to name in the link, port 6777 unless given. May be repeated.")
    List<Endpoint> trackers = new ArrayList<>();

    /** What makes no sense, or null: to be asked before a key is made. */
    @Nullable
    String misuse() {
        if (key == null) {
            boolean given = algorithm != null || signAll || discardWindow != null || !trackers.isEmpty();
            return given ? "--live-algorithm, --sign-all, --discardwnd and --tracker belong to --live-key" : null;
        }
        if (key.getFileName() == null || key.toString().isEmpty()) {
            return "--live-key must name a file";
        }
        if (algorithm != null && !algorithm.signs()) {
            return "--live-algorithm: " + algorithm + " is for old streams, and signs no new ones";
        }
        if (discardWindow != null && (discardWindow < 1 || discardWindow > MAX_WINDOW_CHUNKS)) {
            return "--discardwnd must be 1 to " + MAX_WINDOW_CHUNKS;
        }
        if (trackers.size() > SwarmLink.MAX_TRACKERS) {
            return "a link names at most " + SwarmLink.MAX_TRACKERS + " trackers";
        }
        return null;
    }

    static final class TrackerConverter implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String value) {
            try {
                return Endpoint.parse(value, Endpoint.TRACKER_PORT);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
