package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Content is watched over HTTP while it arrives. */
@Timeout(240)
final class WatchingTest {
    @TempDir
    Path folder;

    private final Programs programs = new Programs();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private HttpResponse<byte[]> get(String address, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private JsonNode status(JsonNode gateway) throws IOException, InterruptedException {
        byte[] json = get(gateway.get("page").asText() + "status.json").body();
        return new ObjectMapper().readTree(json).get("contents").get(0);
    }

    @Test
    void aDownloadIsServedWhileItArrives() throws IOException, InterruptedException {
        int size = (6 << 20) + 77;
        Path file = Programs.content(folder.resolve("film.mp4"), size);
        byte[] content = Files.readAllBytes(file);
        String swarm = Programs.swarmOf(file);
        Running seeder = programs.client(file, swarm, "--max-upload", "1500k");
        Running viewer = programs.client(
                folder.resolve("copy.mp4"), swarm, "--peer", "127.0.0.1:" + seeder.port(), "--http", "0");
        JsonNode gateway = viewer.awaitEvent(event -> Running.is(event, "gateway"));
        String address = gateway.get("content").asText();

        HttpResponse<byte[]> tail = get(address, "Range", "bytes=-1000");
        assertThat(tail.statusCode()).isEqualTo(206);
        assertThat(tail.body()).isEqualTo(Arrays.copyOfRange(content, size - 1000, size));
        assertThat(folder.resolve("copy.mp4")).as("still on its way").doesNotExist();

        JsonNode status = status(gateway);
        assertThat(status.get("swarm").asText()).isEqualTo(swarm);
        assertThat(status.get("length").asLong()).isEqualTo(size);
        assertThat(status.get("cells").binaryValue()).hasSize(2000);

        HttpResponse<byte[]> all = get(address);
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.headers().firstValue("Content-Type")).contains("video/mp4");
        assertThat(all.body()).isEqualTo(content);
        assertThat(viewer.err()).contains("watch at " + gateway.get("page").asText(), "players take " + address);
        viewer.awaitEvent(event -> Running.is(event, "complete"));
        JsonNode peers = status(gateway).get("peers");
        assertThat(peers).hasSize(1);
        assertThat(peers.get(0).get("dialect").asText()).isEqualTo("rfc7574");
        assertThat(get(address, "Range", "bytes=5000000-5000009").body())
                .as("after the file got its name")
                .isEqualTo(Arrays.copyOfRange(content, 5_000_000, 5_000_010));
        assertThat(viewer.terminate()).isZero();
    }

    @Test
    void theAddressStaysTheSameWithATokenFile() throws IOException, InterruptedException {
        Path file = Programs.content(folder.resolve("film"), 5000);
        String swarm = Programs.swarmOf(file);
        Path token = folder.resolve("token");
        String[] paths = new String[2];
        for (int i = 0; i < 2; i++) {
            Running client = programs.client(file, swarm, "--http", "0", "--http-token-file", token.toString());
            paths[i] = URI.create(client.awaitEvent(event -> Running.is(event, "gateway"))
                            .get("page")
                            .asText())
                    .getPath();
            client.awaitEvent(event -> Running.is(event, "complete"));
            assertThat(client.terminate()).isZero();
        }
        assertThat(paths[0])
                .isEqualTo(paths[1])
                .isEqualTo('/' + Files.readString(token).strip() + '/');
        assertThat(Files.getPosixFilePermissions(token)).hasSize(2);
    }

    @Test
    void aPortThatIsTakenIsSaid() throws IOException {
        Path file = Programs.content(folder.resolve("film"), 5000);
        String swarm = Programs.swarmOf(file);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Running client = programs.client(file, swarm, "--http", Integer.toString(taken.getLocalPort()));
            assertThat(client.exit()).isEqualTo(8);
            assertThat(client.err()).contains("choose another port with --http");
        }
    }
}
