package org.ppspp.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.discovery.AltoServer.Asked;
import org.ppspp.engine.PeerCosts;

@Timeout(60)
final class AltoClientTest {
    private static final String LOOKUP = "/alto/endpointcost/lookup";
    private static final InetAddress A = address("192.168.1.2");
    private static final InetAddress B = address("192.168.4.3");
    private static final InetAddress C = address("192.168.14.2");
    private static final InetAddress SELF = address("192.168.0.2");
    private static final InetAddress V6 = address("2001:db8:0:0::1");

    private AltoServer server = start();

    private static AltoServer start() {
        try {
            return new AltoServer();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void knowsTwo() {
        server.cost("ipv4:192.168.1.2", 12);
        server.cost("ipv4:192.168.4.3", 3.5);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static InetAddress address(String numeric) {
        try {
            return InetAddress.getByName(numeric);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static AltoClient client(URI uri, String metric, @Nullable InetAddress self) {
        return new AltoClient(new AltoClient.Settings(uri, metric, false, self));
    }

    private AltoClient client(String path) {
        return client(server.uri(path), "routingcost", null);
    }

    private AltoClient pyAlto(String metric, boolean higherIsBetter) {
        return new AltoClient(new AltoClient.Settings(server.uri("/alto"), metric, higherIsBetter, SELF));
    }

    private Map<InetAddress, Double> costs(AltoClient client, InetAddress... hosts) throws Exception {
        return client.costs(List.of(hosts)).costs();
    }

    // --- a server after the RFC

    @Test
    void findsTheServiceInTheDirectoryAndAsksAsTheRfcSays() throws Exception {
        AltoClient client = client("/directory");
        assertThat(costs(client, A, B, C, V6)).isEqualTo(Map.of(A, 12.0, B, 3.5));
        assertThat(costs(client, B)).isEqualTo(Map.of(B, 3.5));

        assertThat(server.asked("/directory")).singleElement().satisfies(get -> {
            assertThat(get.method()).isEqualTo("GET");
            assertThat(get.accept()).isEqualTo("application/alto-directory+json,application/alto-error+json");
        });
        assertThat(server.asked("/costs").get(0))
                .isEqualTo(new Asked(
                        "POST",
                        "/costs",
                        "application/alto-endpointcostparams+json",
                        "application/alto-endpointcost+json,application/alto-error+json",
                        "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"},"
                                + "\"endpoints\":{\"srcs\":[\"ipv4:192.168.1.2\",\"ipv4:192.168.4.3\",\"ipv4:192.168.14.2\","
                                + "\"ipv6:2001:db8::1\"]}}"));
    }

    @Test
    void followsDirectoriesThatNameEachOther() throws Exception {
        server.answer("/root", 200, "application/alto-directory+json; charset=utf-8", nested("/root", "/deeper"));
        server.answer("/deeper", 200, AltoCodec.DIRECTORY, nested("/root", "directory"));
        assertThat(costs(client("/root"), A)).containsEntry(A, 12.0);
        assertThat(server.asked("/root")).hasSize(1);
    }

    private static String nested(String... uris) {
        StringBuilder text = new StringBuilder("{\"resources\":{");
        for (int i = 0; i < uris.length; i++) {
            text.append(i == 0 ? "" : ",")
                    .append("\"d")
                    .append(i)
                    .append("\":{\"uri\":\"")
                    .append(uris[i]);
            text.append("\",\"media-type\":\"").append(AltoCodec.DIRECTORY).append("\"}");
        }
        return text.append("}}").toString();
    }

    @Test
    void asksForNothingThatIsNotOffered() {
        assertThatThrownBy(
                        () -> client(server.uri("/directory"), "latency", null).costs(List.of(A)))
                .isInstanceOf(AltoException.class)
                .hasMessageContaining("latency");
        assertThat(server.asked("/costs")).isEmpty();
    }

    @Test
    void takesRanksWhereThereAreNoNumbersAndNeverOfTwoAnswers() throws Exception {
        List<InetAddress> many = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            many.add(address("10.0.0." + i));
            server.cost("ipv4:10.0.0." + i, i);
        }
        AltoClient client = client(server.uri("/directory"), "hopcount", null);
        assertThat(client.costs(many).costs()).hasSize(200);
        assertThat(server.asked("/costs"))
                .singleElement()
                .satisfies(post -> assertThat(post.body()).contains("\"ordinal\""));
        assertThat(client("/directory").costs(many).costs()).hasSize(250);
    }

    @Test
    void comparesAddressesAndNotTheirSpelling() throws Exception {
        InetAddress four = address("44.1.2.3");
        server.answer("/costs", 200, AltoCodec.COSTS, answer("routingcost", """
                "ipv6:2001:DB8:0:0::1": {"ipv4:203.0.113.9": 7}, "ipv4:44.1.2.3": {"ipv4:4.4.4.4": 0},
                "ipv4:192.168.1.2": {"ipv4:203.0.113.9": -1}, "ipv4:192.168.4.3": {"ipv4:203.0.113.9": 1e999},
                "ipv4:8.8.8.8": {"ipv4:203.0.113.9": 1}, "host:x": {"ipv4:203.0.113.9": 1}"""));
        assertThat(costs(client("/directory"), V6, four, A, B)).isEqualTo(Map.of(V6, 7.0, four, 0.0));
    }

    private static String answer(String metric, String map) {
        return "{\"meta\":{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"" + metric
                + "\"},\"x\":{}},\"endpoint-cost-map\":{" + map + "}}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"/302", "/303", "/307"})
    void followsRedirects(String path) throws Exception {
        int status = Integer.parseInt(path.substring(1));
        server.answer("/moved", exchange -> redirect(exchange, status, "/directory"));
        assertThat(costs(client("/moved"), A)).containsEntry(A, 12.0);
    }

    @Test
    void asksElsewhereWhereToldTo() throws Exception {
        server.answer("/costs", exchange -> redirect(exchange, 307, LOOKUP));
        assertThat(costs(client("/directory"), A)).containsEntry(A, 12.0);
    }

    @Test
    void doesNotGoRoundInCircles() {
        server.answer("/costs", exchange -> redirect(exchange, 307, "/costs"));
        assertThatThrownBy(() -> costs(client("/directory"), A)).isInstanceOf(AltoException.class);
        assertThat(server.asked("/costs")).hasSizeLessThan(10);
    }

    private static void redirect(HttpExchange exchange, int status, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        AltoServer.send(exchange, status, "text/plain", "");
    }

    // --- servers that fail

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | application/alto-endpointcost+json | {} | another type",
                "200 | application/alto-endpointcost+json | [] | not an object",
                "200 | application/alto-endpointcost+json | {\"meta\": | not JSON",
                "200 | application/alto-endpointcost+json | [[[[[[[[[[[[[[[[[[ | not JSON",
                "200 | application/json | {} | an answer of type application/json",
                "200 | text/html | <html/> | an answer of type text/html",
                "200 | application/alto-directory+json | {} | alto-directory",
                "503 | application/alto-endpointcost+json | {} | status 503",
                "400 | application/alto-error+json | {\"meta\":{\"code\":\"E_MISSING_FIELD\",\"field\":\"a/b\"}} |"
                        + " E_MISSING_FIELD, field a/b",
                "400 | application/alto-error+json | {\"meta\":{\"code\":\"E_SYNTAX\",\"syntax-error\":\"line\\n2\"}} |"
                        + " E_SYNTAX, syntax-error line 2",
                "400 | application/alto-error+json | x | not JSON"
            })
    void saysInOneLineWhatIsWrong(int status, String type, String body, String said) {
        server.answer("/costs", status, type, body);
        assertThatThrownBy(() -> costs(client("/directory"), A))
                .isInstanceOf(AltoException.class)
                .hasMessageContaining(said)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "{}", "null", "true", "[1]"})
    void refusesCostsThatAreNoNumbers(String cost) {
        server.answer(
                "/costs",
                200,
                AltoCodec.COSTS,
                answer("routingcost", "\"ipv4:192.168.1.2\":{\"ipv4:1.1.1.1\":" + cost + '}'));
        assertThatThrownBy(() -> costs(client("/directory"), A))
                .isInstanceOf(AltoException.class)
                .hasMessageContaining("no number");
    }

    @Test
    void refusesCostsOfAnotherMetric() {
        server.answer("/costs", 200, AltoCodec.COSTS, answer("hopcount", ""));
        assertThatThrownBy(() -> costs(client("/directory"), A)).hasMessageContaining("another type");
    }

    @Test
    void stopsReadingAnAnswerWithoutEnd() {
        server.answer("/costs", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", AltoCodec.COSTS);
            exchange.sendResponseHeaders(200, 0);
            byte[] blanks = " ".repeat(1 << 16).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            while (true) {
                exchange.getResponseBody().write(blanks);
            }
        });
        assertThatThrownBy(() -> costs(client("/directory"), A))
                .isInstanceOf(AltoException.class)
                .hasStackTraceContaining("more than");
    }

