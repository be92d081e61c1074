package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.SwarmId;

final class StreamMemoryTest {
    private static final SwarmId SWARM = SwarmId.of(new byte[600]);

    @TempDir
    Path folder;

    private StreamMemory open() throws LocalContentException {
        return StreamMemory.open(folder.resolve("state").resolve("streams"), SWARM);
    }

    @Test
    void remembersTheLatestTimeOfEachStream() throws IOException {
        try (StreamMemory memory = open()) {
            assertThat(memory.lastTime()).isEqualTo(NtpTime.UNKNOWN);
            memory.advance(-1, NtpTime.UNKNOWN);
            memory.advance(900, 5_000);
            memory.advance(3, 5_001);
            memory.advance(901, 4_999);
        }
        try (StreamMemory again = open();
                StreamMemory other =
                        StreamMemory.open(folder.resolve("state").resolve("streams"), SwarmId.of(new byte[] {1}))) {
            assertThat(again.lastTime()).isEqualTo(5_001);
            assertThat(other.lastTime()).isEqualTo(NtpTime.UNKNOWN);
            assertThat(Files.readString(again.file())).isEqualTo("0000000000000000003 0000000000001389\n");
        }
    }

    @Test
    void viewersOfOneStreamShareIt() throws IOException {
        try (StreamMemory one = open();
                StreamMemory two = open()) {
            one.advance(10, 100);
            two.advance(20, 200);
            one.advance(15, 150);
            assertThat(one.lastTime()).isEqualTo(200);
        }
        try (StreamMemory again = open()) {
            assertThat(again.lastTime()).isEqualTo(200);
        }
    }

    @Test
    void whatWasNotWrittenToItsEndRemembersNothing() throws IOException {
        Path file;
        try (StreamMemory memory = open()) {
            memory.advance(1, 1);
            file = memory.file();
        }
        for (String damaged : new String[] {"00000000000", "\0".repeat(37), "x".repeat(5_000)}) {
            Files.writeString(file, damaged, StandardCharsets.ISO_8859_1);
            try (StreamMemory again = open()) {
                assertThat(again.lastTime()).isEqualTo(NtpTime.UNKNOWN);
                again.advance(2, 7);
            }
            try (StreamMemory healed = open()) {
                assertThat(healed.lastTime()).isEqualTo(7);
            }
        }
    }

    @Test
    void isItsOwnersAlone() throws IOException {
        open().close();
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("state"))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void saysWhatIsInTheWay() throws IOException {
        Files.writeString(folder.resolve("state"), "a file");
        assertThatThrownBy(this::open)
                .isInstanceOf(LocalContentException.class)
                .hasMessageContaining("cannot use " + folder.resolve("state"));
    }
}
