package org.ppspp.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.ContentHasher;
import org.ppspp.Endpoint;
import org.ppspp.Peer;
import org.ppspp.PeerConfig;
import org.ppspp.Summary;
import org.ppspp.SwarmLink;
import org.ppspp.Transfer;
import org.ppspp.TransferRequest;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;

/** Runs the example of {@code docs/embedding.md}, and sees to it that the page shows what is run. */
final class EmbeddingExampleTest {
    private static final Path PAGE = Path.of("..", "docs", "embedding.md");
    private static final Path SOURCE = Path.of("src/test/java/org/ppspp/example/EmbeddingExampleTest.java");

    @TempDir
    Path folder;

    @Test
    @Timeout(60)
    void theExampleWorks() throws Exception {
        byte[] content = new byte[3_000_000];
        new SplittableRandom(1).nextBytes(content);
        Path film = Files.write(folder.resolve("film.mp4"), content);
        Path copy = folder.resolve("copy.mp4");

        // example begins
        // The publisher: the metadata names the content, and fits in a link.
        SwarmMetadata metadata = ContentHasher.of(HashFunction.SHA256, 1024).hash(film);
        String link = SwarmLink.of(metadata).toString();

        try (Peer seeder = Peer.start(PeerConfig.defaults());
                Peer leecher = Peer.start(PeerConfig.defaults())) {
            // The file is there and matches: it is shared.
            seeder.share(TransferRequest.of(metadata, film));

            // The file is not there: it is downloaded. A tracker would be named the same way, withTrackers().
            TransferRequest request = TransferRequest.of(SwarmLink.parse(link).metadata(), copy)
                    .withPeers(List.of(new Endpoint("127.0.0.1", seeder.port())))
                    .withEvents(event -> System.getLogger("example").log(System.Logger.Level.DEBUG, event));
            Transfer transfer = leecher.share(request);

            // Complete, verified and published under its name.
            Summary summary = transfer.done().get(1, TimeUnit.MINUTES);
            assert summary.file().equals(copy);
        }
        // example ends

        assertThat(copy).hasBinaryContent(content);
    }

    @Test
    void thePageShowsTheExample() throws Exception {
        String source = Files.readString(SOURCE);
        String example = source.substring(
                source.indexOf("// example begins\n") + "// example begins\n".length(),
                source.indexOf("// example ends\n"));
        String page = Files.readString(PAGE);
        int start = page.indexOf("```java\n") + "```java\n".length();
        assertThat(page.substring(start, page.indexOf("```", start)))
                .isEqualTo(imports(source, example) + "\n" + unindented(example));
    }

    /** What a class must import to hold the example. */
    private static String imports(String source, String example) {
        return source.lines()
                .filter(line -> line.startsWith("import ") && !line.startsWith("import static "))
                .filter(line -> uses(example, line.substring(line.lastIndexOf('.') + 1, line.length() - 1)))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private static boolean uses(String code, String type) {
        return Pattern.compile("\\b" + type + "\\b").matcher(code).find();
    }

    private static String unindented(String code) {
        return code.lines()
                        .map(line -> line.startsWith("        ") ? line.substring(8) : line)
                        .collect(Collectors.joining("\n"))
                        .stripTrailing()
                + "\n";
    }
}