    @Test
    void doesNotWaitForEverForAnAnswerThatTrickles() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        server.answer("/costs", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", AltoCodec.COSTS);
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        AltoClient.Settings settings = new AltoClient.Settings(server.uri("/directory"), "routingcost", false, null);
        AltoClient impatient = new AltoClient(settings, TimeUnit.MILLISECONDS.toNanos(500));
        assertThatThrownBy(() -> costs(impatient, A)).hasMessage("no answer in time");
        over.countDown();
    }

    @Test
    void canBeTriedAgainAfterAFailure() throws Exception {
        server.answer("/directory", 503, "text/html", "");
        AltoClient client = client("/directory");
        assertThatThrownBy(() -> costs(client, A)).isInstanceOf(AltoException.class);
        server.answer("/directory", exchange -> redirect(exchange, 303, "/root"));
        server.answer("/root", 200, AltoCodec.DIRECTORY, nested("/other"));
        assertThatThrownBy(() -> costs(client, A)).hasMessageContaining("offers no endpoint costs");
        server.answer("/directory", 200, AltoCodec.DIRECTORY, """
                {"meta":{"cost-types":{"n":{"cost-mode":"numerical","cost-metric":"routingcost"}}},
                 "resources":{"e":{"uri":"/costs","media-type":"application/alto-endpointcost+json",
                 "accepts":"application/alto-endpointcostparams+json","capabilities":{"cost-type-names":["n"]}}}}""");
        assertThat(costs(client, A)).hasSize(1);
    }

