package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.TextReader;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextMetricsTest {
    private static final Image PICTURE = Image.of(64, 64, new byte[64 * 64 * 3]);

    /** Reads what it is told to, and knows the letters of this file's alphabet. */
    private record Reader(List<Line> lines) implements TextReader {
        static Reader of(String... lines) {
            return new Reader(Stream.of(lines)
                    .map(text -> new Line(text, 0.9, 1, 2, 30, 12))
                    .toList());
        }

        @Override
        public List<Line> read(Image image) {
            return lines;
        }

        @Override
        public boolean knows(int codePoint) {
            return codePoint < 128 || Character.isIdeographic(codePoint);
        }

        @Override
        public void close() {}
    }

    private static PromptCase asking(String prompt, String... text) {
        Visible visible = text.length == 0
                ? Visible.UNSTATED
                : new Visible(null, null, null, List.of(), List.of(), List.of(text));
        return new PromptCase("sign", prompt, "", List.of(1L), List.of(), visible);
    }

    private static double text(PromptCase prompt, String... read) {
        return ((Score.Measured) new TextMetric(Reader.of(read)).score(prompt, PICTURE)).value();
    }

    private static double stray(PromptCase prompt, String... read) {
        return ((Score.Measured) new StrayTextMetric(Reader.of(read)).score(prompt, PICTURE)).value();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Clean Audio     | Clean Audio               | 1",
                "ComfyUI         | Comfyui                   | 1", // case
                "built with love | builtwithlove.            | 1", // blanks and punctuation
                "built with love | ComfyUIis / builtwithlove | 1", // a line among others
                "MUSIC COVER     | Music / Cover / Take      | 1", // over two lines
                "OPEN            | OPEN 24 HOURS             | 1", // a word of a line
                "OPEN            | OPENN                     | 0.8", // a letter too many
                "FOUND MODEM     | FOUNN 6DEMD               | 0.6", // gibberish: four edits of ten letters
                "café            | CAFE                      | 1", // accents
                "咖啡馆           | 咖啡                       | 0.66667",
                "OPEN            | xyz                       | 0",
            })
    void similarity_is_that_of_the_nearest_run_of_words(String asked, String read, double expected) {
        assertThat(text(asking("a sign", asked), read.split(" / ", -1))).isCloseTo(expected, within(1e-4));
    }

    @Test
    void a_picture_without_writing_is_as_far_as_can_be_and_each_text_counts_alike() {
        assertThat(text(asking("a sign", "OPEN"))).isZero();
        assertThat(text(asking("a sign", "OPEN", "7777"), "open")).isEqualTo(0.5);
    }

    /** Edit distances by hand: kitten to sitting takes three of seven, the classic. */
    @Test
    void the_edit_distance_is_levenshteins_over_the_longer() {
        assertThat(AskedText.similarity("kitten", "sitting")).isCloseTo(1 - 3 / 7.0, within(1e-12));
        assertThat(AskedText.similarity("", "abc")).isZero();
        assertThat(AskedText.similarity("", "")).isEqualTo(1);
        assertThat(AskedText.similarity("flaw", "lawn")).isEqualTo(0.5);
    }

    @Test
    void quoted_words_are_asked_for_and_apostrophes_quote_nothing() {
        assertThat(AskedText.quoted("a sign that says \"OPEN\" and “24 hours”, 'now' and 「咖啡」 or «oui» or „ja“"))
                .containsExactly("OPEN", "24 hours", "now", "咖啡", "oui", "ja");
        assertThat(AskedText.quoted("the dog's toy and the cats' bed")).isEmpty();
        assertThat(text(asking("a shop with a sign \"OPEN\""), "OPEN")).isEqualTo(1);
    }

    @Test
    void what_the_case_states_counts_before_what_the_prompt_quotes() {
        PromptCase none = new PromptCase(
                "x",
                "the film \"Alien\"",
                "",
                List.of(1L),
                List.of(),
                new Visible(null, null, null, List.of(), List.of(), List.of()));
        assertThat(new TextMetric(Reader.of("Alien")).score(none, PICTURE)).isInstanceOf(Score.Unscored.class);
        assertThat(stray(none, "xenomorph")).isEqualTo(1);
    }

    @Test
    void what_cannot_be_judged_has_no_score() {
        TextMetric metric = new TextMetric(Reader.of("anything"));
        assertThat(((Score.Unscored) metric.score(asking("a cat"), PICTURE)).kind())
                .isEqualTo("no-text");
        assertThat(((Score.Unscored) metric.score(asking("x", "OK"), PICTURE)).kind())
                .as("two letters")
                .isEqualTo("no-text");
        assertThat(((Score.Unscored) metric.score(asking("x", "Привет"), PICTURE)).kind())
                .isEqualTo("unknown-letters");
    }

    @Test
    void writing_that_nobody_asked_for_is_a_defect() {
        assertThat(stray(asking("a bowl of tomatoes"), "AI作图"))
                .as("a watermark")
                .isEqualTo(1);
        assertThat(stray(asking("a bowl of tomatoes"))).isZero();
        assertThat(stray(asking("a bowl of tomatoes"), "PD", "C", "米", "E"))
                .as("one and two letters")
                .isZero();
        assertThat(stray(asking("a sign", "FOUND MODEM"), "FOUNN", "6DEMD"))
                .as("attempts at what was asked for")
                .isZero();
        assertThat(stray(asking("a sign", "built with love"), "builtwithlove.")).isZero();
        assertThat(stray(asking("a can of Cola on a table"), "COLA"))
                .as("a word of the prompt")
                .isZero();
        assertThat(stray(asking("a sign", "OPEN"), "OPEN", "shutterstock")).isEqualTo(1);
    }

    @Test
    void evidence_says_what_was_asked_for_and_what_is_read() {
        Score.Measured score =
                (Score.Measured) new TextMetric(Reader.of("OPENN", "bar")).score(asking("x", "OPEN"), PICTURE);
        assertThat(score.evidence()).isEqualTo("\"OPEN\" 0.80; read: OPENN / bar");
        assertThat(score.marks())
                .hasSize(2)
                .first()
                .satisfies(m -> assertThat(m.label()).isEqualTo("OPENN"));
    }
}
