package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.LiveStatus;
import org.ppspp.Summary;
import org.ppspp.TransferState;
import org.ppspp.engine.SwarmMetadata;

final class ReportsTest {
    private static final Instant TIME = Instant.ofEpochMilli(1_700_000_000_250L);
    private static final SwarmMetadata METADATA = SwarmMetadata.ofRootHash(Snapshots.SWARM, 1024, 4L << 20);

    @TempDir
    Path folder;

    private static JsonNode parsed(String line) throws IOException {
        assertThat(line).doesNotContain("\n").contains("\"time\":1700000000.250");
        return new ObjectMapper().readTree(line);
    }

    private static Summary summary() {
        return new Summary(
                METADATA, Path.of("/srv/film"), true, Duration.ofSeconds(2), 4L << 20, 6L << 20, 1, 2, 3, null);
    }

    @Test
    void everyJsonEventIsOneObjectOnOneLine() throws IOException {
        Plan plan = Plan.of(Arguments.parse(
                Map.of(), "--filename", "/srv/film", "--identifier", "node", Snapshots.SWARM.toString()));
        JsonNode start = parsed(JsonReport.start(TIME, plan, 6778));
        assertThat(start.get("event").asText()).isEqualTo("start");
        assertThat(start.get("port").asInt()).isEqualTo(6778);
        assertThat(start.get("file").asText()).isEqualTo("/srv/film");
        assertThat(start.get("identifier").asText()).isEqualTo("node");
        assertThat(start.get("swarm").asText()).isEqualTo(Snapshots.SWARM.toString());
        JsonNode peer = parsed(JsonReport.peer(TIME, "lost", "udp:10.0.0.1:6778", "silent"));
        assertThat(peer.get("change").asText()).isEqualTo("lost");
        assertThat(peer.get("reason").asText()).isEqualTo("silent");
        JsonNode error = parsed(JsonReport.error(TIME, ExitCode.BIND, "port \"x\"\nin use"));
        assertThat(error.get("exit").asInt()).isEqualTo(8);
        JsonNode summary = parsed(JsonReport.summary(TIME, summary(), ExitCode.OK));
        assertThat(summary.get("exit").asInt()).isZero();
        assertThat(summary.get("bytes_per_second").asLong()).isEqualTo(2 << 20);
        assertThat(parsed(JsonReport.complete(TIME, summary())).get("event").asText())
                .isEqualTo("complete");
    }

    @Test
    void progressSaysWhatIsUnknownWithNull() throws IOException {
        JsonNode progress =
                parsed(JsonReport.progress(TIME, Snapshots.of(TransferState.DOWNLOADING, 2048, -1), Map.of()));
        assertThat(progress.get("state").asText()).isEqualTo("downloading");
        assertThat(progress.get("verified_bytes").asLong()).isEqualTo(2048);
        assertThat(progress.get("bytes").isNull()).isTrue();
        assertThat(progress.get("eta_seconds").isNull()).isTrue();
    }

