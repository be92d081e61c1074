package org.ppspp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;

/**
 * A swarm in one line of text: {@code ppspp:SWARM-ID-IN-HEX?key=value&…}, or just the swarm ID. A libswift's {@code tswift:} URL
 * is understood, too.
 *
 * <p>Keys, all optional; those of another version are ignored, and a key but {@code tr} and {@code pe} comes once:
 *
 * <table>
 * <caption>Keys of a link</caption>
 * <tr><td>{@code cs}</td><td>chunk size in bytes; 1024 if absent</td></tr>
 * <tr><td>{@code l}</td><td>content length in bytes</td></tr>
 * <tr><td>{@code ip}</td><td>code of the content integrity protection method; if absent, Merkle hash tree (1) where the
 * swarm ID has the length of a hash, Unified Merkle Tree (3) where it is the key of a live stream</td></tr>
 * <tr><td>{@code hf}</td><td>code of the hash function; if absent, the one whose hashes are as long as the swarm ID, or
 * SHA-256</td></tr>
 * <tr><td>{@code am}</td><td>code of the chunk addressing method; 32-bit chunk ranges (2) if absent</td></tr>
 * <tr><td>{@code dw}</td><td>live discard window in chunks; not there if the source keeps all, as others need not</td></tr>
 * <tr><td>{@code n}</td><td>name for a file, percent-encoded UTF-8</td></tr>
 * <tr><td>{@code tr}</td><td>a tracker, {@code host:port}; may be repeated</td></tr>
 * <tr><td>{@code pe}</td><td>a peer, {@code host:port}; may be repeated</td></tr>
 * </table>
 *
 * <p>Codes are those of RFC 7574 §7. A link comes from a stranger: its name is a plain file name or the link is refused.
 *
 * @param metadata what the publisher fixed
 * @param name a file name without folders, or null
 * @param trackers where to ask for peers first
 * @param peers whom to contact
 */
public record SwarmLink(SwarmMetadata metadata, @Nullable String name, List<String> trackers, List<String> peers) {
    /** Long enough for any link, short enough to parse without a thought. */
    public static final int MAX_LENGTH = 16_384;

    /** More trackers than anyone asks. */
    public static final int MAX_TRACKERS = 16;

    /** More peers than it takes to find the others. */
    public static final int MAX_PEERS = 16;

    private static final String SCHEME = "ppspp:";
    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_ENDPOINT_LENGTH = 300;
    private static final HashFunction LIVE_HASH_FUNCTION = HashFunction.SHA256;
    private static final Set<String> DEVICE_NAMES = deviceNames();

    public SwarmLink {
        trackers = List.copyOf(trackers);
        peers = List.copyOf(peers);
        if (name != null && !isFileName(name)) {
            throw new IllegalArgumentException("the name in the link is not a plain file name");
        }
        if (trackers.size() > MAX_TRACKERS) {
            throw new IllegalArgumentException("a link names at most " + MAX_TRACKERS + " trackers");
        }
        if (peers.size() > MAX_PEERS) {
            throw new IllegalArgumentException("a link names at most " + MAX_PEERS + " peers");
        }
        if (!trackers.stream().allMatch(SwarmLink::isEndpoint)) {
            throw new IllegalArgumentException("a tracker in the link is not host:port");
        }
        if (!peers.stream().allMatch(SwarmLink::isEndpoint)) {
            throw new IllegalArgumentException("a peer in the link is not host:port");
        }
    }

    private static boolean isEndpoint(String text) {
        return !text.isBlank()
                && text.length() <= MAX_ENDPOINT_LENGTH
                && text.chars().noneMatch(c -> c <= ' ' || c == 0x7f);
    }

    /** A link of what must be known and nothing else. */
    public static SwarmLink of(SwarmMetadata metadata) {
        return new SwarmLink(metadata, null, List.of(), List.of());
    }

    /**
     * Reads a link or a bare swarm ID.
     *
     * @throws IllegalArgumentException if it is neither; the message is for the user
     */
    public static SwarmLink parse(String text) {
        return parse(text, null);
    }

