package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaTypeTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "film.mp4, video/mp4",
        "FILM.MP4, video/mp4",
        "a.b.webm, video/webm",
        "film.mkv, video/x-matroska",
        "film.ts, video/mp2t",
        "song.mp3, audio/mpeg",
        "song.m4a, audio/mp4",
        "song.ogg, audio/ogg",
        "song.flac, audio/flac",
        "film.mpd, application/dash+xml"
    })
    void knowsNames(String name, String type) {
        assertThat(MediaType.ofName(name)).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "film", "film.", "page.html", "page.svg", "page.js", "page.xml", ".mp4x"})
    void namesOfWhatABrowserWouldRunSayNothing(String name) {
        assertThat(MediaType.ofName(name)).isNull();
    }

    @Test
    void knowsFirstBytes() {
        assertThat(MediaType.ofBytes(bytes("\0\0\0 ftypisom"))).isEqualTo("video/mp4");
        assertThat(MediaType.ofBytes(bytes("\0\0\0 ftypM4A "))).isEqualTo("audio/mp4");
        assertThat(MediaType.ofBytes(bytes("\u001aE\u00df\u00a3 B\u0082 webm"))).isEqualTo("video/webm");
        assertThat(MediaType.ofBytes(bytes("\u001aE\u00df\u00a3 B\u0082 matroska")))
                .isEqualTo("video/x-matroska");
        assertThat(MediaType.ofBytes(bytes("OggS\0"))).isEqualTo("audio/ogg");
        assertThat(MediaType.ofBytes(bytes("fLaC\0"))).isEqualTo("audio/flac");
        assertThat(MediaType.ofBytes(bytes("ID3\u0004"))).isEqualTo("audio/mpeg");
        assertThat(MediaType.ofBytes(bytes("\u00ff\u00fb\u0090d"))).isEqualTo("audio/mpeg");
        assertThat(MediaType.ofBytes(bytes("RIFF1234WAVE"))).isEqualTo("audio/wav");
        byte[] stream = new byte[MediaType.HEAD_BYTES];
        stream[0] = stream[188] = stream[376] = 0x47;
        assertThat(MediaType.ofBytes(stream)).isEqualTo(MediaType.MPEG_TS);
        assertThat(MediaType.ofBytes(Arrays.copyOf(stream, 189))).isEqualTo(MediaType.MPEG_TS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "G", "<html><script>", "%PDF-1.4", "\u007fELF", "RIFF", "ftyp", "\u00ff\u00ff\u00ff\u00ff"})
    void otherBytesAreUnknown(String head) {
        assertThat(MediaType.ofBytes(bytes(head))).isEqualTo(MediaType.UNKNOWN);
    }
}
