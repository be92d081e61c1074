package org.ppspp.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A small ALTO server after RFC 7285: a directory at {@code /directory} and an endpoint cost service at {@code /costs}, and
 * the latter under PyALTO's path as well. Other answers take the place of these where a test gives them.
 */
public final class AltoServer implements AutoCloseable {
    /** A request as it came. */
    public record Asked(
            String method,
            String path,
            @Nullable String contentType,
            @Nullable String accept,
            String body) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Double> costs = new ConcurrentHashMap<>();
    private final Map<String, HttpHandler> others = new ConcurrentHashMap<>();

    public AltoServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** What the source, such as {@code ipv4:192.0.2.7}, costs from now on. */
    public void cost(String source, double cost) {
        costs.put(source, cost);
    }

    /** Answers requests for a path in another way from now on. */
    public void answer(String path, HttpHandler handler) {
        others.put(path, handler);
    }

    /** Answers requests for a path with this from now on. */
    public void answer(String path, int status, String type, String body) {
        answer(path, exchange -> send(exchange, status, type, body));
    }

    public List<Asked> asked() {
        return asked;
    }

    public List<Asked> asked(String path) {
        return asked.stream().filter(each -> each.path().equals(path)).toList();
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add(new Asked(
                exchange.getRequestMethod(),
                path,
                exchange.getRequestHeaders().getFirst("Content-Type"),
                exchange.getRequestHeaders().getFirst("Accept"),
                body));
        HttpHandler other = others.get(path);
        if (other != null) {
            other.handle(exchange);
        } else if (path.equals("/directory")) {
            send(exchange, 200, AltoCodec.DIRECTORY, DIRECTORY);
        } else if (path.equals("/costs") || path.equals("/alto/endpointcost/lookup")) {
            costs(exchange, body);
        } else {
            send(exchange, 404, "text/html", "<html>not found</html>");
        }
    }

    private void costs(HttpExchange exchange, String body) throws IOException {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (!exchange.getRequestMethod().equals("POST") || !AltoCodec.COST_PARAMETERS.equals(type)) {
            send(exchange, 405, "text/html", "<html>no</html>");
            return;
        }
        JsonNode question = JSON.readTree(body);
        String destination = question.path("endpoints").path("dsts").path(0).asText("ipv4:203.0.113.9");
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("meta").set("cost-type", question.get("cost-type"));
        ObjectNode map = answer.putObject("endpoint-cost-map");
        for (JsonNode source : question.path("endpoints").path("srcs")) {
            Double cost = costs.get(source.asText());
            if (cost != null) {
                map.putObject(source.asText()).put(destination, cost);
            }
        }
        send(exchange, 200, AltoCodec.COSTS, answer.toString());
    }

    static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static final String DIRECTORY = """
            {"meta": {"cost-types": {
                "nr": {"cost-mode": "numerical", "cost-metric": "routingcost", "description": "x"},
                "or": {"cost-mode": "ordinal", "cost-metric": "hopcount"}},
              "default-alto-network-map": "net", "unknown": [1]},
             "resources": {
              "net": {"uri": "maps/net", "media-type": "application/alto-networkmap+json"},
              "get": {"uri": "wrong", "media-type": "application/alto-endpointcost+json",
                      "capabilities": {"cost-type-names": ["nr"]}},
              "ecs": {"uri": "./x/../costs", "media-type": "application/alto-endpointcost+json",
                      "accepts": "application/alto-endpointcostparams+json",
                      "capabilities": {"cost-type-names": ["none", "nr", "or"], "cost-constraints": true}}}}
            """;
}
