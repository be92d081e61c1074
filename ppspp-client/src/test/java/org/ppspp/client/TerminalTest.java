package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TerminalTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void drawsTheLineOverItselfAndClearsItForMessages() throws IOException {
        Terminal terminal = new Terminal(stream, true, false);
        terminal.progress("10%");
        terminal.progress("20%");
        terminal.message(Terminal.Tone.WARNING, "careful");
        terminal.message(Terminal.Tone.PLAIN, "done");
        assertThat(written()).isEqualTo("\r10%\033[K\r20%\033[K\r\033[Kcareful\ndone\n");
    }

    @Test
    void writesNoEscapesWhereTheStreamIsNoTerminal() {
        Terminal terminal = new Terminal(stream, false, false);
        terminal.progress("10%");
        terminal.message(Terminal.Tone.ERROR, "bad");
        terminal.clear();
        assertThat(written()).isEqualTo("10%\nbad\n");
    }

    @Test
    void coloursWhatIsNotPlain() {
        Terminal terminal = new Terminal(stream, false, true);
        terminal.message(Terminal.Tone.ERROR, "bad");
        terminal.message(Terminal.Tone.PLAIN, "so");
        assertThat(written()).isEqualTo("\033[31mbad\033[0m\nso\n");
    }

    @Test
    void keepsTheLogClearOfTheLine() throws IOException {
        Terminal terminal = new Terminal(stream, true, false);
        terminal.progress("10%");
        terminal.lines().write("[WARN] x\n".getBytes(StandardCharsets.UTF_8));
        assertThat(written()).isEqualTo("\r10%\033[K\r\033[K[WARN] x\n");
    }
}