    /**
     * The same, where {@code usual} is the content integrity protection method of a swarm that names none.
     *
     * @throws IllegalArgumentException if it is neither; the message is for the user
     */
    public static SwarmLink parse(String text, @Nullable IntegrityMethod usual) {
        String link = text.strip();
        if (link.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the link is longer than " + MAX_LENGTH + " characters");
        }
        if (SwiftUrl.is(link)) {
            link = SwiftUrl.toLink(link);
        } else if (link.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            link = link.substring(SCHEME.length());
        }
        int question = link.indexOf('?');
        SwarmId id = swarmId(question < 0 ? link : link.substring(0, question));
        Map<String, List<String>> repeated = Map.of("tr", new ArrayList<>(), "pe", new ArrayList<>());
        Map<String, String> values = question < 0 ? Map.of() : values(link.substring(question + 1), repeated);
        return new SwarmLink(
                metadata(id, values, usual),
                values.get("n"),
                repeated.getOrDefault("tr", List.of()),
                repeated.getOrDefault("pe", List.of()));
    }

    /** The link as it is printed; whatever has its default value is left out. */
    @Override
    public String toString() {
        List<String> query = new ArrayList<>();
        add(query, "cs", metadata.chunkSizeBytes(), SwarmMetadata.DEFAULT_CHUNK_SIZE_BYTES);
        if (metadata.contentLengthBytes() != null) {
            query.add("l=" + metadata.contentLengthBytes());
        }
        IntegrityMethod usualMethod = usualMethod(metadata.swarmId());
        add(query, "ip", metadata.integrityMethod().code(), usualMethod.code());
        add(
                query,
                "hf",
                metadata.hashFunction().code(),
                usualFunction(metadata.swarmId()).code());
        add(query, "am", metadata.addressing().code(), ChunkAddressing.CHUNK_RANGES_32.code());
        Long window = metadata.discardWindowChunks();
        if (window != null && window < Long.MAX_VALUE) {
            query.add("dw=" + window);
        }
        if (name != null) {
            query.add("n=" + encode(name));
        }
        trackers.forEach(tracker -> query.add("tr=" + encode(tracker)));
        peers.forEach(peer -> query.add("pe=" + encode(peer)));
        return SCHEME + metadata.swarmId() + (query.isEmpty() ? "" : "?" + String.join("&", query));
    }

