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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.SwarmLink;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;

/** {@code fileutil --live-key}. */
class LiveStreamTest {
    @TempDir
    private Path folder;

    private String out = "";
    private String err = "";

    private int run(String... options) {
        List<String> args = new ArrayList<>(
                List.of("--live-key", folder.resolve("stream.key").toString()));
        args.addAll(List.of(options));
        return runAll(args);
    }

    private int runAll(List<String> args) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int exitCode = FileUtil.run(
                args.toArray(new String[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
        out = output.toString(StandardCharsets.UTF_8);
        err = errors.toString(StandardCharsets.UTF_8);
        return exitCode;
    }

    @Test
    void makesAKeyOnceAndPrintsTheSameLinkEachTime() throws IOException {
        assertThat(run()).isZero();
        assertThat(err).contains("created").contains("stream.key").hasLineCount(1);
        String link = out.strip();
        assertThat(link).matches("ppspp:0d[0-9a-f]{128}");
        String key = Files.readString(folder.resolve("stream.key"));
        assertThat(key).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(run()).isZero();
        assertThat(err).isEmpty();
        assertThat(out.strip()).isEqualTo(link);
        assertThat(folder.resolve("stream.key")).hasContent(key);
    }

    @ParameterizedTest
    @CsvSource({
        "ECDSAP256SHA256, 0d, 130",
        "ecdsap384sha384, 0e, 194",
        "ED25519, 0f, 66",
        "RSASHA256, 08, 522",
        "RSASHA512, 0a, 522"
    })
    void makesKeysForEachAlgorithm(String algorithm, String number, int digits) {
        assertThat(run("--live-algorithm", algorithm, "--hash", "-q")).isZero();
        assertThat(err).isEmpty();
        assertThat(out.strip()).hasSize(digits).startsWith(number);
        assertThat(SwarmLink.parse(out).metadata().live()).isTrue();
    }

    @Test
    void saysInTheLinkWhatIsNotUsual() {
        assertThat(run(
                        "--chunk-size",
                        "940",
                        "--discardwnd",
                        "4096",
                        "--tracker",
                        "tracker.example",
                        "--tracker",
                        "b:7"))
                .isZero();
        assertThat(out.strip()).endsWith("?cs=940&dw=4096&tr=tracker.example:6777&tr=b:7");
        assertThat(run("--sign-all", "--hash", "--link")).isZero();
        assertThat(out.lines()).hasSize(2).last().asString().endsWith("?ip=2");
        assertThat(SwarmLink.parse(out.lines().skip(1).findFirst().orElseThrow())
                        .metadata()
                        .integrityMethod())
                .isEqualTo(IntegrityMethod.SIGN_ALL);
        assertThat(run("--hash-function", "sha-1")).isZero();
        assertThat(SwarmLink.parse(out).metadata().hashFunction()).isEqualTo(HashFunction.SHA1);
        assertThat(run("--chunk-size", "2k")).isZero();
        assertThat(err).contains("fragments").hasLineCount(1);
    }

    @Test
    void reportsInJson() throws IOException {
        assertThat(run("--json", "--discardwnd", "64", "-q")).isZero();
        JsonNode json = new ObjectMapper().readTree(out);
        assertThat(json.get("file").asText()).endsWith("stream.key");
        assertThat(json.get("created").asBoolean()).isTrue();
        assertThat(json.get("algorithm").asText()).isEqualTo("ECDSAP256SHA256");
        assertThat(json.get("signAll").asBoolean()).isFalse();
        assertThat(json.get("hashFunction").asText()).isEqualTo("sha-256");
        assertThat(json.get("chunkSize").asInt()).isEqualTo(1024);
        assertThat(json.get("discardWindow").asInt()).isEqualTo(64);
        assertThat(json.get("link").asText())
                .isEqualTo("ppspp:" + json.get("swarmId").asText() + "?dw=64");
        assertThat(run("--json")).isZero();
        assertThat(new ObjectMapper().readTree(out).get("created").asBoolean()).isFalse();
        assertThat(new ObjectMapper().readTree(out).get("discardWindow").isNull())
                .isTrue();
    }

    @Test
    void saysWhatIsWrongWithTheKeyInOneLine() throws IOException {
        assertThat(run("-q")).isZero();
        assertThat(run("--live-algorithm", "ED25519")).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(err).contains("stream.key").contains("not for ED25519").hasLineCount(1);
        Files.writeString(folder.resolve("stream.key"), "a diary");
        assertThat(run()).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(err).contains("stream.key").contains("no PEM block").hasLineCount(1);
        assertThat(runAll(List.of("--live-key", folder.resolve("no/stream.key").toString())))
                .isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(err).contains("no such file or folder").hasLineCount(1);
        assertThat(runAll(List.of("--live-key", folder.toString()))).isEqualTo(ExitCode.LOCAL_FILE);
        assertThat(err).contains(folder.toString()).hasLineCount(1);
        assertThat(out).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--filename x",
                "--verify 0102",
                "--tree",
                "--create --size 5",
                "--overwrite",
                "--live-algorithm RSASHA1",
                "--live-algorithm DSA",
                "--discardwnd 0",
                "--discardwnd 4294967295",
                "--discardwnd some",
                "--chunk-size 0",
                "--chunk-size 70000",
                "--tracker host:port",
                "--sign-all --hash-function sha-1",
                "--tracker a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q",
            })
    void explainsMisuseAndMakesNoKey(String options) {
        assertThat(run(options.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(err).startsWith("fileutil: ").contains("--help").hasLineCount(2);
        assertThat(out).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--sign-all", "--discardwnd 5", "--tracker a:1", "--live-algorithm ED25519"})
    void wantsAKeyForWhatIsAboutAStream(String option) {
        List<String> args = new ArrayList<>(List.of("--filename", "x", "--hash"));
        args.addAll(List.of(option.split(" ", -1)));
        assertThat(runAll(args)).isEqualTo(ExitCode.USAGE);
        assertThat(err).contains("belong to --live-key");
        assertThat(runAll(List.of("--hash"))).isEqualTo(ExitCode.USAGE);
        assertThat(err).contains("--filename").contains("--live-key");
    }
}
