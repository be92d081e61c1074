package org.ppspp.fileutil;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.ppspp.storage.Progress;

class ProgressPrinterTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final AtomicLong now = new AtomicLong(-5);

    @Test
    void printsAPlainLineEveryTenSeconds() {
        Progress progress = ProgressPrinter.of(err, "hashing", false, now::get);
        for (int second = 1; second <= 25; second++) {
            now.addAndGet(TimeUnit.SECONDS.toNanos(1));
            progress.report(second * 1024L, 30 * 1024);
        }
        assertThat(text().lines())
                .containsExactly(
                        "hashing  33%  10.0 KiB of 30.0 KiB  1.0 KiB/s",
                        "hashing  66%  20.0 KiB of 30.0 KiB  1.0 KiB/s");
        assertThat(text()).doesNotContain("\r");
    }

    @Test
    void changesOneLineOnATerminalAndClearsIt() {
        Progress progress = ProgressPrinter.of(err, "hashing", true, now::get);
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        progress.report(512, 1024);
        progress.report(513, 1024);
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        progress.report(1024, 1024);
        assertThat(text()).startsWith("\rhashing  50%").endsWith(" \r").doesNotContain("\n");
    }

    @Test
    void saysNothingOfWhatIsDoneAtOnce() {
        ProgressPrinter.of(err, "hashing", true, now::get).report(1024, 1024);
        ProgressPrinter.of(ProgressPrinter.Style.NONE, err, "hashing").report(1, 1024);
        assertThat(text()).isEmpty();
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
