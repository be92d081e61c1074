package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ppspp.AltoConfig;
import org.ppspp.Endpoint;
import org.ppspp.ExchangePolicy;
import org.ppspp.FrameViewer;
import org.ppspp.LiveKeys;
import org.ppspp.LiveRequest;
import org.ppspp.LiveSource;
import org.ppspp.PlayPolicy;
import org.ppspp.SwarmLink;
import org.ppspp.TransferRequest;
import org.ppspp.TransportPolicy;
import org.ppspp.engine.EngineConfig;
import org.ppspp.gateway.AccessToken;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.storage.ExistingFile;
import org.ppspp.storage.LocalContentException;
import picocli.CommandLine.ParameterException;

final class PlanTest {
    private static final String ID = "5600021e740f772f1323ee84a22c222dea6e15ba";

    @TempDir
    Path folder;

    private static Plan plan(String... args) {
        try {
            return Plan.of(Arguments.parse(Map.of(), args));
        } catch (LocalContentException e) {
            throw new AssertionError(e);
        }
    }

    private static TransferRequest file(Plan plan) {
        return (TransferRequest) plan.request();
    }

    private static LiveRequest live(Plan plan) {
        return (LiveRequest) plan.request();
    }

    @Test
    void listensOnTheUsualPortUnlessAnotherWillDo() {
        Plan usual = plan(ID, "--filename", "film");
        assertThat(usual.peer().listen()).isEqualTo(new InetSocketAddress(6778));
        assertThat(usual.portIsFree()).isTrue();
        Plan asked = plan(ID, "--filename", "film", "--listen", "127.0.0.1:7000");
        assertThat(asked.peer().listen()).isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 7000));
        assertThat(asked.portIsFree()).isFalse();
        Plan addressOnly = plan(ID, "--filename", "film", "--listen", "127.0.0.1");
        assertThat(addressOnly.peer().listen())
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 6778));
        assertThat(addressOnly.portIsFree()).isTrue();
    }

    @Test
    void passesLimitsOn() {
        Plan plan = plan(ID, "--filename", "f", "--numpeers", "7", "--max-upload", "1M", "--max-download", "2M");
        EngineConfig engine = plan.peer().engine();
        assertThat(engine.maxPeersPerSwarm()).isEqualTo(7);
        assertThat(engine.maxUploadBytesPerSecond()).isEqualTo(1 << 20);
        assertThat(engine.maxDownloadBytesPerSecond()).isEqualTo(2 << 20);
    }

    @Test
    void putsContentThatIsOnlyPlayedIntoAFolderOfItsOwn() {
        Plan plan = plan(ID, "--output", "-");
        assertThat(plan.playing()).isEqualTo(new Plan.Playing(true, null, new Playout.Manner(0, 0), null));
        assertThat(plan.scratch()).isTrue();
        assertThat(plan.limits().exitWhenComplete()).isTrue();
        assertThat(file(plan.in(folder)).target()).isEqualTo(folder.resolve("content"));
        assertThat(plan(ID, "--filename", "-")).isEqualTo(plan(ID, "--filename", "-", "--output", "-"));
        assertThat(plan(ID, "--filename", "film", "--output", "-").scratch()).isFalse();
        assertThat(plan(ID, "--filename", "film", "--output", "-").playing()).isEqualTo(plan.playing());
        assertThat(plan(ID, "--http", "0").scratch()).isTrue();
        assertThat(plan(ID + "?n=film", "--http", "0").scratch()).isFalse();
        assertThat(plan(ID, "--filename", "film", "--http", "0", "--vod").playing())
                .isNull();
        assertThat(file(plan(ID, "--output", "film")).target().getFileName()).isEqualTo(Path.of("film"));
        assertThat(plan(ID, "--output", "film").playing()).isNull();
    }

    @Test
    void playsAsOptionsSay() {
        Plan plan = plan(ID, "--filename", "film", "--vod", "--buffsz", "7", "--dlfwd", "5", "--skip=3");
        assertThat(plan.playing())
                .isEqualTo(new Plan.Playing(
                        false, null, new Playout.Manner(5 * 1024, 3 * 1024), new FrameViewer.Manner(7, false)));
        assertThat(file(plan).play()).isEqualTo(new PlayPolicy(7, 5, true));
        assertThat(file(plan(ID, "--filename", "film")).play()).isEqualTo(PlayPolicy.DEFAULT);
    }

    @Test
    void startsRelativePathsFromTheWorkFolder() {
        Plan plan = plan(
                ID,
                "--filename",
                "film",
                "--workdir",
                folder.toString(),
                "--log-file",
                "log",
                "--results-file",
                "/else/where");
        assertThat(file(plan).target()).isEqualTo(folder.resolve("film"));
        assertThat(plan.logFile()).isEqualTo(folder.resolve("log"));
        assertThat(plan.resultsFile()).isEqualTo(Path.of("/else/where"));
        assertThatThrownBy(() -> plan(
                        ID,
                        "--filename",
                        "f",
                        "--workdir",
                        folder.resolve("none").toString()))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("--workdir");
    }

    @Test
    void takesNameTrackersSizeAndChunkSizeFromTheLink() {
        Plan plan = plan("ppspp:" + ID + "?cs=8192&l=5000&n=film.mp4&tr=a.example:7&tr=b.example");
        assertThat(file(plan).target().getFileName()).hasToString("film.mp4");
        assertThat(plan.request().trackers())
                .containsExactly(new Endpoint("a.example", 7), new Endpoint("b.example", 6777));
        assertThat(plan.request().metadata().chunkSizeBytes()).isEqualTo(8192);
        assertThat(plan.request().metadata().contentLengthBytes()).isEqualTo(5000);
        assertThat(plan.limits().trackersAlone()).isTrue();
    }

    @Test
    void prefersWhatIsTypedToTheLinksNameAndTrackers() {
        Plan plan =
                plan("ppspp:" + ID + "?n=film.mp4&tr=a.example", "--filename", "own", "--tracker", "t", "--peer", "p");
        assertThat(file(plan).target().getFileName()).hasToString("own");
        assertThat(plan.request().trackers()).containsExactly(new Endpoint("t", 6777));
        assertThat(plan.limits().trackersAlone()).isFalse();
    }

    @Test
    void takesTheHashFunctionFromTheLengthOfTheSwarmId() {
        assertThat(plan(ID, "--filename", "f").request().metadata().hashFunction())
                .isEqualTo(HashFunction.SHA1);
        assertThat(plan(ID + "00".repeat(12), "--filename", "f")
                        .request()
                        .metadata()
                        .hashFunction())
                .isEqualTo(HashFunction.SHA256);
    }

    @Test
    void saysWhatIsWrongWithASwarmId() {
        assertThatThrownBy(() -> plan(ID.substring(1), "--filename", "f"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("even number");
        assertThatThrownBy(() -> plan(ID.substring(2), "--filename", "f"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("38 digits")
                .hasMessageContaining("40 (SHA-1)");
        assertThatThrownBy(() -> plan("kittens", "--filename", "f")).isInstanceOf(ParameterException.class);
    }

    @Test
    void refusesOptionsThatContradictTheLink() {
        String link = "ppspp:" + ID + "?cs=8192&l=5000";
        assertThatThrownBy(() -> plan(link, "--filename", "f", "--filesize", "5001"))
                .hasMessageContaining("--filesize");
        assertThatThrownBy(() -> plan(link, "--filename", "f", "--chunk-size", "1k"))
                .hasMessageContaining("--chunk-size");
        assertThat(plan(link, "--filename", "f", "--filesize", "5000", "--chunk-size", "8k")
                        .request()
                        .metadata())
                .isEqualTo(plan(link, "--filename", "f").request().metadata());
        assertThatThrownBy(() -> plan(ID, "--filename", "f", "--chunk-size", "100M"))
                .hasMessageContaining("chunk size");
        assertThatThrownBy(() -> plan(ID)).hasMessageContaining("--filename");
    }

    @Test
    void knowsWhatToDoWithAnExistingFile() {
        assertThat(file(plan(ID, "--filename", "f")).existing()).isEqualTo(ExistingFile.MOVE_ASIDE);
        assertThat(file(plan(ID, "--filename", "f", "--overwrite")).existing()).isEqualTo(ExistingFile.OVERWRITE);
        assertThat(file(plan(ID, "--filename", "f", "--no-clobber")).existing()).isEqualTo(ExistingFile.KEEP);
    }

    @Test
    void ranksPeersWhereAskedTo() {
        AltoConfig alto = plan(
                        ID, "--filename", "f", "--alto", "true", "--altoserver", "::1", "--altocosttype", "bw-residual")
                .request()
                .alto();
        assertThat(alto).isEqualTo(new AltoConfig(URI.create("http://[::1]:5000/alto"), "bw-residual", true, null));
        assertThat(plan(ID, "--filename", "f").request().alto()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "--alto, --altoserver",
        "--alto --altocosttype=a, --altoserver",
        "--alto --altoserver=10.0.0.1, --altocosttype",
        "--alto --altoserver=ftp://a --altocosttype=a, http://",
        "--alto --altoserver=http:// --altocosttype=a, http://",
        "--alto --altoserver=10.0.0.1:x --altocosttype=a, port",
        "--alto --altoserver=10.0.0.1 --altocosttype=a/b, cost type"
    })
    void saysWhatIsWrongWithAnAltoServer(String options, String said) {
        List<String> arguments = new ArrayList<>(List.of(ID, "--filename", "f"));
        Collections.addAll(arguments, options.split(" "));
        assertThatThrownBy(() -> plan(arguments.toArray(String[]::new)))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(said)
                .hasMessageNotContaining("\n");
    }

    @Test
    void exchangesPeersOnlyWhenToldTo() throws IOException {
        assertThat(plan(ID, "--filename", "f").request().exchange()).isSameAs(ExchangePolicy.OFF);
        assertThat(plan(ID, "--filename", "f", "--pex", "off").request().exchange())
                .isSameAs(ExchangePolicy.OFF);
        assertThat(plan(ID, "--filename", "f", "--pex", "on").request().exchange())
                .isSameAs(ExchangePolicy.ADDRESSES);

        KeyPair keys = issuer();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        Files.writeString(folder.resolve("issuer.pub"), pem);
        String[] certified = {ID, "--filename", "f", "--workdir", folder.toString(), "--pex", "certified"};
        assertThat(plan(and(certified, "--pex-issuer", "issuer.pub")).request().exchange())
                .isNotSameAs(ExchangePolicy.ADDRESSES)
                .isNotSameAs(ExchangePolicy.OFF);

        assertThatThrownBy(() -> plan(certified)).hasMessageContaining("--pex-issuer");
        assertThatThrownBy(() -> plan(and(certified, "--pex-issuer", "none"))).hasMessageContaining("none");
        assertThatThrownBy(() -> plan(and(certified, "--pex-issuer", "issuer.pub", "--pex-certificate", "issuer.pub")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("CERTIFICATE");
        assertThatThrownBy(() -> plan(ID, "--filename", "f", "--pex-issuer", "issuer.pub"))
                .hasMessageContaining("--pex certified");
    }

    private static KeyPair issuer() {
        try {
            return KeyPairGenerator.getInstance("EC").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String[] and(String[] some, String... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void contentIsServedToThisMachineWithATokenUnlessSaidOtherwise() throws IOException {
        assertThat(plan(ID, "--filename", "f").watching()).isNull();
        Watching.Plan usual = watching("--http", "8080");
        assertThat(usual.gateway().address()).isNull();
        assertThat(usual.gateway().port()).isEqualTo(8080);
        assertThat(usual.gateway().token()).isNotNull();
        assertThat(usual.hls()).isFalse();
        assertThat(usual.player()).isNull();
        assertThat(watching("--http", "8080", "--http-open").gateway().token()).isNull();
        Watching.Plan everywhere = watching("--http", "0.0.0.0:0", "--hls");
        assertThat(everywhere.gateway().address()).isEqualTo(InetAddress.getByName("0.0.0.0"));
        assertThat(everywhere.hls()).isTrue();
        Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef\n");
        assertThat(watching("--http", "0", "--http-token-file", token.toString())
                        .gateway()
                        .token())
                .isEqualTo(new AccessToken("0123456789abcdef"));
    }

    private static Watching.Plan watching(String... more) {
        List<String> all = new ArrayList<>(List.of(ID, "--filename", "f"));
        all.addAll(List.of(more));
        return Objects.requireNonNull(plan(all.toArray(String[]::new)).watching());
    }

    @Test
    void saysWhatIsWrongWithHowToWatch() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad"), "short");
        assertThatThrownBy(() -> watching("--http", "127.0.0.1")).hasMessageContaining("needs a port");
        assertThatThrownBy(() -> watching("--http", "0.0.0.0:80", "--http-open"))
                .hasMessageContaining("needs a token");
        assertThatThrownBy(() -> watching("--http", "0", "--http-token-file", bad.toString()))
                .hasMessageContaining("16 to 128");
        assertThatThrownBy(() -> watching("--http", "0", "--http-open", "--http-token-file", "x"))
                .hasMessageContaining("exclude each other");
        assertThatThrownBy(() -> plan(ID, "--filename", "f", "--hls")).hasMessageContaining("--http or --play");
    }

    private Plan source(String... more) {
        List<String> args = new ArrayList<>(
                List.of("--live", "--livesrc", "--input", "-", "--workdir", folder.toString(), "--key", "stream.key"));
        args.addAll(List.of(more));
        return plan(args.toArray(String[]::new));
    }

    @Test
    void makesTheKeyOfAStreamAndTheLinkForItsViewers() throws LocalContentException {
        Plan plan = source("--tracker", "t.example");
        String id = LiveKeys.read(folder.resolve("stream.key"), null)
                .publicKey()
                .swarmId()
                .toString();
        assertThat(plan.link()).isEqualTo("ppspp:" + id + "?cs=940&dw=32768&tr=t.example:6777");
        LiveSource source = Objects.requireNonNull(live(plan).source());
        assertThat(source.positionFile()).isEqualTo(folder.resolve("stream.key.position"));
        assertThat(plan.limits().seedTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(source("--tracker", "t.example").link()).isEqualTo(plan.link());

        Plan viewer = plan("--live", String.valueOf(plan.link()), "--live-delay", "2s", "--output", "-");
        assertThat(live(viewer).metadata()).isEqualTo(live(plan).metadata());
        assertThat(live(viewer).source()).isNull();
        assertThat(live(viewer).delay()).isEqualTo(Duration.ofSeconds(2));
        assertThat(viewer.toStandardOutput()).isTrue();
        assertThat(viewer.playing()).isEqualTo(new Plan.Playing(true, null, new Playout.Manner(0, 0), null));
        assertThat(viewer.link()).isNull();
        assertThat(plan(String.valueOf(plan.link())).live())
                .as("the link says what it is of")
                .isTrue();
    }

    @Test
    void describesAStreamAsOptionsSay() {
        Plan plan = source("--sign-all", "--discardwnd", "5000", "--chunk-size", "1316", "--seed-time", "3s");
        assertThat(plan.request().metadata().integrityMethod()).isEqualTo(IntegrityMethod.SIGN_ALL);
        assertThat(plan.request().metadata().discardWindowChunks()).isEqualTo(5000);
        assertThat(plan.request().metadata().chunkSizeBytes()).isEqualTo(1316);
        assertThat(plan.limits().seedTime()).isEqualTo(Duration.ofSeconds(3));
        assertThatThrownBy(() -> source(
                        "--swarmid",
                        SwarmLink.parse(String.valueOf(source("--key", "other").link()))
                                .metadata()
                                .swarmId()
                                .toString()))
                .hasMessageContaining("not that of the key");
        assertThatThrownBy(() -> plan("--live", String.valueOf(plan.link()), "--discardwnd", "7"))
                .hasMessageContaining("but the link says 5000");
        assertThatThrownBy(() -> plan("--live", String.valueOf(plan.link()), "--discardwnd", "None"))
                .hasMessageContaining("says None chunks, but the link says 5000");
        assertThatThrownBy(() -> plan("--live", ID)).hasMessageContaining("leave out --live");
        assertThatThrownBy(() -> plan("--live", "--livesrc", "--input", "-")).hasMessageContaining("--key FILE");
    }

    @Test
    void signsAsManyChunksTogetherAsAsked() {
        assertThat(signedTogether(source())).isEqualTo(32);
        assertThat(signedTogether(source("--chunks-per-signature", "2"))).isEqualTo(2);
        assertThat(signedTogether(source("--chunks-per-signature", "1024"))).isEqualTo(1024);
        for (String wrong : List.of("1", "33", "2048", "-2")) {
            assertThatThrownBy(() -> source("--chunks-per-signature", wrong))
                    .hasMessageContaining("a power of two from 2 to 1024");
        }
        assertThatThrownBy(() -> source("--chunks-per-signature", "2", "--sign-all"))
                .hasMessageContaining("leave out --chunks-per-signature");
        assertThatThrownBy(() -> source("--chunks-per-signature", "2", "--swarmid", "ppspp:61?ip=0"))
                .hasMessageContaining("leave out --chunks-per-signature");
    }

    private static int signedTogether(Plan plan) {
        return Objects.requireNonNull(live(plan).source()).chunksPerSignature();
    }

    @Test
    void discardsNothingWhereThatIsAskedFor() {
        Plan plan = source("--discardwnd", "None");
        assertThat(plan.request().metadata().discardWindowChunks()).isEqualTo(Long.MAX_VALUE);
        assertThat(plan.link()).doesNotContain("dw=");
        Plan viewer = plan("--live", String.valueOf(plan.link()), "--discardwnd", "none");
        assertThat(viewer.request().metadata()).isEqualTo(plan.request().metadata());
    }

    @Test
    void remembersStreamsWhereTheUsersStateIs() throws LocalContentException {
        String link = String.valueOf(source().link());
        assertThat(live(Plan.of(Arguments.parse(Map.of("HOME", "/home/me", "XDG_STATE_HOME", "/state"), link)))
                        .memory())
                .isEqualTo(Path.of("/state/ppspp/streams"));
        assertThat(live(Plan.of(Arguments.parse(Map.of("HOME", "/home/me"), link)))
                        .memory())
                .isEqualTo(Path.of("/home/me/.local/state/ppspp/streams"));
        assertThat(live(plan(link)).memory()).as("without a home").isNull();
    }

    @Test
    void takesAnyIdForAStreamOfPyppspp() {
        Plan viewer = plan("--live", "--dialect", "pyppspp", "--swarmid", "0badcafe", "--buffsz", "9");
        assertThat(viewer.request().metadata().integrityMethod()).isEqualTo(IntegrityMethod.NONE);
        assertThat(viewer.request().metadata().discardWindowChunks()).isEqualTo(1_000);
        assertThat(viewer.request().transport()).isEqualTo(TransportPolicy.TCP);
        assertThat(viewer.playing())
                .isEqualTo(new Plan.Playing(false, null, new Playout.Manner(0, 0), new FrameViewer.Manner(9, true)));
        assertThat(plan("--live", "--dialect", "pyppspp", ID)
                        .request()
                        .metadata()
                        .integrityMethod())
                .isEqualTo(IntegrityMethod.NONE);
        assertThat(plan("ppspp:0badcafe?ip=0").request()).isInstanceOf(LiveRequest.class);

        Plan source = plan(
                "--live", "--livesrc", "--input", "generator:", "--dialect", "pyppspp", ID, "--discardwnd", "None");
        assertThat(source.request().metadata().discardWindowChunks()).isEqualTo(Long.MAX_VALUE);
        assertThat(source.link()).isEqualTo("ppspp:" + ID + "?ip=0");
        assertThat(source.playing()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "--live " + ID + ", add --dialect pyppspp",
        "ppspp:0badcafe?ip=0 --dialect rfc7574, a stream without protection takes pyppspp",
        "ppspp:0badcafe?ip=0 --transport udp, goes over TCP",
        "ppspp:0badcafe?ip=0&cs=2048, 'chunks of 1,024 bytes'"
    })
    void refusesWhatPyppsppCannotShare(String arguments, String message) {
        assertThatThrownBy(() -> plan(arguments.split(" ")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(message);
    }

    @Test
    void libswiftHasItsHashFunctionAndItsTree() {
        Plan plan = source("--dialect", "libswift", "--chunk-size", "1024");
        assertThat(plan.request().metadata().hashFunction()).isEqualTo(HashFunction.SHA1);
        String id = plan.request().metadata().swarmId().toString();
        Plan viewer = plan("--live", "--dialect", "libswift", "tswift://10.0.0.1:7000/" + id + "$1024");
        assertThat(viewer.request().metadata().hashFunction()).isEqualTo(HashFunction.SHA1);
        assertThat(viewer.request().metadata().integrityMethod()).isEqualTo(IntegrityMethod.UNIFIED_MERKLE_TREE);
        assertThat(plan("--live", id).request().metadata().hashFunction()).isEqualTo(HashFunction.SHA256);
        assertThatThrownBy(() -> source("--dialect", "libswift", "--sign-all")).hasMessageContaining("libswift");
    }
}
