package org.ppspp.discovery;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.AltoCodec.CostType;
import org.ppspp.discovery.AltoCodec.Directory;
import org.ppspp.discovery.AltoCodec.Service;
import org.ppspp.engine.PeerCosts;
import org.ppspp.net.SocketErrors;

/**
 * Asks an ALTO server what traffic from peers to us costs: the endpoint cost service of RFC 7285 §11.5.
 *
 * <p>The server is named by its information resource directory (§9), in which the service is looked up, or as PyPPSPP names
 * it, by what stands in front of {@code /endpointcost/lookup}. Whatever does not answer with a directory is taken for the
 * latter, as PyALTO is, which has none. That kind wants to be told who we are, and fails for IPv6 addresses and for hosts
 * unknown to it; then what it does know is found out in smaller questions.
 *
 * <p>Blocks, and must be called by one thread at a time.
 */
public final class AltoClient {
    /** Where PyPPSPP asks, behind the base URL. */
    private static final String LOOKUP = "/endpointcost/lookup";

    private static final String JSON = "application/json";

    /** An answer with as many costs as we ask for has 30 KiB at most. */
    private static final int MAX_BODY_BYTES = 256 << 10;

    /** Servers compute each pair, so one question has a bound. */
    private static final int MAX_SOURCES = 200;

    private static final int MAX_DIRECTORIES = 16;
    private static final int MAX_DIRECTORY_DEPTH = 3;
    private static final int HALVINGS = 2;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final long REQUEST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long CALL_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long SERVICE_LIFE_NANOS = TimeUnit.DAYS.toNanos(1);
    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;

    /**
     * What to ask of which server.
     *
     * @param server a directory or a base, {@code http} or {@code https}
     * @param metric a cost metric the server has
     * @param higherIsBetter whether the metric is something to have much of, such as bandwidth
     * @param self our address as the server knows it; null: it sees that itself, or is told the one we reach it from
     */
    public record Settings(
            URI server,
            String metric,
            boolean higherIsBetter,
            @Nullable InetAddress self) {}

    /** Where to ask for what, and whether that was guessed and not read in a directory. */
    private record Target(URI uri, CostType type, boolean guessed, long foundAt) {}

    private final Settings settings;
    private final long requestTimeoutNanos;
    private final AltoCodec codec = new AltoCodec();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    private @Nullable Target target;
    private boolean refusesIpv6;
    private long deadline;

    public AltoClient(Settings settings) {
        this(settings, REQUEST_TIMEOUT_NANOS);
    }

    /** A client that waits so long for each answer. */
    AltoClient(Settings settings, long requestTimeoutNanos) {
        this.settings = settings;
        this.requestTimeoutNanos = requestTimeoutNanos;
    }

    /**
     * What traffic from each host costs, as far as the server knows. Takes 20 seconds at most.
     *
     * @throws AltoException if the server gives no costs
     */
    public PeerCosts costs(Collection<InetAddress> hosts) throws AltoException, InterruptedException {
        deadline = System.nanoTime() + CALL_TIMEOUT_NANOS;
        try {
            return ask(target(), hosts);
        } catch (AltoException e) {
            target = null;
            throw e;
        }
    }

    private Target target() throws AltoException, InterruptedException {
        Target known = target;
        if (known == null || System.nanoTime() - known.foundAt() > SERVICE_LIFE_NANOS) {
            known = find();
            target = known;
        }
        return known;
    }

    private Target find() throws AltoException, InterruptedException {
        URI server = settings.server();
        String path = server.getPath() == null ? "" : server.getPath();
        if (path.endsWith(LOOKUP)) {
            return guess(server);
        }
        HttpResponse<byte[]> answer = get(server);
        if (answer.statusCode() == OK && mediaType(answer).equals(AltoCodec.DIRECTORY)) {
            return search(answer);
        }
        String base = server.toString().replaceFirst("[?#].*", "").replaceFirst("/+$", "");
        return guess(URI.create(base + LOOKUP));
    }

    private Target guess(URI uri) {
        return new Target(uri, new CostType(settings.metric(), true), true, System.nanoTime());
    }

    private record Found(URI uri, int depth) {}

    /** Goes through the directory and those it names, for numbers if there are any and ranks if not. */
    private Target search(HttpResponse<byte[]> root) throws AltoException, InterruptedException {
        Map<CostType, URI> offers = new HashMap<>();
        Set<URI> seen = new HashSet<>(List.of(root.uri()));
        ArrayDeque<Found> further = new ArrayDeque<>();
        HttpResponse<byte[]> answer = root;
        int depth = 1;
        while (true) {
            if (answer.statusCode() == OK && mediaType(answer).equals(AltoCodec.DIRECTORY)) {
                Directory directory = codec.directory(answer.body(), answer.uri());
                for (Service service : directory.services()) {
                    service.types().forEach(type -> offers.putIfAbsent(type, service.uri()));
                }
                for (URI uri : directory.directories()) {
                    if (depth < MAX_DIRECTORY_DEPTH && seen.size() < MAX_DIRECTORIES && seen.add(uri)) {
                        further.add(new Found(uri, depth + 1));
                    }
                }
            }
            CostType numbers = new CostType(settings.metric(), true);
            Found next = offers.containsKey(numbers) ? null : further.poll();
            if (next == null) {
                return choose(offers, numbers);
            }
            depth = next.depth();
            answer = get(next.uri());
        }
    }

    private Target choose(Map<CostType, URI> offers, CostType numbers) throws AltoException {
        for (CostType type : List.of(numbers, new CostType(settings.metric(), false))) {
            URI uri = offers.get(type);
            if (uri != null) {
                return new Target(uri, type, false, System.nanoTime());
            }
        }
        throw new AltoException("the directory offers no endpoint costs of type " + settings.metric());
    }

