package org.ppspp.media.input;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** {@code http://HOST:PORT/PATH}: a stream that a server sends for as long as we read. */
final class HttpPullFeed implements Feed {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;

    private final HttpRequest request;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(TIMEOUT)
            .build();

    HttpPullFeed(URI uri) {
        request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
    }

    @Override
    public Delivery next(Lifetime lifetime) throws IOException, InterruptedException {
        try {
            HttpResponse<StreamBody> answer = http.send(request, head -> new StreamBody());
            if (answer.statusCode() != OK) {
                answer.body().close();
                throw new IOException("the server answers " + answer.statusCode());
            }
            return answer.body();
        } catch (ConnectException e) {
            throw new IOException("cannot connect", e);
        }
    }
}
