package org.ppspp.sim;

import io.netty.buffer.Unpooled;
import java.util.List;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.SignedNode;
import org.ppspp.wire.MessageWriter;

/** What a {@link LiveLiar} says of a stream whose chunks are signed one by one. */
record SignAllLies(Simulation simulation, LiveStream stream, Lie lie, LivePeer clock) implements LiveLiar.Script {
    /** What it lies about. */
    enum Lie {
        /** True signatures of former chunks, with those chunks, in the place of later ones. */
        SHIFTED,
        /** True chunks and signatures with a new time. */
        RETIMED,
        /** Chunks of its own, signed with another key. */
        ANOTHER_KEY,
        /** True chunks, and signatures with a bit changed. */
        FLIPPED,
        /** As if the stream had begun anew: low numbers, and the present time. */
        BEGINS_ANEW,
        /** What was said of the oldest chunks there ever were, again and again. */
        REPLAYED,
        /** Second versions of chunks that everybody has, signed with the right key: only the source itself can do that. */
        EQUIVOCAL
    }

    private static final int SHIFT = 7;
    private static final int OTHER = 99;

    /** Whether whoever is lied to learns who lies. */
    static boolean canBeBlamed(Lie lie) {
        return lie != Lie.REPLAYED && lie != Lie.EQUIVOCAL;
    }

    private record Said(SignedNode signed, byte[] content) {}

    @Override
    public void tell(MessageWriter writer) {
        LiveStream.Piece latest = stream.pieces().get(stream.pieces().size() - 1);
        long edge = latest.segment().chunks().last();
        long chunk = switch (lie) {
            case BEGINS_ANEW, REPLAYED -> 0;
            case EQUIVOCAL -> Math.max(0, edge - 300);
            default -> edge + 1;
        };
        say(writer, chunk);
        if (lie != Lie.EQUIVOCAL) {
            writer.have(new ChunkRange(Math.max(0, edge - 500), edge + LiveLiar.CHUNKS_AHEAD));
        }
    }

    private byte[] say(MessageWriter writer, long chunk) {
        Said said = said(chunk);
        writer.signedIntegrity(
                said.signed().chunks(), said.signed().ntpTime(), said.signed().signature());
        return said.content();
    }

    @Override
    public void answer(MessageWriter writer, long chunk) {
        byte[] content = say(writer, chunk);
        writer.data(chunk, simulation.now() / 1_000, Unpooled.wrappedBuffer(content), 0, content.length);
    }

    private Said said(long chunk) {
        ChunkRange place = ChunkRange.of(chunk);
        Said real = real(chunk);
        SignedNode signed = real.signed();
        return switch (lie) {
            case SHIFTED -> {
                Said former = real(Math.max(0, chunk - SHIFT));
                yield new Said(
                        new SignedNode(place, signed.ntpTime(), former.signed().signature()), former.content());
            }
            case RETIMED, BEGINS_ANEW ->
                new Said(new SignedNode(place, clock.ntpNow(), signed.signature()), real.content());
            case ANOTHER_KEY ->
                new Said(
                        own(chunk, signed.ntpTime(), false),
                        stream.make(chunk, 1, OTHER).get(0));
            case FLIPPED -> {
                byte[] flipped = signed.signature().clone();
                flipped[0] ^= 1;
                yield new Said(new SignedNode(place, signed.ntpTime(), flipped), real.content());
            }
            case REPLAYED -> oldest();
            case EQUIVOCAL ->
                new Said(
                        own(chunk, signed.ntpTime() + 1, true),
                        stream.make(chunk, 1, OTHER).get(0));
        };
    }

    private SignedNode own(long chunk, long time, boolean key) {
        List<byte[]> content = stream.make(chunk, 1, OTHER);
        return (key ? stream.sign(chunk, content, time) : stream.sign(chunk, content, time, LiveStream.keyed(-1)))
                .signed()
                .get(0);
    }

    private Said oldest() {
        LiveStream.Piece first = stream.pieces().get(0);
        return new Said(first.segment().signed().get(0), first.chunks().get(0));
    }

    /** The latest truth about a chunk, or about the newest if there is none. */
    private Said real(long chunk) {
        List<LiveStream.Piece> pieces = stream.pieces();
        for (int i = pieces.size() - 1; i >= 0; i--) {
            LiveStream.Piece piece = pieces.get(i);
            if (piece.segment().chunks().contains(chunk)) {
                int index = (int) (chunk - piece.segment().chunks().first());
                return new Said(
                        piece.segment().signed().get(index), piece.chunks().get(index));
            }
        }
        LiveStream.Piece latest = pieces.get(pieces.size() - 1);
        return new Said(latest.segment().signed().get(0), latest.chunks().get(0));
    }
}