    private PeerCosts ask(Target service, Collection<InetAddress> hosts) throws AltoException, InterruptedException {
        Map<InetAddress, Double> costs = new HashMap<>();
        AltoException failure = null;
        for (List<InetAddress> batch : batches(service, hosts)) {
            try {
                costs.putAll(ask(service, batch, service.guessed() ? HALVINGS : 0));
            } catch (AltoException e) {
                failure = e;
                refusesIpv6 |= e.status() == SERVER_ERROR && !(batch.get(0) instanceof Inet4Address);
            }
        }
        if (costs.isEmpty() && failure != null) {
            throw failure;
        }
        costs.keySet().retainAll(Set.copyOf(hosts));
        // Adding 0 makes 0 of -0, which would be less.
        costs.replaceAll((host, cost) -> settings.higherIsBetter() ? 0 - cost : cost + 0);
        return new PeerCosts(costs);
    }

    /** Ranks of two answers mean nothing to each other (RFC 7285 §6.1.2.2), so there is one question for those. */
    private List<List<InetAddress>> batches(Target service, Collection<InetAddress> hosts) {
        List<InetAddress> v4 = new ArrayList<>();
        List<InetAddress> v6 = new ArrayList<>();
        for (InetAddress host : hosts) {
            (service.guessed() && !(host instanceof Inet4Address) ? v6 : v4).add(host);
        }
        List<List<InetAddress>> batches = new ArrayList<>(cut(v4));
        if (!refusesIpv6) {
            batches.addAll(cut(v6));
        }
        return service.type().numerical() || batches.isEmpty() ? batches : batches.subList(0, 1);
    }

    private static List<List<InetAddress>> cut(List<InetAddress> hosts) {
        List<List<InetAddress>> parts = new ArrayList<>();
        for (int from = 0; from < hosts.size(); from += MAX_SOURCES) {
            parts.add(hosts.subList(from, Math.min(hosts.size(), from + MAX_SOURCES)));
        }
        return parts;
    }

    /** One host that PyALTO does not know can make it fail for all: then the others are asked for in two halves. */
    private Map<InetAddress, Double> ask(Target service, List<InetAddress> batch, int halvings)
            throws AltoException, InterruptedException {
        try {
            return post(service, batch);
        } catch (AltoException e) {
            if (e.status() != SERVER_ERROR || halvings == 0 || batch.size() < 2) {
                throw e;
            }
            Map<InetAddress, Double> costs = new HashMap<>();
            int middle = batch.size() / 2;
            boolean any = false;
            for (List<InetAddress> half : List.of(batch.subList(0, middle), batch.subList(middle, batch.size()))) {
                try {
                    costs.putAll(ask(service, half, halvings - 1));
                    any = true;
                } catch (AltoException stillFailing) {
                    e.addSuppressed(stillFailing);
                }
            }
            if (!any) {
                throw e;
            }
            return costs;
        }
    }

    private Map<InetAddress, Double> post(Target service, List<InetAddress> batch)
            throws AltoException, InterruptedException {
        InetAddress self = self(service, batch.get(0));
        HttpResponse<byte[]> answer = send(HttpRequest.newBuilder(service.uri())
                .header("Content-Type", AltoCodec.COST_PARAMETERS)
                .header("Accept", AltoCodec.COSTS + ',' + AltoCodec.ERROR)
                .POST(BodyPublishers.ofByteArray(codec.request(service.type(), batch, self))));
        String type = mediaType(answer);
        boolean costs = type.equals(AltoCodec.COSTS) || (service.guessed() && type.equals(JSON));
        if (answer.statusCode() == OK && costs) {
            return codec.costs(answer.body(), service.type(), self);
        }
        String reason = type.equals(AltoCodec.ERROR) ? codec.error(answer.body()) : "an answer of type " + type;
        throw new AltoException("status " + answer.statusCode() + ", " + reason, answer.statusCode());
    }

    /** Whom to name as the destination: a standard server knows who asks, PyALTO wants to be told. */
    private @Nullable InetAddress self(Target service, InetAddress source) {
        InetAddress given = settings.self();
        if (given != null && given.getClass() == source.getClass()) {
            return given;
        }
        return service.guessed() ? localAddressTowards(service.uri(), source) : null;
    }

    /** The address this machine uses towards the server, or towards {@code source} where the server is of another kind. */
    private static @Nullable InetAddress localAddressTowards(URI server, InetAddress source) {
        try (DatagramSocket socket = new DatagramSocket()) {
            InetAddress host = InetAddress.getByName(server.getHost());
            // Nothing is sent by this.
            socket.connect(new InetSocketAddress(host.getClass() == source.getClass() ? host : source, 9));
            InetAddress local = socket.getLocalAddress();
            return local.isAnyLocalAddress() || local.getClass() != source.getClass() ? null : local;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private HttpResponse<byte[]> get(URI uri) throws AltoException, InterruptedException {
        return send(HttpRequest.newBuilder(uri).header("Accept", AltoCodec.DIRECTORY + ',' + AltoCodec.ERROR));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws AltoException, InterruptedException {
        long left = Math.min(deadline - System.nanoTime(), requestTimeoutNanos);
        if (left <= 0) {
            throw new AltoException("no answer in time");
        }
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.build(), head -> new BoundedBody(MAX_BODY_BYTES));
        try {
            return answer.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AltoException("no answer in time", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            boolean mute = cause instanceof ConnectException && cause.getMessage() == null;
            throw new AltoException(mute ? "cannot connect" : SocketErrors.reason(cause), cause);
        } finally {
            answer.cancel(true);
        }
    }

    private static String mediaType(HttpResponse<?> answer) {
        String type = answer.headers().firstValue("Content-Type").orElse("nothing");
        return type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }
}
