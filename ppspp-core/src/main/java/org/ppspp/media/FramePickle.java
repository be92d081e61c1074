package org.ppspp.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Frames as PyPPSPP writes them: a dictionary, pickled by Python. Written are protocols 3 and 4, byte for byte what Python
 * makes of frames below 64 KiB; read is what {@link PickleReader} reads.
 */
public final class FramePickle {
    /** What Python before 3.8 writes. */
    public static final int PROTOCOL_3 = 3;

    /** What Python writes since 3.8. */
    public static final int PROTOCOL_4 = 4;

    /** Everything but picture, sound and text is shorter. */
    private static final int OVERHEAD_BYTES = 128;

    private static final int MAX_BYTE = 0xff;
    private static final int MAX_SHORT = 0xffff;

    /** Keys in their order. */
    private static final String ID = "id";

    private static final String KEY = "vk";
    private static final String VIDEO = "vd";
    private static final String AUDIO = "ad";
    private static final String INFO = "in";

    private final int protocol;
    private final ByteBuffer out;
    private int memos;

    private FramePickle(int protocol, ByteBuffer out) {
        this.protocol = protocol;
        this.out = out;
    }

    /** The pickle of {@code frame} in {@link #PROTOCOL_3} or {@link #PROTOCOL_4}. */
    public static byte[] write(AvFrame frame, int protocol) {
        if (protocol != PROTOCOL_3 && protocol != PROTOCOL_4) {
            throw new IllegalArgumentException("pickle protocol " + protocol + " is not written, only 3 and 4");
        }
        int size = OVERHEAD_BYTES + frame.video().length + frame.audio().length + utf8(frame.info()).length;
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        new FramePickle(protocol, out).frame(frame);
        byte[] pickle = new byte[out.position()];
        out.get(0, pickle);
        return pickle;
    }

    /** Reads any pickle of a frame. Keys that are unknown are ignored. */
    public static AvFrame read(byte[] pickle) throws MalformedFrameException {
        Map<String, Object> values = PickleReader.read(pickle);
        return new AvFrame(
                value(values, ID, Long.class),
                value(values, KEY, Long.class) != 0,
                value(values, VIDEO, byte[].class),
                value(values, AUDIO, byte[].class),
                value(values, INFO, String.class));
    }

    private static <T> T value(Map<String, Object> values, String key, Class<T> type) throws MalformedFrameException {
        Object value = values.get(key);
        if (!type.isInstance(value)) {
            throw new MalformedFrameException("a frame without '" + key + "', or of the wrong type");
        }
        return type.cast(value);
    }

    private void frame(AvFrame frame) {
        out.put((byte) 0x80).put((byte) protocol);
        int lengthAt = out.position() + 1;
        if (protocol == PROTOCOL_4) {
            out.put((byte) 0x95).putLong(0);
        }
        out.put((byte) '}');
        memo();
        out.put((byte) '(');
        text(ID);
        number(frame.id());
        text(KEY);
        number(frame.key() ? 1 : 0);
        text(VIDEO);
        bytes(frame.video());
        text(AUDIO);
        bytes(frame.audio());
        text(INFO);
        text(frame.info());
        out.put((byte) 'u').put((byte) '.');
        if (protocol == PROTOCOL_4) {
            out.putLong(lengthAt, out.position() - lengthAt - Long.BYTES);
        }
    }

    /** Python remembers each object it wrote, should it come again. */
    private void memo() {
        if (protocol == PROTOCOL_4) {
            out.put((byte) 0x94);
        } else {
            out.put((byte) 'q').put((byte) memos++);
        }
    }

    private void number(long value) {
        if (value >= 0 && value <= MAX_BYTE) {
            out.put((byte) 'K').put((byte) value);
        } else if (value >= 0 && value <= MAX_SHORT) {
            out.put((byte) 'M').putShort((short) value);
        } else {
            out.put((byte) 'J').putInt(Math.toIntExact(value));
        }
    }

    private void text(String value) {
        byte[] bytes = utf8(value);
        if (protocol == PROTOCOL_4 && bytes.length <= MAX_BYTE) {
            out.put((byte) 0x8c).put((byte) bytes.length);
        } else {
            out.put((byte) 'X').putInt(bytes.length);
        }
        out.put(bytes);
        memo();
    }

    private void bytes(byte[] value) {
        if (value.length <= MAX_BYTE) {
            out.put((byte) 'C').put((byte) value.length);
        } else {
            out.put((byte) 'B').putInt(value.length);
        }
        out.put(value);
        memo();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
