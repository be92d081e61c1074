package org.ppspp.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request is for. */
sealed interface Route {
    /** The page or a part of it, by the name of its file. */
    record Asset(String file) implements Route {}

    /** The address of the page without its last slash. */
    record Folder() implements Route {}

    record Status() implements Route {}

    record Events() implements Route {}

    /** {@code name} is null for the first live stream there is. */
    record Content(@Nullable String name) implements Route {}

    /** {@code name} is null for the first content. */
    record Playlist(@Nullable String name) implements Route {}

    record Segment(String name, long number) implements Route {}

    /** The longest target that can be anything of ours. */
    int MAX_TARGET_CHARS = 2_048;

    Pattern SEGMENT = Pattern.compile("([0-9]{1,12})\\.ts");

    /** The route of a request target, or null where there is nothing: for whoever lacks the token that is everywhere. */
    static @Nullable Route parse(String target, @Nullable AccessToken token) {
        List<String> steps = steps(target);
        if (steps == null) {
            return null;
        }
        if (token == null) {
            return of(steps);
        }
        if (!token.equalsText(steps.get(0))) {
            return null;
        }
        return steps.size() == 1 ? new Folder() : of(steps.subList(1, steps.size()));
    }

    /** {@code name} as one step of a path. */
    static String encode(String name) {
        StringBuilder text = new StringBuilder();
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
                text.append(c);
            } else {
                text.append(String.format("%%%02X", (int) c));
            }
        }
        return text.toString();
    }

    private static @Nullable Route of(List<String> steps) {
        String first = steps.get(0);
        String last = steps.get(steps.size() - 1);
        return switch (steps.size()) {
            case 1 ->
                switch (first) {
                    case "" -> new Asset("index.html");
                    case "page.js", "page.css", "icon.svg" -> new Asset(first);
                    case "status.json" -> new Status();
                    case "events" -> new Events();
                    case "live.ts" -> new Content(null);
                    default -> null;
                };
            case 2 ->
                switch (first) {
                    case "content" -> last.isEmpty() ? null : new Content(last);
                    case "hls" -> last.equals("index.m3u8") ? new Playlist(null) : null;
                    default -> null;
                };
            case 3 -> first.equals("hls") && !steps.get(1).isEmpty() ? stream(steps.get(1), last) : null;
            default -> null;
        };
    }

    private static @Nullable Route stream(String name, String file) {
        if (file.equals("index.m3u8")) {
            return new Playlist(name);
        }
        Matcher segment = SEGMENT.matcher(file);
        return segment.matches() ? new Segment(name, Long.parseLong(segment.group(1))) : null;
    }

    /** The decoded steps of the path, at least one and the last one perhaps empty, or null where it is not well-formed. */
    private static @Nullable List<String> steps(String target) {
        if (target.length() > MAX_TARGET_CHARS || !target.startsWith("/")) {
            return null;
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        List<String> steps = new ArrayList<>();
        for (String step : path.substring(1).split("/", -1)) {
            String decoded = decode(step);
            if (decoded == null) {
                return null;
            }
            steps.add(decoded);
        }
        return steps;
    }

    private static @Nullable String decode(String step) {
        ByteBuffer bytes = ByteBuffer.allocate(step.length());
        for (int i = 0; i < step.length(); i++) {
            char c = step.charAt(i);
            if (c == '%') {
                int high = i + 2 < step.length() ? Character.digit(step.charAt(i + 1), 16) : -1;
                int low = i + 2 < step.length() ? Character.digit(step.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    return null;
                }
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else if (c <= ' ' || c >= 0x7f) {
                return null;
            } else {
                bytes.put((byte) c);
            }
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            return text.chars().anyMatch(Character::isISOControl) ? null : text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
