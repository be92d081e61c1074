package org.ppspp.fileutil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileCreationTest {
    @TempDir
    private Path folder;

    @Test
    void putsNothingUnderTheNameBeforeAllIsThere() throws Failure {
        Path file = folder.resolve("file");
        new FileCreation(file, false, (done, total) -> assertThat(file).doesNotExist()).run(3 << 20, 1);
        assertThat(file).hasSize(3 << 20);
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavesEverythingAsItWasWhenItFails(boolean overwrite) throws IOException {
        Path file = folder.resolve("file");
        if (overwrite) {
            Files.writeString(file, "before");
        }
        FileCreation creation = new FileCreation(file, overwrite, (done, total) -> {
            throw new UncheckedIOException(new IOException("stopped at " + done));
        });
        assertThatThrownBy(() -> creation.run(3 << 20, 1)).hasMessageContaining("stopped");
        assertThat(folder.toFile().list()).hasSize(overwrite ? 1 : 0);
        assertThat(!overwrite || Files.readString(file).equals("before")).isTrue();
    }

    @Test
    void neverReplacesAFileThatAppearedMeanwhile() throws IOException {
        Path file = folder.resolve("file");
        FileCreation creation = new FileCreation(file, false, (done, total) -> {
            try {
                Files.writeString(file, "theirs");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(() -> creation.run(5, 1)).isInstanceOf(Failure.class).hasMessageContaining("somebody else");
        assertThat(file).hasContent("theirs");
        assertThat(folder.toFile().list()).hasSize(1);
    }
}
