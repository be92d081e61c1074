package org.ppspp.client;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.AltoConfig;
import org.ppspp.Endpoint;
import org.ppspp.HostAndPort;
import org.ppspp.TransportPolicy;
import org.ppspp.engine.Dialect;
import picocli.CommandLine.Option;

/** How other peers are reached and how much of the network may be used. */
final class NetworkOptions {
    /** Whether peers tell each other of peers. */
    enum Exchange {
        OFF,
        ON,
        CERTIFIED
    }

    @Option(
            names = "--listen",
            paramLabel = "[ADDR][:PORT]",
            converter = Converters.Listen.class,
            description = "Address and port for UDP and TCP, 6778 on all addresses unless given; port 0: any free one.")
    @Nullable
    HostAndPort listen;

    @Option(
            names = "--peer",
            paramLabel = "HOST:PORT",
            split = ",",
            hideParamSyntax = true,
            converter = Converters.RemotePeer.class,
            description = "Peer to contact without asking a tracker. May be repeated.")
    List<Endpoint> peers = List.of();

    @Option(
            names = "--transport",
            paramLabel = "auto|udp|tcp",
            description = "How peers are contacted: UDP first and then TCP (auto), or one alone.")
    @Nullable
    TransportPolicy transport;

    @Option(
            names = "--tcp",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "The same as --transport tcp.")
    boolean tcp;

    @Option(
            names = "--dialect",
            paramLabel = "auto|rfc7574|libswift|pyppspp",
            converter = Converters.Speech.class,
            description = "Speak this dialect alone; auto, the default: whichever a peer speaks.")
    @Nullable
    Dialect dialect;

    @Option(
            names = "--pex",
            paramLabel = "off|on|certified",
            description =
                    "Peers tell each other of peers: not at all (off), their addresses, for networks without strangers"
                            + " (on), or certificates of --pex-issuer (certified).")
    Exchange exchange = Exchange.OFF;

    @Option(
            names = "--pex-issuer",
            paramLabel = "FILE",
            description = "Public key or certificate of the issuer whose membership certificates are believed, PEM.")
    @Nullable
    Path exchangeIssuer;

    @Option(
            names = "--pex-certificate",
            paramLabel = "FILE",
            description = "Our own membership certificate, PEM: others then hear of us.")
    @Nullable
    Path exchangeCertificate;

    @Option(names = "--numpeers", paramLabel = "N", description = "Most peers at a time, 50 unless given.")
    @Nullable
    Integer numPeers;

    @Option(
            names = "--max-upload",
            paramLabel = "RATE",
            converter = Converters.Rate.class,
            description = "Most bytes sent a second, such as 500k or 2M; 0: no limit.")
    @Nullable
    Long maxUpload;

    @Option(
            names = "--max-download",
            paramLabel = "RATE",
            converter = Converters.Rate.class,
            description = "Most bytes fetched a second; 0: no limit.")
    @Nullable
    Long maxDownload;

    @Option(
            names = "--alto",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Prefer peers that an ALTO server calls cheap; takes the next two options.")
    boolean alto;

    @Option(
            names = "--altoserver",
            paramLabel = "URL|IP",
            description = "The server: its directory or base URL; an IP means http://IP:5000/alto.")
    @Nullable
    String altoServer;

    @Option(names = "--altocosttype", paramLabel = "TYPE", description = "Cost metric to ask for, such as routingcost.")
    @Nullable
    String altoCostType;

    /** Whom to ask what peers cost, or null. Throws {@link IllegalArgumentException} where the options contradict each other. */
    @Nullable
    AltoConfig altoConfig() {
        if (!alto) {
            return null;
        }
        if (altoServer == null || altoCostType == null) {
            throw new IllegalArgumentException(
                    "--alto needs " + (altoServer == null ? "--altoserver URL" : "--altocosttype TYPE"));
        }
        return AltoConfig.of(altoServer, altoCostType);
    }

    /** The transport that the options together ask for. */
    TransportPolicy policy() {
        if (tcp) {
            return TransportPolicy.TCP;
        }
        return transport == null ? TransportPolicy.AUTO : transport;
    }
}
