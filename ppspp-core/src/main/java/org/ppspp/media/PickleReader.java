package org.ppspp.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a small part of Python's pickles, protocols 0 to 5: one dictionary from texts to integers, bytes and texts. A pickle is
 * a program for a stack machine that can make any object; this machine can make nothing else, calls nothing, and does not nest.
 * The one function that is named in what it reads is {@code _codecs.encode}: protocols before 3 write bytes with it.
 */
final class PickleReader {
    static final int MAX_PROTOCOL = 5;

    /** The opcode that says which protocol it is. */
    static final byte PROTOCOL = (byte) 0x80;

    /** A frame has five entries, so there are never more objects at once than these. */
    private static final int MAX_ENTRIES = 64;

    private static final int MAX_STACK = 2 * MAX_ENTRIES + 8;
    private static final int MAX_MEMOS = 256;

    /** A number has so many digits at most. */
    private static final int MAX_NUMBER_CHARACTERS = 20;

    /** Things on the stack that are no values. */
    private enum Token {
        MARK,
        ENCODE
    }

    /** Arguments of {@link Token#ENCODE}. */
    private record Pair(Object first, Object second) {}

    private static final class Dictionary {
        final Map<String, Object> values = new LinkedHashMap<>();
    }

    private final ByteBuffer in;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Long, Object> memos = new HashMap<>();

