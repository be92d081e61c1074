package org.ppspp.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page that says how RFC 7574 is met is complete, and what it names is there. */
class ConformanceTableTest {
    private static final Path PROJECT = Path.of("..");
    private static final Path PAGE = PROJECT.resolve("docs/conformance.md");

    /** Every row of the checklist, one for each normative keyword of RFC 7574, and its level. */
    private static Map<String, String> levels() throws IOException {
        try (InputStream in = ConformanceTableTest.class.getResourceAsStream("rfc7574-rows.txt")) {
            Map<String, String> levels = new LinkedHashMap<>();
            new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(" ", 2))
                    .forEach(row -> levels.put(row[0], row[1]));
            return levels;
        }
    }

    private static List<String> problems(String page) throws IOException {
        return new ConformanceTable(page, PROJECT).problems(levels());
    }

    @Test
    void thePageIsCompleteAndNamesWhatIsThere() throws IOException {
        assertThat(levels()).hasSize(133);
        assertThat(problems(Files.readString(PAGE))).isEmpty();
    }

    private static final String GOOD =
            "| R-3-2 | MUST | one datagram | `Outbox` | `OutboxTest#sharesOneDatagramAmongAllThatIsDue` | – |";

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "R-3-2 ; R-3-9 ; R-3-9 is no row of the checklist",
                "MUST ; SHOULD ; R-3-2 is a MUST, not a SHOULD",
                "one datagram ; ; R-3-2 does not say what it is about",
                "`Outbox` ; `Inbox` ; R-3-2: there is no class Inbox",
                "`Outbox` ; – ; 'R-3-2 needs both a class and a test, or neither'",
                "OutboxTest# ; InboxTest# ; R-3-2: there is no test class InboxTest",
                "#sharesOneDatagramAmongAllThatIsDue ; #nothing ; R-3-2: OutboxTest has no test nothing",
                "#sharesOneDatagramAmongAllThatIsDue ; '' ; R-3-2: OutboxTest names no method",
                "`OutboxTest#sharesOneDatagramAmongAllThatIsDue` ; – ; R-3-2 has neither a test nor a reason",
                "`OutboxTest#sharesOneDatagramAmongAllThatIsDue` ; `PlanTest#passesLimits` ; R-3-2: PlanTest has no test passesLimits",
                "'| – |' ; '|' ; R-3-2 has 4 cells behind its id"
            })
    void findsWhatIsWrongWithARow(String part, String replacement, String problem) throws IOException {
        Map<String, String> one = Map.of("R-3-2", "MUST");
        assertThat(new ConformanceTable(GOOD, PROJECT).problems(one)).isEmpty();
        String bad = GOOD.replace(part, replacement == null ? "" : replacement);
        assertThat(bad).isNotEqualTo(GOOD);
        assertThat(new ConformanceTable(bad, PROJECT).problems(one)).contains(problem);
    }

    @Test
    void looksIntoOtherModules() throws IOException {
        String other = GOOD.replace("`Outbox`", "`Plan`")
                .replace("`OutboxTest#sharesOneDatagramAmongAllThatIsDue`", "`PlanTest#passesLimitsOn`");
        assertThat(new ConformanceTable(other, PROJECT).problems(Map.of("R-3-2", "MUST")))
                .isEmpty();
    }

    @Test
    void missesARowAndFindsOneThatIsThereTwice() throws IOException {
        String page = Files.readString(PAGE);
        String row = page.lines()
                .filter(line -> line.startsWith("| R-5-1 "))
                .findFirst()
                .orElseThrow();
        assertThat(problems(page.replace(row + "\n", ""))).containsExactly("R-5-1 is missing");
        assertThat(problems(page.replace(row, row + "\n" + row))).containsExactly("R-5-1 is there twice");
    }
}
