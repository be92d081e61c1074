package org.ppspp.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;

/** Messages as text, in the notation of the test vectors, and as bytes. */
final class Messages {
    private static final int LONGEST_CONTENT_SHOWN = 64;

    private Messages() {}

    static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    static String hex(ByteBuf bytes) {
        return ByteBufUtil.hexDump(bytes);
    }

    /** Reads everything behind the channel ID. */
    static List<Message> readAll(MessageReader reader) throws MalformedMessageException {
        List<Message> messages = new ArrayList<>();
        for (Message message = reader.next(); message != null; message = reader.next()) {
            messages.add(message);
        }
        return messages;
    }

    /** Appends {@code message} through the writer's own methods. */
    static void write(MessageWriter writer, Message message) {
        if (message instanceof Message.Handshake handshake) {
            writer.handshake(handshake.sourceChannel(), handshake.options());
        } else if (message instanceof Message.Data data) {
            ByteBuf content = data.content();
            writer.data(data.chunk(), data.timestampMicros(), content, content.readerIndex(), content.readableBytes());
        } else if (message instanceof Message.Ack ack) {
            writer.ack(ack.chunks(), ack.delayMicros());
        } else if (message instanceof Message.Have have) {
            writer.have(have.chunks());
        } else if (message instanceof Message.Integrity integrity) {
            writer.integrity(integrity.bin(), integrity.hash(), 0);
        } else if (message instanceof Message.PexResV4 pex) {
            writer.pexRes(pex.address());
        } else if (message instanceof Message.PexResV6 pex) {
            writer.pexRes(pex.address());
        } else if (message instanceof Message.PexReq) {
            writer.pexReq();
        } else if (message instanceof Message.SignedIntegrity signed) {
            writer.signedIntegrity(signed.chunks(), signed.ntpTimestamp(), signed.signature());
        } else if (message instanceof Message.Request request) {
            writer.request(request.chunks());
        } else if (message instanceof Message.Cancel cancel) {
            writer.cancel(cancel.chunks());
        } else if (message instanceof Message.Choke) {
            writer.choke();
        } else if (message instanceof Message.Unchoke) {
            writer.unchoke();
        } else if (message instanceof Message.PexResCert certificate) {
            writer.pexResCert(certificate.certificate());
        } else {
            throw new AssertionError(message);
        }
    }

    static List<String> describe(List<Message> messages, ChunkAddressing addressing) {
        return messages.stream().map(message -> describe(message, addressing)).toList();
    }

    /** The message as the vectors write it. */
    static String describe(Message message, ChunkAddressing addressing) {
        if (message instanceof Message.Handshake handshake) {
            return "('HANDSHAKE', " + Integer.toUnsignedString(handshake.sourceChannel()) + ", ["
                    + describe(handshake.options()) + "])";
        } else if (message instanceof Message.Data data) {
            return "('DATA', " + describe(ChunkRange.of(data.chunk()), addressing) + ", "
                    + Long.toUnsignedString(data.timestampMicros()) + ", '" + describe(data.content()) + "')";
        } else if (message instanceof Message.Ack ack) {
            return "('ACK', " + describe(ack.chunks(), addressing) + ", " + ack.delayMicros() + ")";
        } else if (message instanceof Message.Have have) {
            return "('HAVE', " + describe(have.chunks(), addressing) + ")";
        } else if (message instanceof Message.Integrity integrity) {
            long bin = integrity.bin();
            return "('INTEGRITY', " + describe(new ChunkRange(Bin.firstChunk(bin), Bin.lastChunk(bin)), addressing)
                    + ", '" + HexFormat.of().formatHex(integrity.hash()) + "')";
        } else if (message instanceof Message.PexResV4 pex) {
            return "('PEX_RESv4', '" + pex.address().getAddress().getHostAddress() + "', "
                    + pex.address().getPort() + ")";
        } else if (message instanceof Message.PexResV6 pex) {
            return "('PEX_RESv6', '" + hostHex(pex.address()) + "', "
                    + pex.address().getPort() + ")";
        } else if (message instanceof Message.PexReq) {
            return "('PEX_REQ',)";
        } else if (message instanceof Message.SignedIntegrity signed) {
            return "('SIGNED_INTEGRITY', " + describe(signed.chunks(), addressing) + ", "
                    + Long.toUnsignedString(signed.ntpTimestamp()) + ", '"
                    + HexFormat.of().formatHex(signed.signature()) + "')";
        } else if (message instanceof Message.Request request) {
            return "('REQUEST', " + describe(request.chunks(), addressing) + ")";
        } else if (message instanceof Message.Cancel cancel) {
            return "('CANCEL', " + describe(cancel.chunks(), addressing) + ")";
        } else if (message instanceof Message.Choke) {
            return "('CHOKE',)";
        } else if (message instanceof Message.Unchoke) {
            return "('UNCHOKE',)";
        } else if (message instanceof Message.PexResCert certificate) {
            return "('PEX_REScert', '" + HexFormat.of().formatHex(certificate.certificate()) + "')";
        }
        throw new AssertionError(message);
    }

    private static String hostHex(InetSocketAddress address) {
        return HexFormat.of().formatHex(address.getAddress().getAddress());
    }

    private static String describe(ByteBuf content) {
        int length = content.readableBytes();
        return length > LONGEST_CONTENT_SHOWN ? "len=" + length : hex(content);
    }

    private static String describe(ChunkRange chunks, ChunkAddressing addressing) {
        return switch (addressing) {
            case BINS_32, BINS_64 -> "('bin', " + Bin.ofRange(chunks.first(), chunks.last()) + ")";
            default -> "('range', " + chunks.first() + ", " + chunks.last() + ")";
        };
    }

    private static String describe(ProtocolOptions options) {
        List<String> text = new ArrayList<>();
        add(text, 0, options.version());
        add(text, 1, options.minimumVersion());
        add(text, 2, options.swarmId());
        add(text, 3, options.integrityMethod());
        add(text, 4, options.hashFunction());
        add(text, 5, options.signatureAlgorithm());
        ChunkAddressing addressing = options.addressing();
        if (addressing != null) {
            add(text, 6, addressing.code());
            Long window = options.liveDiscardWindow();
            boolean narrow = addressing.windowBytes() == Integer.BYTES;
            add(text, 7, window == null ? null : narrow ? Long.valueOf(window & 0xffffffffL) : window);
        }
        add(text, 8, options.supportedMessages());
        add(text, 9, options.chunkSize());
        return String.join(", ", text);
    }

    private static void add(List<String> text, int code, @Nullable Object value) {
        if (value != null) {
            text.add("(" + code + ", " + (value instanceof Number ? value : "'" + value + "'") + ")");
        }
    }
}
