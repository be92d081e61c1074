package org.ppspp.tracker;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ppspp.Endpoint;
import org.ppspp.PeerConfig;
import org.ppspp.PrivateFile;
import org.ppspp.SwarmLink;
import org.ppspp.membership.MembershipIssuer;
import org.ppspp.wire.SwarmId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Certifies that a peer is a member of a swarm, for peer exchange among strangers (RFC 7574 §3.10.1). */
@Command(
        name = "issue-membership",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        header = "Certifies that a peer is a member of a swarm.",
        description = {
            "",
            "Writes a membership certificate for one peer of one swarm, and ends.",
            "",
            "The first use makes the issuer: FILE with its private key, which stays here, and FILE.pub, which every peer of the"
                    + " swarm is given as --pex-issuer. The certificate goes to the peer that it names, as"
                    + " --pex-certificate.",
            "",
            "Example:",
            "  ppspp-tracker issue-membership --issuer issuer.key --swarmid LINK \\",
            "                --peer 192.0.2.7:6778 --certificate peer7.pem",
            "",
        })
final class IssueMembershipCommand implements Callable<Integer> {
    private final PrintStream err;

    @Option(
            names = "--issuer",
            paramLabel = "FILE",
            required = true,
            description = "The issuer's private key, PKCS#8 in PEM; made if it is not there.")
    private @Nullable Path issuer;

    @Option(names = "--swarmid", paramLabel = "HEX|LINK", required = true, description = "The swarm.")
    private @Nullable String swarm;

    @Option(
            names = "--peer",
            paramLabel = "HOST[:PORT]",
            required = true,
            description = "Where others reach the peer, port 6778 unless given. A name is looked up now.")
    private @Nullable String peer;

    @Option(
            names = "--valid",
            paramLabel = "DURATION",
            converter = TrackerCommand.DurationConverter.class,
            defaultValue = "30d",
            description = "How long the certificate is valid. Default: ${DEFAULT-VALUE}")
    private Duration life = Duration.ofDays(30);

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            required = true,
            description = "Write the certificate here; an existing file is replaced.")
    private @Nullable Path certificate;

    @Spec
    private @Nullable CommandSpec spec;

    IssueMembershipCommand(PrintStream err) {
        this.err = err;
    }

    @Override
    public Integer call() {
        if (issuer == null || certificate == null || swarm == null || peer == null) {
            throw new IllegalStateException("required options are missing");
        }
        try {
            String issued = issuer(issuer).issue(swarmId(swarm), address(peer), Instant.now(), life);
            Files.writeString(certificate, issued);
            return 0;
        } catch (UnknownHostException e) {
            throw wrong("--peer: there is no host " + peer);
        } catch (IOException e) {
            err.println("ppspp-tracker: " + e);
            return TrackerMain.EXIT_FILE;
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private MembershipIssuer issuer(Path file) throws IOException {
        SecureRandom random = new SecureRandom();
        if (!Files.exists(file)) {
            make(file, MembershipIssuer.newKeys(random));
        }
        try {
            return MembershipIssuer.parse(Files.readString(file), random);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private void make(Path file, MembershipIssuer.Keys keys) throws IOException {
        Path open = file.resolveSibling(file.getFileName() + ".pub");
        PrivateFile.make(file, keys.privateKey());
        Files.writeString(open, keys.publicKey());
        err.println("ppspp-tracker: new issuer " + file + "; give " + open + " to all peers as --pex-issuer");
    }

    private static SwarmId swarmId(String text) {
        return SwarmLink.parse(text).metadata().swarmId();
    }

    private static InetSocketAddress address(String text) throws UnknownHostException {
        return Endpoint.parse(text, PeerConfig.DEFAULT_PORT).resolve().get(0);
    }

    private RuntimeException wrong(String message) {
        return spec == null ? new IllegalStateException(message) : new ParameterException(spec.commandLine(), message);
    }
}
