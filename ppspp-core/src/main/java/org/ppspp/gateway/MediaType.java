package org.ppspp.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.media.TsPackets;

/** What kind of media content is, as {@code Content-Type} names it. Nothing is ever called a type that a browser would run. */
final class MediaType {
    static final String UNKNOWN = "application/octet-stream";
    static final String MPEG_TS = "video/mp2t";
    static final String HLS = "application/vnd.apple.mpegurl";

    /** As many bytes of the beginning as {@link #ofBytes} can use. */
    static final int HEAD_BYTES = 2 * TsPackets.PACKET_BYTES + 1;

    private static final Map<String, String> BY_EXTENSION = Map.ofEntries(
            Map.entry("mp4", "video/mp4"),
            Map.entry("m4v", "video/mp4"),
            Map.entry("webm", "video/webm"),
            Map.entry("mkv", "video/x-matroska"),
            Map.entry("mka", "audio/x-matroska"),
            Map.entry("mov", "video/quicktime"),
            Map.entry("avi", "video/x-msvideo"),
            Map.entry("ogv", "video/ogg"),
            Map.entry("ts", MPEG_TS),
            Map.entry("m2ts", MPEG_TS),
            Map.entry("mpg", "video/mpeg"),
            Map.entry("mpeg", "video/mpeg"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("m4a", "audio/mp4"),
            Map.entry("aac", "audio/aac"),
            Map.entry("ogg", "audio/ogg"),
            Map.entry("oga", "audio/ogg"),
            Map.entry("opus", "audio/ogg"),
            Map.entry("flac", "audio/flac"),
            Map.entry("wav", "audio/wav"),
            Map.entry("m3u8", HLS),
            Map.entry("mpd", "application/dash+xml"),
            Map.entry("m4s", "video/iso.segment"),
            Map.entry("vtt", "text/vtt"),
            Map.entry("srt", "application/x-subrip"));

    private MediaType() {}

    /** The type that a file's name says, or null where it says none. */
    static @Nullable String ofName(@Nullable String name) {
        int dot = name == null ? -1 : name.lastIndexOf('.');
        return name == null || dot < 0
                ? null
                : BY_EXTENSION.get(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /** The type that the first bytes show. */
    static String ofBytes(byte[] head) {
        if (is(head, 4, "ftyp")) {
            return is(head, 8, "M4A") ? "audio/mp4" : is(head, 8, "qt") ? "video/quicktime" : "video/mp4";
        }
        if (is(head, 0, "\u001aE\u00df\u00a3")) {
            return new String(head, StandardCharsets.ISO_8859_1).contains("webm") ? "video/webm" : "video/x-matroska";
        }
        if (isTransportStream(head)) {
            return MPEG_TS;
        }
        if (is(head, 0, "OggS")) {
            return "audio/ogg";
        }
        if (is(head, 0, "fLaC")) {
            return "audio/flac";
        }
        if (is(head, 0, "RIFF")) {
            return is(head, 8, "WAVE") ? "audio/wav" : is(head, 8, "AVI ") ? "video/x-msvideo" : UNKNOWN;
        }
        return is(head, 0, "ID3") || isMp3Frame(head) ? "audio/mpeg" : UNKNOWN;
    }

    /** Whether content of this type is something to watch or to listen to. */
    static boolean isPlayable(String type) {
        return type.startsWith("video/") || type.startsWith("audio/");
    }

    private static boolean isTransportStream(byte[] head) {
        int packets = 0;
        for (int at = 0; at < head.length && at <= 2 * TsPackets.PACKET_BYTES; at += TsPackets.PACKET_BYTES) {
            if (head[at] != 0x47) {
                return false;
            }
            packets++;
        }
        return packets >= 2;
    }

    /** Layer III of MPEG 1 or 2, with a bit rate and a sampling rate that exist. */
    private static boolean isMp3Frame(byte[] head) {
        return head.length > 3
                && head[0] == (byte) 0xff
                && (head[1] & 0xe6) == 0xe2
                && (head[2] & 0xf0) != 0xf0
                && (head[2] & 0x0c) != 0x0c;
    }

    private static boolean is(byte[] head, int at, String magic) {
        byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
        return head.length >= at + bytes.length && Arrays.equals(head, at, at + bytes.length, bytes, 0, bytes.length);
    }
}
