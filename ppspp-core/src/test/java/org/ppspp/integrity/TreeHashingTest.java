package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.chunk.Bin;

final class TreeHashingTest {
    @Test
    void computesTheNodesOfTheWorkedExample() {
        JsonNode vectors = TreeVectors.load();
        BinHashes block = new BinHasher(HashFunction.SHA256, 1024).hash(0, ByteBuffer.wrap(TreeVectors.content()));

        for (long bin = 0; bin < 14; bin++) {
            assertThat(block.get(bin)).isEqualTo(TreeVectors.hash(vectors.at("/nodes/" + bin)));
        }
        assertThat(block.has(14)).isFalse();
        assertThat(block.get(7)).isEqualTo(TreeVectors.hash(vectors.at("/root")));
    }

    @Test
    void computesTheSha1RootOfTheWorkedExample() {
        NaiveTree tree = new NaiveTree(HashFunction.SHA1, 1024, TreeVectors.content());
        byte[] expected = TreeVectors.hash(TreeVectors.load().at("/sha1_root"));

        assertThat(tree.rootHash()).isEqualTo(expected);
        assertThat(tree.builder().rootHash()).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheNaiveTreeForAllSmallContents(HashFunction function) {
        Random random = new Random(1);
        for (int chunks = 1; chunks <= 70; chunks++) {
            assertAgrees(NaiveTree.random(function, 11, chunks, 1 + random.nextInt(11), random));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SHA1", "SHA256"})
    void agreesWithTheNaiveTreeForRandomContents(HashFunction function) {
        Random random = new Random(2);
        IntStream.concat(IntStream.of(127, 128, 129, 4096, 4097, 5000), random.ints(10, 71, 5000))
                .forEach(chunks -> assertAgrees(NaiveTree.random(function, 5, chunks, 3, random)));
    }

    @Test
    void takesRequestBinsInAnyOrderOrOneAfterTheOther() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, 5, 300, 2, new Random(3));
        TreeBuilder inOrder = new TreeBuilder(HashFunction.SHA1);
        TreeBuilder backwards = new TreeBuilder(HashFunction.SHA1);
        for (int index = 0; index < 5; index++) {
            inOrder.add(tree.node(Bin.of(6, index)));
            backwards.set(4 - index, tree.node(Bin.of(6, 4 - index)));
        }
        inOrder.finish(300);
        backwards.finish(300);

        assertThat(inOrder.rootHash()).isEqualTo(tree.rootHash());
        assertThat(backwards.rootHash()).isEqualTo(tree.rootHash());
        TreeBuilder again = new TreeBuilder(HashFunction.SHA1, inOrder.upper());
        again.finish(300);
        assertThat(again.rootHash()).isEqualTo(tree.rootHash());
    }

    @Test
    void refusesToFinishWithoutAllRequestBins() {
        TreeBuilder builder = new TreeBuilder(HashFunction.SHA1);
        builder.add(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});

        assertThatThrownBy(() -> builder.finish(65)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.finish(7)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(builder::rootHash).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesContentThatIsNoRequestBin() {
        BinHasher hasher = new BinHasher(HashFunction.SHA1, 10);

        assertThatThrownBy(() -> hasher.hash(0, ByteBuffer.allocate(0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> hasher.hash(0, ByteBuffer.allocate(641))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BinHasher(HashFunction.SHA1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hashesBuffersOfAnyKindWithoutMovingThem() {
        byte[] bytes = TreeVectors.content();
        NodeHasher hasher = new NodeHasher(HashFunction.SHA256);
        byte[] expected = HashFunction.SHA256.newDigest().digest(bytes);
        ByteBuf heap = Unpooled.buffer().writeZero(3).writeBytes(bytes).skipBytes(3);
        ByteBuf direct = Unpooled.directBuffer().writeBytes(bytes);
        CompositeByteBuf composite = Unpooled.compositeBuffer()
                .addComponent(true, Unpooled.copiedBuffer(bytes, 0, 1000))
                .addComponent(true, Unpooled.directBuffer().writeBytes(bytes, 1000, bytes.length - 1000));
        ByteBuffer buffer = ByteBuffer.wrap(bytes);

        for (ByteBuf range : new ByteBuf[] {heap, direct, composite}) {
            assertThat(hasher.leaf(range)).isEqualTo(expected);
            assertThat(range.readableBytes()).isEqualTo(bytes.length);
            range.release();
        }
        assertThat(hasher.leaf(buffer)).isEqualTo(expected);
        assertThat(buffer.remaining()).isEqualTo(bytes.length);
        assertThat(hasher.leaf(bytes)).isEqualTo(expected);
    }

    @Test
    void doesNotHashTwoEmptyNodes() {
        NodeHasher hasher = new NodeHasher(HashFunction.SHA1);
        byte[] zero = new byte[20];
        byte[] leaf = hasher.leaf(new byte[] {1});

        assertThat(hasher.isZero(hasher.combine(zero, zero))).isTrue();
        assertThat(hasher.isZero(hasher.combine(leaf, zero))).isFalse();
        assertThat(hasher.combine(leaf, zero)).isNotEqualTo(hasher.combine(zero, leaf));
    }

    private static void assertAgrees(NaiveTree tree) {
        TreeBuilder builder = tree.builder();
        assertThat(builder.rootHash()).isEqualTo(tree.rootHash());
        for (long index = 0; index << 6 < tree.chunks(); index++) {
            BinHashes block = tree.block(index);
            for (long bin = 128 * index; bin < 128 * index + 127; bin++) {
                assertThat(block.has(bin)).isEqualTo(tree.exists(bin));
                if (tree.exists(bin)) {
                    assertThat(block.get(bin)).isEqualTo(tree.node(bin));
                }
            }
        }
        for (int layer = 6; layer <= Bin.layer(tree.root()); layer++) {
            for (long offset = 0; offset << layer < tree.chunks(); offset++) {
                assertThat(builder.upper().get(Bin.of(layer, offset))).isEqualTo(tree.node(Bin.of(layer, offset)));
            }
        }
    }
}
