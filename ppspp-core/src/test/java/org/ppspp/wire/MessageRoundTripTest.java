package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;

class MessageRoundTripTest {
    private static final int SEEDS = 400;
    private static final int CHUNK_SIZE_BYTES = 40;

    @ParameterizedTest
    @EnumSource(ChunkAddressing.class)
    void readsBackWhatItWrote(ChunkAddressing addressing) throws MalformedMessageException {
        for (long seed = 1; seed <= SEEDS; seed++) {
            RandomMessages random = new RandomMessages(seed, addressing);
            WireFormat format = random.format();
            List<Message> sent = random.datagram();
            List<Message> expected = new ArrayList<>();
            ByteBuf out = Unpooled.buffer();
            MessageWriter writer = new MessageWriter(out, format);
            for (Message message : sent) {
                int before = out.writerIndex();
                Messages.write(writer, message);
                List<Message> parts = RandomMessages.parts(message, addressing);
                expected.addAll(parts);
                assertThat(out.writerIndex() - before)
                        .as("seed %s %s", seed, message)
                        .isEqualTo(parts.size() * RandomMessages.size(writer, message));
            }
            List<Message> read = Messages.readAll(new MessageReader(out, format, Integer.MAX_VALUE));
            assertThat(Messages.describe(read, addressing))
                    .as("seed %s", seed)
                    .isEqualTo(Messages.describe(expected, addressing));
        }
    }

    /** Any message a swarm with {@link #format} may see. */
    private static final class RandomMessages {
        private final SplittableRandom random;
        private final ChunkAddressing addressing;

        RandomMessages(long seed, ChunkAddressing addressing) {
            this.random = new SplittableRandom(seed);
            this.addressing = addressing;
        }

        WireFormat format() {
            return new WireFormat(addressing, 20, 64, CHUNK_SIZE_BYTES, WireFormat.UNKNOWN_LENGTH);
        }

        List<Message> datagram() {
            List<Message> messages = new ArrayList<>();
            if (random.nextBoolean()) {
                messages.add(new Message.Handshake(random.nextInt(), RandomOptions.next(random)));
            }
            for (int count = random.nextInt(12); count > 0; count--) {
                messages.add(message());
            }
            return messages;
        }

        private Message message() {
            return switch (random.nextInt(13)) {
                case 0 -> new Message.Data(chunk(), random.nextLong(), Unpooled.wrappedBuffer(bytes(CHUNK_SIZE_BYTES)));
                case 1 -> new Message.Ack(range(), random.nextLong());
                case 2 -> new Message.Have(range());
                case 3 -> new Message.Integrity(node(), bytes(20));
                case 4 -> new Message.PexResV4(address(bytes(4)));
                case 5 -> new Message.PexResV6(address(bytes(16)));
                case 6 -> new Message.PexReq();
                case 7 -> new Message.SignedIntegrity(chunks(node()), random.nextLong(), bytes(64));
                case 8 -> new Message.Request(range());
                case 9 -> new Message.Cancel(range());
                case 10 -> new Message.Choke();
                case 11 -> new Message.Unchoke();
                default -> new Message.PexResCert(bytes(random.nextInt(1, 60)));
            };
        }

        private byte[] bytes(int length) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return bytes;
        }

        private InetSocketAddress address(byte[] host) {
            try {
                return new InetSocketAddress(InetAddress.getByAddress(host), random.nextInt(1 << 16));
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }

        private int chunkBits() {
            return switch (addressing) {
                case BINS_32 -> 31;
                case CHUNK_RANGES_32 -> 32;
                default -> 40;
            };
        }

        private long chunk() {
            return random.nextLong(1L << chunkBits()) >>> random.nextInt(chunkBits());
        }

        private ChunkRange range() {
            long one = chunk();
            long other = random.nextBoolean() ? chunk() : Math.min(one + random.nextInt(50), (1L << chunkBits()) - 1);
            return new ChunkRange(Math.min(one, other), Math.max(one, other));
        }

        private long node() {
            long bin = Bin.leaf(chunk());
            for (int up = random.nextInt(8); up > 0; up--) {
                bin = Bin.lastChunk(Bin.parent(bin)) < 1L << chunkBits() ? Bin.parent(bin) : bin;
            }
            return bin;
        }

        private static ChunkRange chunks(long bin) {
            return new ChunkRange(Bin.firstChunk(bin), Bin.lastChunk(bin));
        }

        /** The messages that one message leaves as: with bins, one for each node of its range. */
        static List<Message> parts(Message message, ChunkAddressing addressing) {
            if (addressing != ChunkAddressing.BINS_32 && addressing != ChunkAddressing.BINS_64) {
                return List.of(message);
            }
            if (message instanceof Message.Ack ack) {
                return nodes(ack.chunks()).stream()
                        .map(node -> (Message) new Message.Ack(node, ack.delayMicros()))
                        .toList();
            } else if (message instanceof Message.Have have) {
                return nodes(have.chunks()).stream()
                        .map(node -> (Message) new Message.Have(node))
                        .toList();
            } else if (message instanceof Message.Request request) {
                return nodes(request.chunks()).stream()
                        .map(node -> (Message) new Message.Request(node))
                        .toList();
            } else if (message instanceof Message.Cancel cancel) {
                return nodes(cancel.chunks()).stream()
                        .map(node -> (Message) new Message.Cancel(node))
                        .toList();
            }
            return List.of(message);
        }

        /** The split of the specification, from leaf to parent as long as the parent fits. */
        private static List<ChunkRange> nodes(ChunkRange chunks) {
            List<ChunkRange> nodes = new ArrayList<>();
            for (long first = chunks.first(); first <= chunks.last(); ) {
                long bin = Bin.leaf(first);
                while (Bin.firstChunk(Bin.parent(bin)) == first && Bin.lastChunk(Bin.parent(bin)) <= chunks.last()) {
                    bin = Bin.parent(bin);
                }
                nodes.add(chunks(bin));
                first = Bin.lastChunk(bin) + 1;
            }
            return nodes;
        }

        /** What the writer says one part of {@code message} takes. */
        static int size(MessageWriter writer, Message message) {
            if (message instanceof Message.Data data) {
                return writer.dataBytes(data.content().readableBytes());
            } else if (message instanceof Message.Ack) {
                return writer.ackBytes();
            } else if (message instanceof Message.Have) {
                return writer.haveBytes();
            } else if (message instanceof Message.Integrity) {
                return writer.integrityBytes();
            } else if (message instanceof Message.SignedIntegrity) {
                return writer.signedIntegrityBytes();
            } else if (message instanceof Message.Request) {
                return writer.requestBytes();
            } else if (message instanceof Message.Cancel) {
                return writer.cancelBytes();
            } else if (message instanceof Message.PexResV4 pex) {
                return MessageWriter.pexResBytes(pex.address());
            } else if (message instanceof Message.PexResV6 pex) {
                return MessageWriter.pexResBytes(pex.address());
            } else if (message instanceof Message.PexResCert certificate) {
                return MessageWriter.pexResCertBytes(certificate.certificate());
            } else if (message instanceof Message.Handshake handshake) {
                ByteBuf options = Unpooled.buffer();
                handshake.options().encode(options);
                return 5 + options.readableBytes();
            }
            return MessageWriter.EMPTY_BYTES;
        }
    }
}
