package org.ppspp.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What ALTO clients and servers say to each other, to and from JSON (RFC 7285 §9.2, §11.5).
 *
 * <p>Text read here comes from strangers: size, depth and counts are bounded, duplicate keys, bad UTF-8 and trailing text are
 * refused. Members that are not known are ignored (§8.3.1).
 */
final class AltoCodec {
    static final String DIRECTORY = "application/alto-directory+json";
    static final String COST_PARAMETERS = "application/alto-endpointcostparams+json";
    static final String COSTS = "application/alto-endpointcost+json";
    static final String ERROR = "application/alto-error+json";

    private static final int MAX_DEPTH = 16;
    private static final int MAX_STRING_CHARS = 8_192;
    private static final int MAX_NAME_CHARS = 256;
    private static final int MAX_NUMBER_DIGITS = 64;
    private static final int MAX_TOKENS = 50_000;
    private static final int MAX_RESOURCES = 1_000;

    /** What is measured, and whether as numbers or as ranks that are relative to one answer (RFC 7285 §6.1). */
    record CostType(String metric, boolean numerical) {
        String mode() {
            return numerical ? "numerical" : "ordinal";
        }
    }

    /** An endpoint cost service and what it can be asked for. */
    record Service(URI uri, List<CostType> types) {}

    /** What of an information resource directory matters here: services, and further directories. */
    record Directory(List<Service> services, List<URI> directories) {}

    private final ObjectMapper json = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING_CHARS)
                            .maxNameLength(MAX_NAME_CHARS)
                            .maxNumberLength(MAX_NUMBER_DIGITS)
                            .maxTokenCount(MAX_TOKENS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Asks what it costs each of {@code sources} to send to {@code destination}; null: to whoever asks. */
    byte[] request(CostType type, Collection<InetAddress> sources, @Nullable InetAddress destination) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.writeStartObject();
            generator.writeObjectFieldStart("cost-type");
            generator.writeStringField("cost-mode", type.mode());
            generator.writeStringField("cost-metric", type.metric());
            generator.writeEndObject();
            generator.writeObjectFieldStart("endpoints");
            writeAddresses(generator, "srcs", sources);
            if (destination != null) {
                writeAddresses(generator, "dsts", List.of(destination));
            }
            generator.writeEndObject();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static void writeAddresses(JsonGenerator generator, String name, Collection<InetAddress> addresses)
            throws IOException {
        generator.writeArrayFieldStart(name);
        for (InetAddress address : addresses) {
            generator.writeString(
                    (address instanceof Inet4Address ? "ipv4:" : "ipv6:") + NetUtil.toAddressString(address));
        }
        generator.writeEndArray();
    }

    /**
     * The costs from each source to {@code destination} or, where the server has another name for us, to the one destination
     * it knows. Numbers that cannot be costs are left out.
     *
     * @throws AltoException if the answer is none to a question for {@code asked}
     */
    Map<InetAddress, Double> costs(byte[] body, CostType asked, @Nullable InetAddress destination)
            throws AltoException {
        JsonNode root = object(body);
        JsonNode type = root.path("meta").path("cost-type");
        if (!type.path("cost-metric").asText().equals(asked.metric())
                || !type.path("cost-mode").asText().equals(asked.mode())) {
            throw new AltoException("costs of another type than asked for");
        }
        JsonNode map = root.path("endpoint-cost-map");
        if (!map.isObject()) {
            throw new AltoException("no endpoint-cost-map");
        }
        Map<InetAddress, Double> costs = new HashMap<>();
        for (Map.Entry<String, JsonNode> row : map.properties()) {
            InetAddress source = address(row.getKey());
            JsonNode cost = toUs(row.getValue(), destination);
            if (cost != null && !cost.isNumber()) {
                throw new AltoException("a cost that is no number");
            }
            if (source != null && cost != null && cost.doubleValue() >= 0 && Double.isFinite(cost.doubleValue())) {
                costs.put(source, cost.doubleValue());
            }
        }
        return costs;
    }

    private static @Nullable JsonNode toUs(JsonNode row, @Nullable InetAddress destination) throws AltoException {
        if (!row.isObject()) {
            throw new AltoException("a source without destinations");
        }
        for (Map.Entry<String, JsonNode> cell : row.properties()) {
            if (destination != null && destination.equals(address(cell.getKey()))) {
                return cell.getValue();
            }
        }
        return row.size() == 1 ? row.elements().next() : null;
    }

    /** RFC 7285 §10.4.1; addresses are compared as such, since one has many spellings. Null for what is no address. */
    static @Nullable InetAddress address(String typed) {
        boolean v6 = typed.startsWith("ipv6:");
        if (!v6 && !typed.startsWith("ipv4:")) {
            return null;
        }
        return NumericHost.address(typed.substring("ipv4:".length()));
    }

    /** The services of a directory that was got from {@code location}, in its order. */
    Directory directory(byte[] body, URI location) throws AltoException {
        JsonNode root = object(body);
        Map<String, CostType> types = new HashMap<>();
        for (Map.Entry<String, JsonNode> type :
                root.path("meta").path("cost-types").properties()) {
            String mode = type.getValue().path("cost-mode").asText();
            if (mode.equals("numerical") || mode.equals("ordinal")) {
                String metric = type.getValue().path("cost-metric").asText();
                types.put(type.getKey(), new CostType(metric, mode.equals("numerical")));
            }
        }
        List<Service> services = new ArrayList<>();
        List<URI> directories = new ArrayList<>();
        int resources = 0;
        for (JsonNode resource : root.path("resources")) {
            URI uri = uri(resource.path("uri").asText(), location);
            String mediaType = resource.path("media-type").asText();
            if (uri == null || ++resources > MAX_RESOURCES) {
                continue;
            }
            if (mediaType.equals(DIRECTORY)) {
                directories.add(uri);
            } else if (mediaType.equals(COSTS)
                    && resource.path("accepts").asText().equals(COST_PARAMETERS)) {
                List<CostType> offered = new ArrayList<>();
                for (JsonNode name : resource.path("capabilities").path("cost-type-names")) {
                    CostType type = types.get(name.asText());
                    if (type != null) {
                        offered.add(type);
                    }
                }
                services.add(new Service(uri, offered));
            }
        }
        return new Directory(services, directories);
    }

    private static @Nullable URI uri(String text, URI location) {
        try {
            URI uri = location.resolve(text);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            return web && uri.getHost() != null && !text.isEmpty() ? uri : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** What an error body says, in a few words (RFC 7285 §8.5.2). */
    String error(byte[] body) throws AltoException {
        JsonNode meta = object(body).path("meta");
        StringBuilder text = new StringBuilder(meta.path("code").asText("no code"));
        for (String name : List.of("field", "value", "syntax-error")) {
            if (meta.has(name)) {
                text.append(", ")
                        .append(name)
                        .append(' ')
                        .append(meta.path(name).asText());
            }
        }
        return printable(text.toString());
    }

    /** For one line of a log. */
    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= MAX_NAME_CHARS ? line : line.substring(0, MAX_NAME_CHARS);
    }

    private JsonNode object(byte[] body) throws AltoException {
        try {
            // Jackson would guess at UTF-16 and UTF-32, so bytes become characters here.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            JsonNode root = json.readTree(text);
            if (root == null || !root.isObject()) {
                throw new AltoException("not an object");
            }
            return root;
        } catch (CharacterCodingException e) {
            throw new AltoException("not UTF-8", e);
        } catch (JsonProcessingException e) {
            throw new AltoException("not JSON within the limits", e);
        }
    }
}
