package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.AltoConfig;
import org.ppspp.Endpoint;
import org.ppspp.HostAndPort;
import org.ppspp.TransportPolicy;
import picocli.CommandLine.ParameterException;

final class ArgumentsTest {
    private static final String ID = "5600021e740f772f1323ee84a22c222dea6e15ba";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();

    private ClientCommand parse(String... more) {
        String[] args = new String[more.length + 4];
        System.arraycopy(new String[] {"--swarmid", ID, "--filename", "film"}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        return Arguments.parse(environment, args).command();
    }

    private Path settings(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void readsTheOptionsOfTheOriginalProgram() {
        ClientCommand command = parse(
                "--tracker",
                "10.51.32.121",
                "--filesize",
                "28077056",
                "--numpeers",
                "5",
                "--identifier",
                "node 1",
                "--tcp",
                "--workdir",
                "/srv");
        assertThat(command.transfer.trackers).containsExactly(new Endpoint("10.51.32.121", 6777));
        assertThat(command.transfer.filesize).isEqualTo(28_077_056);
        assertThat(command.network.numPeers).isEqualTo(5);
        assertThat(command.transfer.identifier).isEqualTo("node 1");
        assertThat(command.network.policy()).isEqualTo(TransportPolicy.TCP);
        assertThat(command.transfer.workdir).isEqualTo(Path.of("/srv"));
    }

    @Test
    void takesSeveralTrackersAndPeers() {
        ClientCommand command =
                parse("--tracker", "a:1", "--tracker=[::1]", "--peer", "b:2,c", "--peer", "2001:db8::1");
        assertThat(command.transfer.trackers).containsExactly(new Endpoint("a", 1), new Endpoint("::1", 6777));
        assertThat(command.network.peers)
                .containsExactly(new Endpoint("b", 2), new Endpoint("c", 6778), new Endpoint("2001:db8::1", 6778));
    }

    @Test
    void takesAbbreviationsAsTheOriginalDoes() {
        ClientCommand command = parse("--filesi", "7", "--exit", "--time-l", "2m", "--track", "t");
        assertThat(command.transfer.filesize).isEqualTo(7);
        assertThat(command.transfer.exitWhenComplete).isTrue();
        assertThat(command.transfer.timeLimit).isEqualTo(Duration.ofMinutes(2));
        assertThat(command.transfer.trackers).hasSize(1);
    }

    @Test
    void readsWhereToListen() {
        assertThat(parse("--listen", ":7000").network.listen).isEqualTo(new HostAndPort("", 7000));
        assertThat(parse("--listen", "7000").network.listen).isEqualTo(new HostAndPort("", 7000));
        assertThat(parse("--listen", "127.0.0.1").network.listen).isEqualTo(new HostAndPort("127.0.0.1", -1));
        assertThat(parse("--listen", "[::1]:0").network.listen).isEqualTo(new HostAndPort("::1", 0));
    }

    @Test
    void takesTheLinkAsAnArgumentOfItsOwn() {
        Arguments arguments = Arguments.parse(environment, "--tcp", "ppspp:" + ID, "--filename", "film");
        assertThat(arguments.swarm()).isEqualTo("ppspp:" + ID);
        assertThat(arguments.command().network.tcp).isTrue();
    }

    @Test
    void lowersTheLogLevelWithEachV() {
        assertThat(parse().output.level()).isEqualTo(OutputOptions.Level.WARN);
        assertThat(parse("-v").output.level()).isEqualTo(OutputOptions.Level.INFO);
        assertThat(parse("-vv").output.level()).isEqualTo(OutputOptions.Level.DEBUG);
        assertThat(parse("-q").output.level()).isEqualTo(OutputOptions.Level.ERROR);
        assertThat(parse("-q", "--log-level", "trace").output.level()).isEqualTo(OutputOptions.Level.TRACE);
    }

    @Test
    void prefersTheCommandLineThenTheEnvironmentThenTheFiles() throws IOException {
        environment.put("XDG_CONFIG_HOME", folder.toString());
        settings("ppspp/client.properties", "max-upload=1k\nmax-download=1k\nnumpeers=1\ntimeout=1s\n");
        Path config = settings("own.properties", "max-upload=2k\nmax-download=2k\nnumpeers=2\n");
        environment.put("PPSPP_MAX_UPLOAD", "3k");
        environment.put("PPSPP_MAX_DOWNLOAD", "3k");
        ClientCommand command = parse("--config", config.toString(), "--max-upload", "4k");
        assertThat(command.network.maxUpload).isEqualTo(4096);
        assertThat(command.network.maxDownload).isEqualTo(3072);
        assertThat(command.network.numPeers).isEqualTo(2);
        assertThat(command.transfer.timeout).isEqualTo(Duration.ofSeconds(1));
        assertThat(command.transfer.seedTime).isNull();
    }

    @Test
    void letsTheCommandLineReplaceAListFromElsewhere() {
        environment.put("PPSPP_TRACKER", "env1,env2:1");
        assertThat(parse().transfer.trackers).containsExactly(new Endpoint("env1", 6777), new Endpoint("env2", 1));
        assertThat(parse("--tracker", "own").transfer.trackers).containsExactly(new Endpoint("own", 6777));
    }

    @Test
    void letsTheCommandLineSilenceWhatContradictsIt() throws IOException {
        environment.put("XDG_CONFIG_HOME", folder.toString());
        settings(
                "ppspp/client.properties",
                "transport=udp\nseed-time=1s\nseed-ratio=2\noverwrite=true\nlog-level=error\nquiet=true\n");
        ClientCommand command = parse("--tcp", "--exit-when-complete", "--no-clobber", "-v");
        assertThat(command.network.policy()).isEqualTo(TransportPolicy.TCP);
        assertThat(command.transfer.seedTime).isNull();
        assertThat(command.transfer.seedRatio).isNull();
        assertThat(command.transfer.overwrite).isFalse();
        assertThat(command.transfer.noClobber).isTrue();
        assertThat(command.output.quiet).isFalse();
        assertThat(command.output.level()).isEqualTo(OutputOptions.Level.INFO);

        ClientCommand untouched = parse("--no-clobber=false");
        assertThat(untouched.network.policy()).isEqualTo(TransportPolicy.UDP);
        assertThat(untouched.transfer.seedTime).isEqualTo(Duration.ofSeconds(1));
        assertThat(untouched.transfer.overwrite).isTrue();
        assertThat(untouched.output.level()).isEqualTo(OutputOptions.Level.ERROR);
    }

    @Test
    void letsALinkOnTheCommandLineSilenceTheSwarmOfAFile() throws IOException {
        environment.put("XDG_CONFIG_HOME", folder.toString());
        settings("ppspp/client.properties", "swarmid=" + "11".repeat(20) + "\nfilename=film\n");
        assertThat(Arguments.parse(environment, "ppspp:" + ID).swarm()).isEqualTo("ppspp:" + ID);
        assertThat(Arguments.parse(environment).swarm()).isEqualTo("11".repeat(20));
    }

    @Test
    void letsTheEnvironmentSilenceTheFiles() throws IOException {
        environment.put("XDG_CONFIG_HOME", folder.toString());
        environment.put("PPSPP_TRANSPORT", "udp");
        settings("ppspp/client.properties", "tcp=true\n");
        assertThat(parse().network.policy()).isEqualTo(TransportPolicy.UDP);
        assertThat(parse("--tcp").network.policy()).isEqualTo(TransportPolicy.TCP);
    }

    @Test
    void refusesContradictionsWithinOnePlace() {
        assertThatThrownBy(() -> parse("--tcp", "--transport", "udp"))
                .hasMessageContaining("--tcp and --transport udp exclude each other");
        assertThat(parse("--tcp", "--transport", "tcp").network.policy()).isEqualTo(TransportPolicy.TCP);
        environment.put("PPSPP_OVERWRITE", "true");
        environment.put("PPSPP_NO_CLOBBER", "true");
        assertThatThrownBy(this::parse).hasMessageContaining("exclude each other");
    }

    @Test
    void theEnvironmentMayNameTheVersion() {
        environment.put("PPSPP_VERSION", "1.0");
        environment.put("PPSPP_HELP", "yes");
        assertThat(Arguments.parse(environment, "--filename", "film", ID).helpOnly())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--tcp", "--tcp=true"})
    void aFlagStaysSetWhenBothSourcesSetIt(String flag) {
        environment.put("PPSPP_TCP", "true");
        assertThat(parse().network.tcp).isTrue();
        assertThat(parse(flag).network.tcp).isTrue();
        assertThat(parse("--tcp=false").network.tcp).isFalse();
    }

    @Test
    void aFlagDoesNotSwallowTheLink() {
        Arguments arguments = Arguments.parse(environment, "--filename", "film", "--exit-when-complete", ID);
        assertThat(arguments.swarm()).isEqualTo(ID);
        assertThat(arguments.command().transfer.exitWhenComplete).isTrue();
    }

    @Test
    void findsTheSettingsInTheHomeFolder() throws IOException {
        environment.put("HOME", folder.toString());
        settings(".config/ppspp/client.properties", "progress=none\n");
        assertThat(parse().output.progress).isEqualTo(OutputOptions.Progress.NONE);
    }

    @Test
    void readsArgumentsFromAFile() throws IOException {
        Path file = settings("args", "--filesize 9\n--identifier 'two words'\n");
        ClientCommand command = parse("@" + file);
        assertThat(command.transfer.filesize).isEqualTo(9);
        assertThat(command.transfer.identifier).isEqualTo("two words");
    }

    @Test
    void namesAMisspeltSetting() throws IOException {
        Path config = settings("own.properties", "max-uplaod=2k\n");
        assertThatThrownBy(() -> parse("--config", config.toString()))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("own.properties")
                .hasMessageContaining("max-uplaod");
        assertThatThrownBy(() -> parse("--config", folder.resolve("missing").toString()))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aPlayerMayBeNamedOrNot() {
        assertThat(parse().watch.play).isNull();
        assertThat(parse("--play").watch.play).isEqualTo(Player.Choice.AUTO);
        assertThat(parse("--play", "--overwrite").transfer.overwrite).isTrue();
        ClientCommand linked = Arguments.parse(environment, "--play", ID).command();
        assertThat(linked.watch.play).isEqualTo(Player.Choice.AUTO);
        assertThat(linked.link).isEqualTo(ID);
        assertThat(parse("--play=vlc").watch.play).isEqualTo(Player.Choice.VLC);
        assertThat(parse("--play", "mpv").watch.play).isEqualTo(Player.Choice.MPV);
        assertThatThrownBy(() -> parse("--play=xine")).isInstanceOf(ParameterException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--filesize=x", "--filesize=0", "--numpeers=0", "--listen=[::1", "--listen=a:99999", "--timeout=soon",
                "--peer=:1", "--transport=sctp", "--seed-ratio=-1", "--seed-ratio=NaN", "--nonsense", "--file=x"
            })
    void refusesWhatMakesNoSense(String option) {
        assertThatThrownBy(() -> parse(option)).isInstanceOf(ParameterException.class);
    }

    @Test
    void takesHowToPlay() {
        assertThat(parse().play.vod).isFalse();
        assertThat(parse().play.bufferChunks).isEqualTo(500);
        assertThat(parse("--vod", "--skip").play.skipChunks).isEqualTo(1);
        assertThat(parse("--vod", "--skip=5").play.skipChunks).isEqualTo(5);
        assertThat(parse("--vod", "--dlfwd", "9", "--buffsz", "7").play.aheadChunks)
                .isEqualTo(9);
        assertThat(parse("--output", "-").output.quiet).isTrue();
        assertThat(parse("--output", "-", "-v").output.quiet).isFalse();
        assertThat(parse("--output", "-", "--progress", "line").output.quiet).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--buffsz=0", "--dlfwd=-1", "--skip=-1", "--skip=x"})
    void refusesWaysToPlayThatMakeNoSense(String option) {
        assertThatThrownBy(() -> parse(option)).isInstanceOf(ParameterException.class);
    }

    @Test
    void refusesWhatCannotGoTogetherInPlaying() {
        assertThatThrownBy(() -> parse("--live", "--vod")).hasMessage("--live and --vod exclude each other");
        assertThatThrownBy(() -> parse("--output", "-", "--json")).hasMessageContaining("standard output");
        assertThatThrownBy(() -> parse("--output", "a", "--filename", "b")).hasMessageContaining("--filename");
    }

    @Test
    void takesAnAltoServerOfSettingsOnlyWithAlto() throws IOException {
        Path config = settings("own.properties", "altoserver=10.0.0.1\naltocosttype=routingcost\n");
        assertThat(parse("--config", config.toString()).network.altoConfig()).isNull();
        assertThat(parse("--config", config.toString(), "--alto").network.altoConfig())
                .isEqualTo(AltoConfig.of("http://10.0.0.1:5000/alto", "routingcost"));
        assertThat(parse("--alto=false", "--altoserver", "x", "--altocosttype", "y")
                        .network
                        .altoConfig())
                .isNull();
        assertThatThrownBy(() -> parse("--altoserver", "10.0.0.1"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("--altoserver means nothing without --alto");
    }

    @Test
    void asksForWhatIsMissing() {
        assertThatThrownBy(() -> Arguments.parse(environment, "--filename", "film"))
                .hasMessageContaining("--swarmid");
        assertThatThrownBy(() -> parse(ID)).hasMessageContaining("not both");
        assertThatThrownBy(() -> parse("--overwrite", "--no-clobber")).hasMessageContaining("exclude each other");
    }

    @Test
    void helpShowsExamplesThenGroupsThenExitCodes() {
        Arguments arguments = Arguments.parse(environment, "--help");
        String help = arguments.parser().getUsageMessage(picocli.CommandLine.Help.Ansi.OFF);
        assertThat(help)
                .containsSubsequence(
                        "Usage: ppspp-client",
                        "--exit-when-complete",
                        "Transfer:",
                        "--tracker",
                        "Network:",
                        "--listen",
                        "Output:",
                        "--json",
                        "General:",
                        "--config",
                        "Exit codes:",
                        "130");
        assertThat(help).contains("--live").doesNotContain("PARAM");
        assertThat(arguments.helpOnly()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--livesrc --input -, --livesrc goes with --live",
        "--live --livesrc, '--livesrc needs --input: a file, - or one such as udp://:5000'",
        "--live --input -, --input means nothing without --livesrc",
        "--live --sign-all, --sign-all means nothing without --livesrc",
        "--live --filename f, --live has no --filename; --output FILE or --output - takes the stream",
        "--live --discardwnd 0, '--discardwnd must be 1 to 4294967294, or None'",
        "--live --discardwnd 99999999999999999, '--discardwnd must be 1 to 4294967294, or None'",
        "--live --chunks-per-signature 2, --chunks-per-signature means nothing without --livesrc",
        "--live --live-delay 11m, --live-delay must be more than nothing and at most 600 s",
        "--live --livesrc --input - --live-algorithm RSASHA1, "
                + "'--live-algorithm: RSASHA1 is for old streams, and signs no new ones'"
    })
    void refusesLiveOptionsThatContradictEachOther(String options, String message) {
        assertThatThrownBy(() -> parse(options.split(" "))).hasMessage(message);
    }
}
