package org.ppspp.fileutil;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileUtilTest {
    private static final String ROOT = "d094024bfed046a9be25a762870ce67089f31f81";

    @TempDir
    private Path folder;

    private Path file;
    private String out = "";
    private String err = "";

    @BeforeEach
    void makeTheFile() throws IOException {
        byte[] bytes = new byte[7468];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((i * 31 + 7) % 251);
        }
        file = Files.write(folder.resolve("small.bin"), bytes);
    }

    @Test
    void printsTheRootHashAndNothingElse() {
        assertThat(run(file, "--hash")).isZero();
        assertThat(out).isEqualTo(line(ROOT));
        assertThat(err).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha-256", "SHA-256", "sha256"})
    void hashesWithOtherFunctions(String name) {
        assertThat(run(file, "--hash", "--hash-function", name)).isZero();
        assertThat(out.strip()).hasSize(64);
    }

    @Test
    void printsTheLink() {
        assertThat(run(file, "--link")).isZero();
        assertThat(out).isEqualTo(line("ppspp:" + ROOT + "?l=7468&n=small.bin"));
        assertThat(run(file, "--hash", "--link", "--chunk-size", "2k")).isZero();
        assertThat(out.lines()).hasSize(2).last().asString().contains("?cs=2048&l=7468");
    }

    @Test
    @DisplayName("R-8.1-4, R28: chunks smaller than 512 bytes and larger than 1,024 come with a warning")
    void warnsOfChunkSizesThatSuitNoPath() {
        for (String size : new String[] {"511", "1025"}) {
            assertThat(run(file, "--hash", "--chunk-size", size)).isZero();
            assertThat(err).as(size).hasLineCount(1).contains("fileutil: chunks ");
            assertThat(run(file, "--hash", "--quiet", "--chunk-size", size)).isZero();
            assertThat(err).as(size).isEmpty();
        }
        for (String size : new String[] {"512", "1024"}) {
            assertThat(run(file, "--hash", "--chunk-size", size)).isZero();
            assertThat(err).as(size).isEmpty();
        }
    }

    @Test
    void leavesANameOutOfTheLinkThatIsNoneElsewhere() throws IOException {
        Path odd = Files.copy(file, folder.resolve("what?:.bin"));
        assertThat(run(odd, "--link")).isZero();
        assertThat(out).isEqualTo(line("ppspp:" + ROOT + "?l=7468"));
    }

    @Test
    void verifiesAgainstAnIdOrALink() {
        assertThat(run(file, "--verify", ROOT)).isZero();
        assertThat(run(file, "--verify", "ppspp:" + ROOT + "?l=7468")).isZero();
        assertThat(err).isEmpty();
        assertThat(run(file, "--verify", ROOT, "--chunk-size", "512")).isEqualTo(ExitCode.MISMATCH);
        assertThat(err).contains("does not match").contains(ROOT).hasLineCount(1);
        assertThat(run(file, "--verify", "ppspp:" + ROOT + "?l=7469")).isEqualTo(ExitCode.MISMATCH);
        assertThat(err).contains("7468 bytes, expected 7469").hasLineCount(1);
        assertThat(out).isEmpty();
    }

    @Test
    void writesTheHashFile() {
        assertThat(run(file, "--tree")).isZero();
        assertThat(folder.resolve("small.bin.hashes")).exists();
        assertThat(out).isEmpty();
    }

    @Test
    @DisplayName("PyPPSPP: a video of ten frames a second, the same bytes every time")
    void createsVideos() throws IOException {
        Path video = folder.resolve("video.dat");
        assertThat(run(video, "--create-vod", "2", "--hash", "--json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out);
        assertThat(json.get("frames").asInt()).isEqualTo(20);
        assertThat(json.get("size").asLong()).isEqualTo(Files.size(video));
        assertThat(json.get("chunks").asLong() * 1_024).isEqualTo(Files.size(video));
        byte[] bytes = Files.readAllBytes(video);
        assertThat(bytes).startsWith(0, 0, 0).contains(1, 1_024).containsSequence((byte) 0x80, (byte) 4);
        assertThat(run(video, "--create-vod", "2")).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(run(video, "--create-vod", "2", "--overwrite", "--pickle-protocol", "3", "--hash"))
                .isZero();
        assertThat(err).contains("20 frames in ");
        assertThat(out.strip()).isNotEqualTo(json.get("swarmId").asText());
        assertThat(run(video, "--create-vod", "2", "--overwrite", "--pickle-protocol", "4", "--hash"))
                .isZero();
        assertThat(out.strip()).isEqualTo(json.get("swarmId").asText());
        assertThat(Files.readAllBytes(video)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--create-vod 0",
                "--create-vod 86401",
                "--create-vod 2 --create --size 5",
                "--create-vod 2 --size 5",
                "--create-vod 2 --pickle-protocol 5",
                "--hash --pickle-protocol 3",
                "--hash --overwrite"
            })
    void refusesVideosThatCannotBe(String options) {
        assertThat(run(folder.resolve("video.dat"), options.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(folder.resolve("video.dat")).doesNotExist();
    }

    @Test
    void reportsInJson() throws IOException {
        assertThat(run(file, "--hash", "--tree", "--verify", ROOT, "--json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out);
        assertThat(json.get("file").asText()).isEqualTo(file.toString());
        assertThat(json.get("size").asLong()).isEqualTo(7468);
        assertThat(json.get("swarmId").asText()).isEqualTo(ROOT);
        assertThat(json.get("hashFunction").asText()).isEqualTo("sha-1");
        assertThat(json.get("chunkSize").asInt()).isEqualTo(1024);
        assertThat(json.get("link").asText()).isEqualTo("ppspp:" + ROOT + "?l=7468&n=small.bin");
        assertThat(json.get("hashFile").asText()).isEqualTo(file + ".hashes");
        assertThat(json.get("matches").asBoolean()).isTrue();
        assertThat(run(file, "--verify", "ppspp:" + ROOT + "?l=1", "--json")).isEqualTo(ExitCode.MISMATCH);
        assertThat(new ObjectMapper().readTree(out).get("matches").asBoolean()).isFalse();
    }

    @Test
    void makesTheSameFileFromTheSameSeed() throws IOException {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        assertThat(run(one, "--create", "--size", "3000001", "--seed", "7", "--hash"))
                .isZero();
        String root = out;
        assertThat(err).contains("created").contains("2.9 MiB");
        assertThat(run(two, "--create", "--size", "3000001", "--seed=7", "-q")).isZero();
        assertThat(err + out).isEmpty();
        assertThat(one).hasSize(3000001).hasSameBinaryContentAs(two);
        assertThat(run(two, "--hash")).isZero();
        assertThat(out).isEqualTo(root);
        assertThat(run(folder.resolve("three"), "--create", "--size", "3000001", "--seed", "8", "--hash"))
                .isZero();
        assertThat(out).isNotEqualTo(root);
    }

    @Test
    void namesTheSeedItChose() {
        Path one = folder.resolve("one");
        assertThat(run(one, "--create", "--size", "100")).isZero();
        String seed = err.substring(err.indexOf("--seed") + 7).strip();
        Path two = folder.resolve("two");
        assertThat(run(two, "--create", "--size", "100", "--seed", seed)).isZero();
        assertThat(one).hasSameBinaryContentAs(two);
    }

    @Test
    void replacesAFileOnlyWhenTold() throws IOException {
        byte[] before = Files.readAllBytes(file);
        assertThat(run(file, "--create", "--size", "5")).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(err).contains("exists").contains("--overwrite").hasLineCount(1);
        assertThat(file).hasBinaryContent(before);
        assertThat(run(file, "--create", "--size", "5", "--overwrite")).isZero();
        assertThat(file).hasSize(5);
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp-*");
    }

    @Test
    void leavesNothingBehindWithoutSpace() {
        Path huge = folder.resolve("huge");
        assertThat(run(huge, "--create", "--size", "4096T")).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(err).contains("no space").contains("4.0 PiB").hasLineCount(1);
        assertThat(huge).doesNotExist();
    }

    @Test
    void saysWhatIsWrongWithAFileInOneLine() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        for (Path wrong : List.of(folder, empty, folder.resolve("missing"))) {
            for (String option : List.of("--hash", "--link", "--tree")) {
                assertThat(run(wrong, option)).as("%s %s", wrong, option).isEqualTo(ExitCode.LOCAL_FILE);
                assertThat(err).contains(wrong.toString()).hasLineCount(1);
                assertThat(out).isEmpty();
            }
        }
        assertThat(run(folder, "--create", "--size", "5")).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(run(folder.resolve("no/folder"), "--create", "--size", "5")).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(err).contains("create it first").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--hash --wrong",
                "--create",
                "--size 5",
                "--seed 5 --hash",
                "--overwrite --hash",
                "--create --size 0 --hash",
                "--create --size 5x",
                "--create --size -5",
                "--create --size 99999999999T",
                "--hash --hash-function md5",
                "--hash --chunk-size 0",
                "--hash --chunk-size 70000",
                "--hash --chunk-size 40",
                "--hash --threads 0",
                "--hash --progress often",
                "--verify xyz",
                "--verify 0102",
                "--verify " + ROOT + " --hash-function sha-256",
                "--verify " + ROOT + " --chunk-size 40",
                "--verify " + ROOT + "000000000000000000000000 --chunk-size 64",
                "--verify ppspp:" + ROOT + "?l=7468 --chunk-size 2k",
                "--hash surplus"
            })
    void explainsMisuse(String options) {
        List<String> args = new ArrayList<>(List.of("--filename", file.toString()));
        args.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ", -1)));
        assertThat(runAll(args)).isEqualTo(ExitCode.USAGE);
        assertThat(err).startsWith("fileutil: ").contains("--help").hasLineCount(2);
        assertThat(out).isEmpty();
    }

    @Test
    void takesTheChunkSizeThatSuitsWhatIsVerified() {
        String longer = ROOT + "000000000000000000000000";
        assertThat(run(file, "--verify", longer, "--chunk-size", "40")).isEqualTo(ExitCode.MISMATCH);
        assertThat(run(file, "--verify", "ppspp:" + ROOT + "?l=7468", "--chunk-size", "1k"))
                .isZero();
    }

    @Test
    void takesTheLastOfAnOptionGivenTwice() {
        assertThat(run(file, "--hash", "--progress", "LINE", "--progress", "none"))
                .isZero();
        assertThat(run(file, "--hash", "--chunk-size", "2k", "--chunk-size", "1k"))
                .isZero();
        assertThat(out).isEqualTo(line(ROOT));
    }

    @Test
    void needsAFileName() {
        assertThat(runAll(List.of("--hash"))).isEqualTo(ExitCode.USAGE);
        assertThat(err).contains("--filename");
        assertThat(runAll(List.of("--hash", "--filename", ""))).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void makesAnEmptyFile() {
        Path empty = folder.resolve("nothing");
        assertThat(run(empty, "--create", "--size", "0")).isZero();
        assertThat(empty).isEmptyFile();
    }

    @Test
    void helps() {
        assertThat(runAll(List.of("--help"))).isZero();
        assertThat(out).contains("Examples:", "--hash-function", "sha-512", "Exit codes:");
        assertThat(out.lines()).allMatch(line -> line.length() <= 120);
        assertThat(runAll(List.of("--version"))).isZero();
        assertThat(out).startsWith("fileutil ");
    }

    private int run(Path path, String... options) {
        List<String> args = new ArrayList<>(List.of("--filename", path.toString()));
        args.addAll(List.of(options));
        return runAll(args);
    }

    private int runAll(List<String> args) {
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        int exitCode = FileUtil.run(
                args.toArray(new String[0]),
                new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return exitCode;
    }

    private static String line(String text) {
        return text + System.lineSeparator();
    }
}