    /** Whether {@code name} can name a file in any folder on any system, and nothing outside of that folder. */
    public static boolean isFileName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (name.isEmpty() || bytes > MAX_NAME_BYTES || name.equals(".") || name.equals("..")) {
            return false;
        }
        char last = name.charAt(name.length() - 1);
        int dot = name.indexOf('.');
        String stem = (dot < 0 ? name : name.substring(0, dot)).strip().toUpperCase(Locale.ROOT);
        return last != '.'
                && last != ' '
                && !DEVICE_NAMES.contains(stem)
                && name.codePoints().allMatch(SwarmLink::isNameCharacter);
    }

    private static boolean isNameCharacter(int c) {
        boolean turnsText = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        boolean loneSurrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return !Character.isISOControl(c) && "/\\:*?\"<>|".indexOf(c) < 0 && !turnsText && !loneSurrogate;
    }

    private static Set<String> deviceNames() {
        Set<String> names = new HashSet<>(List.of("CON", "PRN", "AUX", "NUL"));
        for (int n = 1; n <= 9; n++) {
            names.add("COM" + n);
            names.add("LPT" + n);
        }
        return Set.copyOf(names);
    }

    private static SwarmId swarmId(String hex) {
        try {
            return SwarmId.parse(hex);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "not a swarm ID: " + quote(hex) + " (expected an even number of hexadecimal digits)", e);
        }
    }

    private static Map<String, String> values(String query, Map<String, List<String>> repeated) {
        Map<String, String> values = new HashMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("no value for " + quote(pair) + " in the link");
            }
            String key = pair.substring(0, equals);
            String value = decode(pair.substring(equals + 1));
            List<String> several = repeated.get(key);
            if (several != null) {
                several.add(value);
            } else if (values.put(key, value) != null) {
                throw new IllegalArgumentException("the link has two values for " + quote(key));
            }
        }
        return values;
    }

    private static SwarmMetadata metadata(SwarmId id, Map<String, String> values, @Nullable IntegrityMethod usual) {
        IntegrityMethod unsaid = usual == null ? usualMethod(id) : usual;
        IntegrityMethod method = known(values, "ip", IntegrityMethod.byCode(code(values, "ip", unsaid.code())));
        HashFunction function = known(
                values,
                "hf",
                HashFunction.byCode(code(values, "hf", usualFunction(id).code())));
        ChunkAddressing addressing =
                known(values, "am", ChunkAddressing.byCode(code(values, "am", ChunkAddressing.CHUNK_RANGES_32.code())));
        Long chunkSize = number(values, "cs");
        if (method == IntegrityMethod.UNIFIED_MERKLE_TREE && !values.containsKey("ip")) {
            checkKey(id);
        }
        return new SwarmMetadata(
                id,
                method,
                function,
                chunkSize == null
                        ? SwarmMetadata.DEFAULT_CHUNK_SIZE_BYTES
                        : (int) Math.min(chunkSize, Integer.MAX_VALUE),
                addressing,
                number(values, "l"),
                number(values, "dw"));
    }

    /** An ID of no hash's length is more often a hash that was not copied whole than a bad key. */
    private static void checkKey(SwarmId id) {
        try {
            LivePublicKey.parse(id.toBytes());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the swarm ID has " + 2 * id.length()
                            + " digits; a root hash has 40 (SHA-1), 56, 64 (SHA-256), 96 or" + " 128. And "
                            + e.getMessage(),
                    e);
        }
    }

    private static IntegrityMethod usualMethod(SwarmId id) {
        return HashFunction.byLength(id.length()) == null
                ? IntegrityMethod.UNIFIED_MERKLE_TREE
                : IntegrityMethod.MERKLE_HASH_TREE;
    }

    private static HashFunction usualFunction(SwarmId id) {
        return Objects.requireNonNullElse(HashFunction.byLength(id.length()), LIVE_HASH_FUNCTION);
    }

    private static <T> T known(Map<String, String> values, String key, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("the link has an unknown " + key + ": " + quote(values.get(key)));
        }
        return value;
    }

    private static int code(Map<String, String> values, String key, int usual) {
        Long code = number(values, key);
        return code == null ? usual : (int) Math.min(code, Integer.MAX_VALUE);
    }

    private static @Nullable Long number(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            return null;
        }
        boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || value.length() > 18) {
            throw new IllegalArgumentException("in the link, " + key + " must be a number, not " + quote(value));
        }
        return Long.valueOf(value);
    }

    private static void add(List<String> query, String key, int value, int usual) {
        if (value != usual) {
            query.add(key + '=' + value);
        }
    }

    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (b >= '0' && b <= '9')
                    || (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || "-._~:[]".indexOf(b) >= 0;
            if (plain) {
                encoded.append((char) b);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", b & 0xff));
            }
        }
        return encoded.toString();
    }

    private static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            if (source[i] != '%') {
                bytes.write(source[i]);
                continue;
            }
            int high = i + 2 < source.length ? Character.digit(source[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(source[i + 2], 16);
            if (low < 0) {
                throw new IllegalArgumentException("a broken % in the link: " + quote(text));
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the link is not UTF-8: " + quote(text), e);
        }
    }

    /** Part of a stranger's text, fit for one line of a terminal. */
    private static String quote(@Nullable String text) {
        String shown = text == null ? "nothing" : text.replaceAll("[^\\x20-\\x7e]", "?");
        return '"' + (shown.length() > 60 ? shown.substring(0, 60) + "…" : shown) + '"';
    }
}
