package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.suite.Asked.Arm;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The suites for real models ask of each purpose what the page of purposes says. */
class EverydayPurposesTest {
    /** Criteria by the row of the page; what is soft whatever the purpose has none. */
    private static final Map<String, String> ROWS = Map.ofEntries(
            Map.entry("blank-frame", "artifact"),
            Map.entry("grid", "artifact"),
            Map.entry("hands.people", "anatomy"),
            Map.entry("faces.people", "anatomy"),
            Map.entry("pose-confidence.people", "anatomy"),
            Map.entry("people.people", "adherence: things, counts, places, lettering"),
            Map.entry("objects.people+things", "adherence: things, counts, places, lettering"),
            Map.entry("clip-score", "adherence: things, counts, places, lettering"),
            Map.entry("r-precision", "adherence: things, counts, places, lettering"),
            Map.entry("text.lettering", "adherence: things, counts, places, lettering"),
            Map.entry("objects.colours", "adherence: colours by name"),
            Map.entry("layout-diversity", "diversity: composition"),
            Map.entry("dino-diversity", "diversity: composition"),
            Map.entry("prompt-vendi", "diversity: colour and texture"),
            Map.entry("aesthetic", "aesthetic"),
            Map.entry("clip-iqa", "aesthetic"),
            Map.entry("effect", "effect"),
            Map.entry("seconds", "cost"));

    private static Suite suite(String name) {
        return SuiteFile.read(Path.of("src/main/resources/suites/" + name + ".yaml"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"everyday", "quick"})
    void each_purpose_is_asked_what_the_page_says(String name) throws IOException {
        Suite suite = suite(name);
        Map<String, Map<Purpose, String>> page = page();
        for (Purpose purpose : Purpose.values()) {
            List<Criterion> asked = suite.forPurpose(purpose).criteria();
            assertThat(asked)
                    .as("nothing is left out for %s", purpose)
                    .extracting(Criterion::id)
                    .containsExactlyElementsOf(
                            suite.criteria().stream().map(Criterion::id).toList());
            for (int i = 0; i < asked.size(); i++) {
                String row = ROWS.get(asked.get(i).id());
                if (row == null) {
                    assertThat(asked.get(i).soft()).as(asked.get(i).id()).isTrue();
                } else {
                    assertThat(cell(suite.criteria().get(i), asked.get(i)))
                            .as("%s of a file of purpose %s", asked.get(i).id(), purpose)
                            .isEqualTo(page.get(row).get(purpose));
                }
            }
        }
    }

    /** A few by hand, so that page and suite do not drift together. */
    @Test
    void what_is_asked_of_a_style_a_character_a_speed_up_and_a_fix() {
        Suite everyday = suite("everyday");
        assertThat(soft(everyday, Purpose.UNKNOWN))
                .containsExactly("stray-text.people+things+plain", "clip-score.lettering", "seconds");
        assertThat(soft(everyday, Purpose.FINETUNE)).isEqualTo(soft(everyday, Purpose.UNKNOWN));
        assertThat(soft(everyday, Purpose.STYLE))
                .containsExactly(
                        "stray-text.people+things+plain",
                        "objects.colours",
                        "clip-score.lettering",
                        "prompt-vendi",
                        "aesthetic",
                        "clip-iqa",
                        "seconds");
        assertThat(everyday.forPurpose(Purpose.CHARACTER).criteria())
                .filteredOn(c -> c.arm() == Arm.UNTRIGGERED)
                .extracting(Criterion::id)
                .containsExactly(
                        "people.people",
                        "objects.people+things",
                        "objects.colours",
                        "clip-score",
                        "r-precision",
                        "text.lettering",
                        "clip-score.lettering",
                        "layout-diversity",
                        "dino-diversity",
                        "prompt-vendi");
        assertThat(everyday.forPurpose(Purpose.CONCEPT).criteria())
                .isEqualTo(everyday.forPurpose(Purpose.CHARACTER).criteria());
        assertThat(everyday.forPurpose(Purpose.SPEED).criteria())
                .filteredOn(c -> c.metric().equals("seconds"))
                .singleElement()
                .satisfies(c -> {
                    assertThat(c.soft()).isFalse();
                    assertThat(c.rule()).isEqualTo(Rule.SUPERIOR);
                });
        assertThat(soft(everyday, Purpose.SPEED))
                .containsExactly("stray-text.people+things+plain", "clip-score.lettering", "effect");
        assertThat(soft(everyday, Purpose.FIX)).contains("effect", "aesthetic", "clip-iqa");
    }

    /** "Half as much again", as the page of purposes states it. */
    @Test
    void a_speed_up_may_lose_half_as_much_again_and_no_more() {
        for (String name : List.of("everyday", "quick")) {
            Suite suite = suite(name);
            List<Criterion> asked = suite.forPurpose(Purpose.SPEED).criteria();
            for (int i = 0; i < asked.size(); i++) {
                if (asked.get(i).rule() != Rule.SUPERIOR) {
                    assertThat(asked.get(i).margin())
                            .as(name + " " + asked.get(i).id())
                            .isBetween(
                                    suite.criteria().get(i).margin(),
                                    1.5 * suite.criteria().get(i).margin() + 1e-9);
                }
            }
        }
    }

    private static List<String> soft(Suite suite, Purpose purpose) {
        return suite.forPurpose(purpose).criteria().stream()
                .filter(Criterion::soft)
                .map(Criterion::id)
                .toList();
    }

    /** As the page writes it. */
    private static String cell(Criterion usual, Criterion asked) {
        String weight = asked.soft() ? "s" : "h";
        return asked.rule() == Rule.SUPERIOR
                ? weight + ": must be faster (`SUPERIOR`)"
                : asked.margin() > usual.margin()
                        ? weight + ", stated loss"
                        : weight + (asked.arm() == Arm.UNTRIGGERED ? " (u)" : "");
    }

    /** The page's table: cells by row and purpose. */
    private static Map<String, Map<Purpose, String>> page() throws IOException {
        List<String[]> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("../docs/purposes.md"))) {
            if (line.startsWith("| ")) {
                rows.add(Stream.of(line.split("\\|", -1)).map(String::strip).toArray(String[]::new));
            }
        }
        String[] head = rows.get(0);
        Map<String, Map<Purpose, String>> page = new HashMap<>();
        for (String[] row : rows.subList(1, rows.size())) {
            Map<Purpose, String> cells = new HashMap<>();
            for (int i = 2; i < head.length - 1; i++) {
                cells.put(Purpose.of(head[i]).orElseThrow(), row[i]);
            }
            page.put(row[1], cells);
        }
        return page;
    }
}
