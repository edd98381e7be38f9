package dev.assay.reports.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.score.Family;
import dev.assay.reports.Runs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    @ParameterizedTest
    @CsvSource({"0,0", "0.083149,0.0831", "-12.44,-12.4", "1234.56,1235", "0.00001,0.00001", "100,100", "0.5,0.5"})
    void numbers_have_three_digits(double value, String words) {
        assertThat(Words.number(value)).isEqualTo(words);
    }

    @Test
    void a_verdict_is_named_by_its_question_and_in_older_records_by_its_family() {
        assertThat(Words.question("Are they\u202E as sharp?", Family.ARTIFACT)).isEqualTo("Are they as sharp?");
        assertThat(Words.question("", Family.ANATOMY)).isEqualTo("anatomy");
    }

    @Test
    void the_rule_for_rates_has_a_sentence_and_a_limit() {
        RunRecord.VerdictEntry v =
                Runs.verdict("limbs", "anatomy", "PASSED", "DEFECT_RATE_NON_INFERIOR", "LOWER", 0.125, "because");
        assertThat(Words.rule(v))
                .isEqualTo("the share of pictures with the defect may rise by at most 12.5 percentage points");
        assertThat(Margins.limits(v)).containsExactly(0.125);
        assertThat(Margins.limits(Runs.verdict(
                        "limbs", "anatomy", "PASSED", "DEFECT_RATE_NON_INFERIOR", "HIGHER", 0.125, "because")))
                .containsExactly(-0.125);
    }

    @Test
    void lines_lose_escapes_direction_marks_and_length() {
        assertThat(Words.line("a\u001b[31mb\u001b[0m\u202e\n\tc\u0000", 20)).isEqualTo("ab c");
        assertThat(Words.line("abcdef", 4)).isEqualTo("abc…");
    }

    @Test
    void a_metric_is_explained_on_its_page() {
        assertThat(Path.of("..", Words.page("dino-diversity"))).isRegularFile();
        assertThat(Words.page("x\u202e\u001b[31m\n")).isEqualTo("docs/metrics/x.md");
    }

    @Test
    void a_long_reason_keeps_its_head_and_its_remedy() {
        assertThat(Words.ends("short", 20)).isEqualTo("short");
        String text = "worse by much; " + "x".repeat(500) + " put it into /here";
        assertThat(Words.ends(text, 60))
                .startsWith("worse by much;")
                .contains(" … ")
                .endsWith("put it into /here")
                .hasSizeLessThanOrEqualTo(60);
        assertThat(Words.ends("\ud83d\ude00".repeat(100), 21).codePoints().count())
                .isLessThanOrEqualTo(21);
    }

    @Test
    void lines_break_between_words_and_never_in_a_path() {
        String path = "/a/very/long/path/that/is/wider/than/the/line.safetensors";
        assertThat(Words.wrapped("put it here: " + path + " and go on", 20))
                .containsExactly("put it here:", path, "and go on");
        assertThat(Words.wrapped("", 20)).containsExactly("");
    }
}
