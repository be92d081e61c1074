package org.ppspp.wire;

import io.netty.buffer.ByteBuf;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The protocol options of a HANDSHAKE (RFC 7574 §7). A component is null where the option is absent.
 *
 * <p>{@link #decode} enforces only what every list of options must keep. Which options must be there depends on who
 * speaks: see {@link #requireInitiator} and {@link #requireResponder}. Whether they fit the swarm is the engine's to say.
 *
 * @param version the highest version the peer speaks, 0 to 255 (§7.2)
 * @param minimumVersion the lowest version the peer speaks, 0 to 255 (§7.3)
 * @param swarmId which swarm (§7.4)
 * @param integrityMethod code of the content integrity protection method, assigned or not (§7.5)
 * @param hashFunction code of the Merkle hash tree function, assigned or not (§7.6)
 * @param signatureAlgorithm DNSSEC number of the live signature algorithm (§7.7)
 * @param addressing the chunk addressing method (§7.8)
 * @param liveDiscardWindow how much of a live stream the peer keeps, in chunks or with byte ranges in bytes, or
 *     {@link #KEEPS_ALL} (§7.9)
 * @param supportedMessages what may be sent to the peer; absent means all fourteen (§7.10)
 * @param chunkSize 1 to 2<sup>32</sup> - 1 bytes, where {@link #VARIABLE_CHUNK_SIZE} means any (§7.11)
 * @param peerId who speaks; PyPPSPP's own option 10, which RFC 7574 leaves unassigned, for connections only
 */
public record ProtocolOptions(
        @Nullable Integer version,
        @Nullable Integer minimumVersion,
        @Nullable SwarmId swarmId,
        @Nullable Integer integrityMethod,
        @Nullable Integer hashFunction,
        @Nullable Integer signatureAlgorithm,
        @Nullable ChunkAddressing addressing,
        @Nullable Long liveDiscardWindow,
        @Nullable SupportedMessages supportedMessages,
        @Nullable Long chunkSize,
        @Nullable UUID peerId) {

    /** The only version there is (RFC 7574 §7.2). */
    public static final int VERSION = 1;

    /** A discard window without limit: all ones on the wire. */
    public static final long KEEPS_ALL = -1;

    /** The chunk size that stands for chunks of different sizes. */
    public static final long VARIABLE_CHUNK_SIZE = 0xffffffffL;

    /** No options: the shortest closing handshake. */
    public static final ProtocolOptions NONE = new Builder().build();

    private static final int OPTION_VERSION = 0;
    private static final int OPTION_MINIMUM_VERSION = 1;
    private static final int OPTION_SWARM_ID = 2;
    private static final int OPTION_INTEGRITY_METHOD = 3;
    private static final int OPTION_HASH_FUNCTION = 4;
    private static final int OPTION_SIGNATURE_ALGORITHM = 5;
    private static final int OPTION_ADDRESSING = 6;
    private static final int OPTION_DISCARD_WINDOW = 7;
    private static final int OPTION_SUPPORTED_MESSAGES = 8;
    private static final int OPTION_CHUNK_SIZE = 9;
    private static final int OPTION_PEER_ID = 10;
    private static final int OPTION_END = 255;

    private static final int METHOD_MERKLE_HASH_TREE = 1;
    private static final int METHOD_SIGN_ALL = 2;
    private static final int METHOD_UNIFIED_MERKLE_TREE = 3;

    /** To put other options together, from these. */
    public Builder with() {
        return new Builder()
                .version(version)
                .minimumVersion(minimumVersion)
                .swarmId(swarmId)
                .integrityMethod(integrityMethod)
                .hashFunction(hashFunction)
                .signatureAlgorithm(signatureAlgorithm)
                .addressing(addressing)
                .liveDiscardWindow(liveDiscardWindow)
                .supportedMessages(supportedMessages)
                .chunkSize(chunkSize)
                .peerId(peerId);
    }

    /** The options of a closing handshake that tells the highest version spoken (RFC 7574 §8.4). */
    public static ProtocolOptions closing(int version) {
        return new Builder().version(version).build();
    }

    /** Whether messages of {@code type}, a code of {@link MessageType}, may be sent to the peer. */
    public boolean supports(int type) {
        SupportedMessages supported = supportedMessages;
        return (supported == null ? SupportedMessages.ALL : supported).supports(type);
    }

    /** Throws unless all is there that the first datagram of a handshake must carry (RFC 7574 §3.1.1, §7). */
    public void requireInitiator() throws MalformedMessageException {
        require(minimumVersion, "minimum version");
        require(swarmId, "swarm identifier");
        requireResponder();
    }

    /** Throws unless all is there that the answer to a handshake must carry (RFC 7574 §3.1.1, §7). */
    public void requireResponder() throws MalformedMessageException {
        int highest = require(version, "version");
        Integer lowest = minimumVersion;
        if (highest == 0 || (lowest != null && lowest > highest)) {
            throw new MalformedMessageException("no protocol version between the minimum and the maximum");
        }
        int method = require(integrityMethod, "content integrity protection method");
        if (method == METHOD_MERKLE_HASH_TREE) {
            require(hashFunction, "hash function");
        }
        if (method == METHOD_SIGN_ALL || method == METHOD_UNIFIED_MERKLE_TREE) {
            require(signatureAlgorithm, "live signature algorithm");
            require(liveDiscardWindow, "live discard window");
        }
        require(addressing, "chunk addressing method");
        require(chunkSize, "chunk size");
    }

    /**
     * Reads options up to and including the end option. Leaves the reader index anywhere when it throws.
     *
     * @throws MalformedMessageException if a code is unknown, repeated or out of order, a value is none, or the end is
     *     missing
     */
    public static ProtocolOptions decode(ByteBuf in) throws MalformedMessageException {
        return decode(in, false);
    }

    /** Reads options, {@link #peerId} among them if it is {@code named}. */
    static ProtocolOptions decode(ByteBuf in, boolean named) throws MalformedMessageException {
        Builder options = new Builder();
        int previous = -1;
        for (int code = readByte(in); code != OPTION_END; code = readByte(in)) { // ascending, hence few times
            if (code <= previous) {
                throw new MalformedMessageException("options are not in strictly ascending order");
            }
            previous = code;
            switch (code) {
                case OPTION_VERSION -> options.version = readByte(in);
                case OPTION_MINIMUM_VERSION -> options.minimumVersion = readByte(in);
                case OPTION_SWARM_ID -> options.swarmId = readSwarmId(in);
                case OPTION_INTEGRITY_METHOD -> options.integrityMethod = readByte(in);
                case OPTION_HASH_FUNCTION -> options.hashFunction = readByte(in);
                case OPTION_SIGNATURE_ALGORITHM -> options.signatureAlgorithm = readByte(in);
                case OPTION_ADDRESSING -> options.addressing = readAddressing(in);
                case OPTION_DISCARD_WINDOW -> options.liveDiscardWindow = readDiscardWindow(in, options.addressing);
                case OPTION_SUPPORTED_MESSAGES -> options.supportedMessages = SupportedMessages.decode(in);
                case OPTION_CHUNK_SIZE -> options.chunkSize = readChunkSize(in);
                case OPTION_PEER_ID -> options.peerId = readPeerId(in, named);
                default -> throw unknown();
            }
        }
        return options.build();
    }

    /** Writes the options that are there, in order, and the end option. A discard window needs the addressing. */
    public void encode(ByteBuf out) {
        writeByte(out, OPTION_VERSION, version);
        writeByte(out, OPTION_MINIMUM_VERSION, minimumVersion);
        SwarmId swarm = swarmId;
        if (swarm != null) {
            out.writeByte(OPTION_SWARM_ID).writeShort(swarm.length()).writeBytes(swarm.toBytes());
        }
        writeByte(out, OPTION_INTEGRITY_METHOD, integrityMethod);
        writeByte(out, OPTION_HASH_FUNCTION, hashFunction);
        writeByte(out, OPTION_SIGNATURE_ALGORITHM, signatureAlgorithm);
        ChunkAddressing method = addressing;
        if (method != null) {
            out.writeByte(OPTION_ADDRESSING).writeByte(method.code());
        }
        writeDiscardWindow(out);
        SupportedMessages supported = supportedMessages;
        if (supported != null) {
            out.writeByte(OPTION_SUPPORTED_MESSAGES);
            supported.encode(out);
        }
        Long size = chunkSize;
        if (size != null) {
            out.writeByte(OPTION_CHUNK_SIZE).writeInt((int) (long) size);
        }
        UUID id = peerId;
        if (id != null) {
            out.writeByte(OPTION_PEER_ID)
                    .writeLong(id.getMostSignificantBits())
                    .writeLong(id.getLeastSignificantBits());
        }
        out.writeByte(OPTION_END);
    }

    private void writeDiscardWindow(ByteBuf out) {
        Long window = liveDiscardWindow;
        if (window == null) {
            return;
        }
        ChunkAddressing method = addressing;
        if (method == null) {
            throw new IllegalStateException("a discard window has no width without an addressing method");
        }
        out.writeByte(OPTION_DISCARD_WINDOW);
        if (method.windowBytes() == Integer.BYTES) {
            out.writeInt((int) (long) window);
        } else {
            out.writeLong(window);
        }
    }

    private static void writeByte(ByteBuf out, int code, @Nullable Integer value) {
        if (value != null) {
            out.writeByte(code).writeByte(value);
        }
    }

    private static int readByte(ByteBuf in) throws MalformedMessageException {
        Bounds.require(in, 1);
        return in.readUnsignedByte();
    }

    private static SwarmId readSwarmId(ByteBuf in) throws MalformedMessageException {
        Bounds.require(in, Short.BYTES);
        int length = in.readUnsignedShort();
        if (length == 0 || length > SwarmId.MAX_LENGTH_BYTES) {
            throw new MalformedMessageException("a swarm identifier has 1 to 1024 bytes");
        }
        Bounds.require(in, length);
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return SwarmId.of(bytes);
    }

    private static ChunkAddressing readAddressing(ByteBuf in) throws MalformedMessageException {
        ChunkAddressing addressing = ChunkAddressing.byCode(readByte(in));
        if (addressing == null) {
            throw new MalformedMessageException("unassigned chunk addressing method");
        }
        return addressing;
    }

    /** Windows of 2<sup>63</sup> and more, which no stream reaches, count as all. */
    private static long readDiscardWindow(ByteBuf in, @Nullable ChunkAddressing addressing)
            throws MalformedMessageException {
        if (addressing == null) {
            throw new MalformedMessageException("discard window without a chunk addressing method before it");
        }
        Bounds.require(in, addressing.windowBytes());
        if (addressing.windowBytes() == Integer.BYTES) {
            int window = in.readInt();
            return window == -1 ? KEEPS_ALL : Integer.toUnsignedLong(window);
        }
        return Math.max(in.readLong(), KEEPS_ALL); // negative as signed
    }

    private static long readChunkSize(ByteBuf in) throws MalformedMessageException {
        Bounds.require(in, Integer.BYTES);
        long size = in.readUnsignedInt();
        if (size == 0) {
            throw new MalformedMessageException("chunk size of zero");
        }
        return size;
    }

    private static UUID readPeerId(ByteBuf in, boolean named) throws MalformedMessageException {
        if (!named) {
            throw unknown();
        }
        Bounds.require(in, 2 * Long.BYTES);
        return new UUID(in.readLong(), in.readLong());
    }

    private static MalformedMessageException unknown() {
        return new MalformedMessageException("unknown option, of unknown length");
    }

    private static <T> T require(@Nullable T option, String name) throws MalformedMessageException {
        if (option == null) {
            throw new MalformedMessageException("mandatory option missing: " + name);
        }
        return option;
    }

    /** Puts options together; those that are not named are absent, as those named with null. */
    public static final class Builder {
        private @Nullable Integer version;
        private @Nullable Integer minimumVersion;
        private @Nullable SwarmId swarmId;
        private @Nullable Integer integrityMethod;
        private @Nullable Integer hashFunction;
        private @Nullable Integer signatureAlgorithm;
        private @Nullable ChunkAddressing addressing;
        private @Nullable Long liveDiscardWindow;
        private @Nullable SupportedMessages supportedMessages;
        private @Nullable Long chunkSize;
        private @Nullable UUID peerId;

        public Builder version(@Nullable Integer value) {
            version = value;
            return this;
        }

        public Builder minimumVersion(@Nullable Integer value) {
            minimumVersion = value;
            return this;
        }

        public Builder swarmId(@Nullable SwarmId value) {
            swarmId = value;
            return this;
        }

        public Builder integrityMethod(@Nullable Integer value) {
            integrityMethod = value;
            return this;
        }

        public Builder hashFunction(@Nullable Integer value) {
            hashFunction = value;
            return this;
        }

        public Builder signatureAlgorithm(@Nullable Integer value) {
            signatureAlgorithm = value;
            return this;
        }

        public Builder addressing(@Nullable ChunkAddressing value) {
            addressing = value;
            return this;
        }

        public Builder liveDiscardWindow(@Nullable Long value) {
            liveDiscardWindow = value;
            return this;
        }

        public Builder supportedMessages(@Nullable SupportedMessages value) {
            supportedMessages = value;
            return this;
        }

        public Builder chunkSize(@Nullable Long value) {
            chunkSize = value;
            return this;
        }

        public Builder peerId(@Nullable UUID value) {
            peerId = value;
            return this;
        }

        public ProtocolOptions build() {
            return new ProtocolOptions(
                    version,
                    minimumVersion,
                    swarmId,
                    integrityMethod,
                    hashFunction,
                    signatureAlgorithm,
                    addressing,
                    liveDiscardWindow,
                    supportedMessages,
                    chunkSize,
                    peerId);
        }
    }
}
