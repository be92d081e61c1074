package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.ppspp.TransferEvent;

final class DisplayTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final Display display = new Display(
            stream, new Terminal(stream, false, false), new OutputOptions(), OutputOptions.Progress.NONE, 80);

    @Test
    void saysWhatHelpsWhereOnlyPeersAreThatProveNoLength() {
        display.event(new TransferEvent.LengthNeeded());
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("the connected peers cannot prove how long the content is;"
                        + " give --filesize or a link with the length\n");
    }
}