    private PickleReader(byte[] pickle) {
        in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The dictionary: {@link Long}, {@link String} and {@code byte[]} by name. What stands behind its end is ignored. */
    static Map<String, Object> read(byte[] pickle) throws MalformedFrameException {
        PickleReader reader = new PickleReader(pickle);
        // Each step takes at least a byte, so there is an end.
        while (true) {
            int code = reader.unsigned(1);
            if (code == '.') {
                return reader.result();
            }
            reader.step(code);
        }
    }

    private Map<String, Object> result() throws MalformedFrameException {
        if (stack.size() == 1 && stack.get(0) instanceof Dictionary dictionary) {
            return dictionary.values;
        }
        throw new MalformedFrameException("the pickle is no dictionary");
    }

    private void step(int code) throws MalformedFrameException {
        if (!control(code) && !value(code) && !structure(code)) {
            throw new MalformedFrameException("the pickle has instruction " + code + ", which frames do not need");
        }
    }

    private boolean control(int code) throws MalformedFrameException {
        switch (code) {
            case 0x80 -> require(unsigned(1) <= MAX_PROTOCOL, "a pickle protocol that is unknown");
            case 0x95 -> length(8);
            case 'p' -> remember(number(line()));
            case 'q' -> remember(unsigned(1));
            case 'r' -> remember(unsigned(4));
            case 0x94 -> remember(memos.size());
            case 'g' -> push(recall(number(line())));
            case 'h' -> push(recall(unsigned(1)));
            case 'j' -> push(recall(unsigned(4)));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean value(int code) throws MalformedFrameException {
        switch (code) {
            case 'K' -> push((long) unsigned(1));
            case 'M' -> push((long) unsigned(2));
            case 'J' -> push((long) unsigned(4));
            case 'I' -> push(number(line()));
            case 'L' -> push(longNumber(line()));
            case 0x8a -> push(longNumber(unsigned(1)));
            case 0x8b -> push(longNumber(length(4)));
            case 'C' -> push(bytes(length(1)));
            case 'B' -> push(bytes(length(4)));
            case 0x8e -> push(bytes(length(8)));
            case 0x8c -> push(text(length(1)));
            case 'X' -> push(text(length(4)));
            case 0x8d -> push(text(length(8)));
            case 'V' -> push(unescape(line()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean structure(int code) throws MalformedFrameException {
        switch (code) {
            case '(' -> push(Token.MARK);
            case '}' -> push(new Dictionary());
            case 'd' -> {
                List<Object> items = popToMark();
                Dictionary dictionary = new Dictionary();
                put(dictionary, items);
                push(dictionary);
            }
            case 's' -> {
                Object value = pop();
                Object key = pop();
                put(top(), List.of(key, value));
            }
            case 'u' -> {
                List<Object> items = popToMark();
                put(top(), items);
            }
            case 'c' -> {
                require(line().equals("_codecs") && line().equals("encode"), "the name of something to run");
                push(Token.ENCODE);
            }
            case 't' -> {
                List<Object> items = popToMark();
                require(items.size() == 2, "a tuple that is no pair");
                push(new Pair(items.get(0), items.get(1)));
            }
            case 0x86 -> {
                Object second = pop();
                push(new Pair(pop(), second));
            }
            case 'R' -> {
                Object arguments = pop();
                require(pop() == Token.ENCODE, "a call");
                push(encode(arguments));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What {@code _codecs.encode(text, 'latin1')} gives. */
    private static byte[] encode(Object arguments) throws MalformedFrameException {
        if (arguments instanceof Pair pair
                && pair.first() instanceof String text
                && "latin1".equals(pair.second())
                && text.chars().allMatch(character -> character <= 0xff)) {
            return text.getBytes(ISO_8859_1);
        }
        throw new MalformedFrameException("a call that makes no bytes");
    }

    private static void put(@Nullable Object target, List<Object> items) throws MalformedFrameException {
        require(target instanceof Dictionary && items.size() % 2 == 0, "entries without a dictionary");
        if (target instanceof Dictionary dictionary) {
            for (int i = 0; i < items.size(); i += 2) {
                Object value = items.get(i + 1);
                require(value instanceof Long || value instanceof String || value instanceof byte[], "a nested value");
                if (!(items.get(i) instanceof String key)) {
                    throw new MalformedFrameException("a key that is no text");
                }
                dictionary.values.put(key, value);
            }
            require(dictionary.values.size() <= MAX_ENTRIES, "too many entries");
        }
    }

    private void push(Object value) throws MalformedFrameException {
        require(stack.size() < MAX_STACK, "too many values");
        stack.add(value);
    }

    private Object pop() throws MalformedFrameException {
        require(!stack.isEmpty(), "too few values");
        return stack.remove(stack.size() - 1);
    }

    private @Nullable Object top() {
        return stack.isEmpty() ? null : stack.get(stack.size() - 1);
    }

    private List<Object> popToMark() throws MalformedFrameException {
        int mark = stack.lastIndexOf(Token.MARK);
        require(mark >= 0, "too few values");
        List<Object> items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    private void remember(long at) throws MalformedFrameException {
        Object value = top();
        if (value == null || memos.size() >= MAX_MEMOS) {
            throw new MalformedFrameException("too much to remember, or nothing");
        }
        memos.put(at, value);
    }

    private Object recall(long at) throws MalformedFrameException {
        Object value = memos.get(at);
        if (value == null) {
            throw new MalformedFrameException("nothing was remembered under " + at);
        }
        return value;
    }

    /** A number of 1, 2 or 4 bytes; that of 4 is signed. */
    private int unsigned(int width) throws MalformedFrameException {
        require(in.remaining() >= width, "the pickle ends early");
        return switch (width) {
            case 1 -> in.get() & 0xff;
            case 2 -> in.getShort() & 0xffff;
            default -> in.getInt();
        };
    }

    /** A length in so many bytes, of what must be there. */
    private int length(int width) throws MalformedFrameException {
        require(in.remaining() >= width, "the pickle ends early");
        long length = width == 8 ? in.getLong() : unsigned(width);
        require(length >= 0 && length <= in.remaining(), "the pickle ends early");
        return (int) length;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private String text(int length) throws MalformedFrameException {
        try {
            String text =
                    UTF_8.newDecoder().decode(in.slice(in.position(), length)).toString();
            in.position(in.position() + length);
            return text;
        } catch (CharacterCodingException e) {
            throw new MalformedFrameException("text that is no UTF-8");
        }
    }

    /** What stands before the next line feed, a character for each byte. */
    private String line() throws MalformedFrameException {
        int end = in.position();
        while (end < in.limit() && in.get(end) != '\n') {
            end++;
        }
        require(end < in.limit(), "the pickle ends early");
        byte[] line = bytes(end - in.position());
        in.get();
        return new String(line, ISO_8859_1);
    }

    private static long number(String digits) throws MalformedFrameException {
        try {
            require(digits.length() <= MAX_NUMBER_CHARACTERS, "a number that is too long");
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new MalformedFrameException("'" + digits + "' for a number");
        }
    }

    private static long longNumber(String text) throws MalformedFrameException {
        return number(text.endsWith("L") ? text.substring(0, text.length() - 1) : text);
    }

    /** A signed number in so many bytes, the lowest first. */
    private long longNumber(int width) throws MalformedFrameException {
        require(width <= Long.BYTES && width <= in.remaining(), "a number that is too long");
        long number = 0;
        for (int i = 0; i < width; i++) {
            number |= (in.get() & 0xffL) << (8 * i);
        }
        int unused = Long.SIZE - 8 * width;
        return width == 0 ? 0 : number << unused >> unused;
    }

    /** Undoes Python's {@code raw-unicode-escape}: \\u and four digits, \\U and eight. */
    private static String unescape(String line) throws MalformedFrameException {
        if (line.indexOf('\\') < 0) {
            return line;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            boolean escape = line.charAt(i) == '\\' && i + 1 < line.length();
            int digits = !escape ? 0 : line.charAt(i + 1) == 'u' ? 4 : line.charAt(i + 1) == 'U' ? 8 : 0;
            if (digits == 0) {
                text.append(line.charAt(i));
                continue;
            }
            require(i + 2 + digits <= line.length(), "a character that is cut off");
            try {
                text.appendCodePoint(Integer.parseInt(line, i + 2, i + 2 + digits, 16));
            } catch (IllegalArgumentException e) {
                throw new MalformedFrameException("a character that does not exist");
            }
            i += 1 + digits;
        }
        return text.toString();
    }

    private static void require(boolean condition, String otherwise) throws MalformedFrameException {
        if (!condition) {
            throw new MalformedFrameException(otherwise);
        }
    }
}
