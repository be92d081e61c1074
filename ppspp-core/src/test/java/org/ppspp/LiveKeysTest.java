package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.storage.LocalContentException;

class LiveKeysTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("stream.key");
    }

    private void assumePosix() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
    }

    @Test
    void readsTheKeyItMade() throws LocalContentException {
        LiveSigner made = LiveKeys.make(file(), LiveAlgorithm.ED25519);
        assertThat(LiveKeys.read(file(), null).publicKey()).isEqualTo(made.publicKey());
        assertThat(LiveKeys.read(file(), LiveAlgorithm.ED25519).sign(new byte[5]))
                .isEqualTo(made.sign(new byte[5]));
    }

    @Test
    void keepsTheKeyFromOthers() throws IOException {
        assumePosix();
        LiveKeys.make(file(), LiveAlgorithm.DEFAULT);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void replacesNoFile() throws IOException {
        Files.writeString(file(), "a diary");
        refuses(() -> LiveKeys.make(file(), LiveAlgorithm.DEFAULT), "exists, and keys are not replaced");
        assertThat(file()).hasContent("a diary");
        refuses(() -> LiveKeys.make(folder.resolve("no/stream.key"), LiveAlgorithm.DEFAULT), "no such file or folder");
    }

    @ParameterizedTest
    @DisplayName("as ssh does: a key that others may read or replace is not used")
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxr-xr-x", "rw------x"})
    void refusesAKeyThatIsOpenToOthers(String permissions) throws IOException {
        assumePosix();
        LiveKeys.make(file(), LiveAlgorithm.DEFAULT);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
        refuses(() -> LiveKeys.read(file(), null), "(" + permissions + "), and a key must not be: chmod 600 " + file());
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("r--------"));
        assertThat(LiveKeys.read(file(), null).publicKey().algorithm()).isEqualTo(LiveAlgorithm.DEFAULT);
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        refuses(() -> LiveKeys.read(file(), null), "cannot read " + file() + ": no such file or folder");
        LiveKeys.make(file(), LiveAlgorithm.DEFAULT);
        refuses(() -> LiveKeys.read(file(), LiveAlgorithm.ED25519), "the key is for ECDSAP256SHA256, not for ED25519");
        Files.writeString(file(), "a diary");
        refuses(() -> LiveKeys.read(file(), null), "no PEM block 'PRIVATE KEY'");
    }

    private static void refuses(ThrowingCallable what, String why) {
        assertThatThrownBy(what)
                .isExactlyInstanceOf(LocalContentException.class)
                .hasMessageContaining(why)
                .message()
                .hasLineCount(1);
    }
}