    @Test
    void theResultsFileHasTheKeysOfTheOriginal() throws IOException {
        ResultsFile.Run run = new ResultsFile.Run(
                Map.of("tracker", "t:6777", "identifier", "node"),
                new BigDecimal("1700000000.250"),
                new BigDecimal("1700000009.250"),
                false,
                new BigDecimal("1700000001.250"),
                null,
                Map.of("frames_consumed", 3L),
                ExitCode.NO_PEERS);
        PeerTotals.Total peer = new PeerTotals.Total(Snapshots.address(7), 10, 20);
        ObjectNode results = ResultsFile.of(run, Snapshots.swarm(2048, 4096, 100, 3, 0, 0), List.of(peer));
        Path file = Files.writeString(folder.resolve("results.dat"), "old");
        ResultsFile.write(file, results);
        JsonNode read = new ObjectMapper().readTree(file.toFile());
        assertThat(read.fieldNames())
                .toIterable()
                .contains(
                        "data_tx",
                        "data_rx",
                        "live",
                        "live_src",
                        "file_ts_start",
                        "file_ts_end",
                        "start_source",
                        "start_time",
                        "close_time",
                        "run_args",
                        "member_stats",
                        "rx_discarded");
        assertThat(read.get("file_ts_end").isNull()).isTrue();
        assertThat(read.get("rx_discarded").asInt()).isEqualTo(3);
        assertThat(read.get("content_consumer").get("frames_consumed").asInt()).isEqualTo(3);
        JsonNode member = read.get("member_stats").get("peer_0");
        assertThat(member.get("total_data_rx").asInt()).isEqualTo(10);
        assertThat(member.get("total_data_tx").asInt()).isEqualTo(20);
        assertThat(member.get("peer_ip").asText()).isEqualTo("10.0.0.7");
        assertThat(member.get("peer_port").asInt()).isEqualTo(6778);
        assertThat(Files.readString(file)).contains("\"start_time\":1700000000.250,");
        assertThat(folder.toFile().list()).containsExactly("results.dat");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void theResultsFileMayBeALinkOrADevice() throws IOException {
        ObjectNode results = new ObjectMapper().createObjectNode().put("a", 1);
        Path file = Files.writeString(folder.resolve("file"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        ResultsFile.write(link, results);
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("{\"a\":1}");
        // through a link, as the device itself would not survive a failure of this test
        Path device = Files.createSymbolicLink(folder.resolve("device"), Path.of("/dev/null"));
        assertThat(ResultsFile.canWrite(device)).isTrue();
        ResultsFile.write(device, results);
        assertThat(device).isSymbolicLink();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file", "link", "device");
    }

    @Test
    void theResultsFileNeedsAFolderThatCanBeWrittenTo() throws IOException {
        assertThat(ResultsFile.canWrite(folder.resolve("new"))).isTrue();
        assertThat(ResultsFile.canWrite(folder)).isFalse();
        assertThat(ResultsFile.canWrite(folder.resolve("missing").resolve("new")))
                .isFalse();
        Path locked = Files.createDirectory(folder.resolve("locked"));
        Path file = Files.createFile(locked.resolve("file"));
        assumeThat(locked.toFile().setWritable(false) && !Files.isWritable(locked))
                .as("not everyone can lock himself out")
                .isTrue();
        assertThat(ResultsFile.canWrite(file)).isFalse();
    }

    @Test
    void theSummarySaysHowItWent() {
        assertThat(SummaryText.of(summary()).lines())
                .containsExactly(
                        "complete: /srv/film, 4.0 MiB",
                        "  downloaded 4.0 MiB in 2.0s, 2.0 MiB/s from 3 peers",
                        "  uploaded 6.0 MiB, ratio 1.50, refused chunks 1",
                        "  swarm " + Snapshots.SWARM);
    }

    private static Summary ofStream(long downloaded, long uploaded, LiveStatus live) {
        return new Summary(
                SwarmMetadata.ofRootHash(Snapshots.SWARM, 1024, null),
                null,
                false,
                Duration.ofSeconds(60),
                downloaded,
                uploaded,
                0,
                0,
                3,
                live);
    }

    @Test
    void theSummaryOfAStreamSaysWhatWasLostAndASourceHasNoRatio() throws IOException {
        LiveStatus watched = new LiveStatus(true, false, true, 4, 1, 70_000, 5);
        Summary viewer = ofStream(4L << 20, 6L << 20, watched);
        assertThat(SummaryText.of(viewer).lines().toList())
                .startsWith("live stream, 1m00s, lost chunks 5")
                .contains("  uploaded 6.0 MiB, ratio 1.50, refused chunks 0");
        assertThat(parsed(JsonReport.summary(TIME, viewer, ExitCode.OK))
                        .get("lost_chunks")
                        .asInt())
                .isEqualTo(5);
        Summary source = ofStream(0, 6L << 20, new LiveStatus(true, true, true, 4, 1, 70_000, 0));
        assertThat(SummaryText.of(source).lines().toList())
                .startsWith("live stream, 1m00s")
                .contains("  uploaded 6.0 MiB, refused chunks 0");
    }

    @Test
    void theStatisticsLineIsThatOfTheOriginal() {
        assertThat(StatsLine.of(
                        Snapshots.of(TransferState.DOWNLOADING, Snapshots.swarm(2048, 10_240, 0, 0, 1, 1), 4096, 512)))
                .isEqualTo("# Have/Missing 2/8; Down ch/s: 4; Speed up/down: 512/4096 Bps; Members Known/Valid: 3/2");
    }
}