    @Test
    void saysThatNobodyListens() {
        server.close();
        assertThatThrownBy(() -> costs(client("/directory"), A))
                .isInstanceOf(AltoException.class)
                .hasMessage("cannot connect");
    }

    // --- PyALTO

    @Test
    void speaksWithPyAltoAsRecorded() throws Exception {
        server.answer(
                LOOKUP,
                200,
                AltoCodec.COSTS,
                "{\"meta\": {\"cost-type\": {\"cost-mode\": \"numerical\","
                        + " \"cost-metric\": \"ospf-routingcost\"}}, \"endpoint-cost-map\": {\"ipv4:192.168.1.2\":"
                        + " {\"ipv4:192.168.0.2\": 10}, \"ipv4:192.168.4.3\": {\"ipv4:192.168.0.2\": 30}, \"ipv4:192.168.14.2\":"
                        + " {\"ipv4:192.168.0.2\": 50}}}");
        assertThat(costs(pyAlto("ospf-routingcost", false), A, B, C)).isEqualTo(Map.of(A, 10.0, B, 30.0, C, 50.0));
        assertThat(server.asked(LOOKUP))
                .containsExactly(new Asked(
                        "POST",
                        LOOKUP,
                        "application/alto-endpointcostparams+json",
                        "application/alto-endpointcost+json,application/alto-error+json",
                        "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"ospf-routingcost\"},"
                                + "\"endpoints\":{\"srcs\":[\"ipv4:192.168.1.2\",\"ipv4:192.168.4.3\","
                                + "\"ipv4:192.168.14.2\"],\"dsts\":[\"ipv4:192.168.0.2\"]}}"));
    }

    @Test
    void tellsAServerWithoutADirectoryWhereWeAre() throws Exception {
        assertThat(costs(client("/alto/"), A)).containsEntry(A, 12.0);
        assertThat(costs(client(LOOKUP), A)).containsEntry(A, 12.0);
        assertThat(server.asked(LOOKUP))
                .hasSize(2)
                .allSatisfy(post -> assertThat(post.body()).contains("\"dsts\":[\"ipv4:127.0.0.1\"]"));
    }

    @Test
    void prefersTheHigherWhereThatIsBetter() throws Exception {
        PeerCosts costs = pyAlto("residual-pathbandwidth", true).costs(List.of(A, B, C));
        assertThat(costs.of(A)).isLessThan(costs.of(B));
        assertThat(costs.of(B)).isLessThan(costs.of(C));
    }

    @Test
    void findsOutWhatPyAltoKnowsWhereOneHostMakesItFail() throws Exception {
        server.answer(LOOKUP, exchange -> {
            String body = server.asked().get(server.asked().size() - 1).body();
            if (body.contains("ipv4:10.") || body.contains("ipv6:")) {
                AltoServer.send(exchange, 500, "text/html", "<html>Internal Server Error</html>");
            } else {
                String answer =
                        "\"ipv4:192.168.1.2\":{\"ipv4:192.168.0.2\":5},\"ipv4:192.168.4.3\":{\"ipv4:192.168.0.2\":6}";
                AltoServer.send(exchange, 200, "application/json", answer("hops-routingcost", answer));
            }
        });
        AltoClient client = pyAlto("hops-routingcost", false);
        assertThat(costs(client, A, B, C, address("10.9.8.7"), V6)).isEqualTo(Map.of(A, 5.0, B, 6.0));
        assertThat(server.asked(LOOKUP)).hasSize(6);
        assertThat(costs(client, A, V6)).isEqualTo(Map.of(A, 5.0));
        assertThat(server.asked(LOOKUP)).as("IPv6 is not asked for again").hasSize(7);
    }

    @Test
    void knowsNothingWherePyAltoKnowsNobody() throws Exception {
        server.answer(LOOKUP, 200, AltoCodec.COSTS, answer("hops-routingcost", ""));
        assertThat(pyAlto("hops-routingcost", false).costs(List.of(A)).isEmpty())
                .isTrue();
    }
}
