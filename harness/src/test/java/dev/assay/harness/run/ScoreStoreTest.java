package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.render.Cost;
import dev.assay.harness.render.Picture;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Mark;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.score.Score.Unscored;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Question;
import dev.assay.harness.suite.Visible;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreStoreTest {
    private static final Score NOT_KEPT = new Unscored("not-kept", "not kept");
    private static final PromptCase CAT = new PromptCase("cat", "a cat", "", List.of(1L), List.of(), null);
    private static final Score ODD = new Measured(
            0.1 + 0.2,
            "„quoted\"\nlines\u2028 and 猫",
            List.of(new Mark("a hand", 1 / 3.0, 2, 3, 4, Double.MIN_VALUE), Mark.line("", 1, 2, 3, 4, 1)));

    @TempDir
    Path folder;

    private static MetricInfo metric(String name, String version) {
        return new MetricInfo(
                name, version, "Is it good?", Family.AESTHETIC, Direction.HIGHER, "u", Range.atLeast(0), "test");
    }

    private static Picture picture(int pixels) {
        return new Picture(pixels, Path.of("p" + pixels), "sha-" + pixels, Cost.UNKNOWN, false, (file, sha256) -> {
            throw new IllegalStateException("nobody looks");
        });
    }

    private ScoreStore.Kept open() {
        return new ScoreStore(folder, new FileHashes()).of(metric("m", "1"), "", Map.of(), Optional.of(Map.of()));
    }

    private static Score kept(ScoreStore.Kept kept, int... pixels) {
        return kept.score(
                CAT, Arrays.stream(pixels).mapToObj(ScoreStoreTest::picture).toList(), () -> NOT_KEPT);
    }

    private static void keep(ScoreStore.Kept kept, Score score, int... pixels) {
        kept.score(CAT, Arrays.stream(pixels).mapToObj(ScoreStoreTest::picture).toList(), () -> score);
        kept.flush();
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().get(0);
        }
    }

    @Test
    void a_score_comes_back_to_the_last_bit_with_its_evidence_and_its_marks() {
        keep(open(), ODD, 1);
        keep(open(), new Unscored("no-face", "no face"), 2);
        keep(open(), new Measured(-0.0, null), 3);
        assertThat(kept(open(), 1)).isEqualTo(ODD);
        assertThat(kept(open(), 2)).isEqualTo(new Unscored("no-face", "no face"));
        assertThat(kept(open(), 3)).isEqualTo(new Measured(-0.0, null));
    }

    @Test
    void pictures_count_by_their_pixels_and_their_order() {
        keep(open(), ODD, 1, 2);
        assertThat(kept(open(), 1, 2)).isEqualTo(ODD);
        for (int[] others : new int[][] {{1}, {2, 1}, {1, 2, 2}, {1, 3}}) {
            assertThat(kept(open(), others)).isEqualTo(NOT_KEPT);
        }
    }

    @Test
    void another_version_parameter_network_or_case_has_scores_of_its_own() {
        ScoreStore store = new ScoreStore(folder, new FileHashes());
        Optional<Map<String, String>> clip = Optional.of(Map.of("clip", "aa"));
        Map<String, Double> gamma = Map.of("gamma", 1.0);
        keep(store.of(metric("m", "1"), "", gamma, clip), ODD, 1);

        assertThat(kept(store.of(metric("m", "1"), "", gamma, clip), 1)).isEqualTo(ODD);
        for (ScoreStore.Kept other : List.of(
                store.of(metric("n", "1"), "", gamma, clip),
                store.of(metric("m", "2"), "", gamma, clip),
                store.of(metric("m", "1"), "the code of a jar", gamma, clip),
                store.of(metric("m", "1"), "", Map.of("gamma", 1.5), clip),
                store.of(metric("m", "1"), "", gamma, Optional.of(Map.of("clip", "ab"))),
                store.of(metric("m", "1"), "", gamma, Optional.of(Map.of("dino", "aa"))),
                store.of(metric("m", "1"), "", gamma, Optional.of(Map.of())),
                store.of(metric("m", "1"), "", gamma, Optional.empty()),
                ScoreStore.NONE.of(metric("m", "1"), "", gamma, clip))) {
            assertThat(kept(other, 1)).isEqualTo(NOT_KEPT);
        }
        PromptCase dog = new PromptCase("cat", "a dog", "", List.of(1L), List.of(), null);
        assertThat(store.of(metric("m", "1"), "", gamma, clip).score(dog, List.of(picture(1)), () -> NOT_KEPT))
                .isEqualTo(NOT_KEPT);
    }

    @Test
    void the_scores_of_assays_own_metrics_stay_where_they_are() throws IOException {
        keep(open(), ODD, 1);
        assertThat(file().getFileName())
                .hasToString(Hashes.sha256("assay-scores/1\nmetric=1:m\nversion=1:1\nparameter=1:0\nnetwork=1:0\n"
                                .getBytes(StandardCharsets.UTF_8))
                        + ".scores");
    }

    @Test
    void a_score_that_its_metric_cannot_give_breaks_and_where_it_is_kept_it_is_computed_again() {
        MetricInfo narrow = new MetricInfo(
                "m", "1", "Is it good?", Family.AESTHETIC, Direction.HIGHER, "u", Range.closed(0, 1), "test");
        ScoreStore store = new ScoreStore(folder, new FileHashes());
        ScoreStore.Kept share = store.of(narrow, "", Map.of(), Optional.of(Map.of()));
        assertThatThrownBy(() -> keep(share, new Measured(7, "much"), 1))
                .hasMessage("metric m: expected a value of its range, [0, 1], found 7.0 (much)");
        assertThatThrownBy(() -> keep(share, null, 1)).hasMessageStartingWith("metric m: expected a score");

        keep(open(), new Measured(7, "much"), 1);
        assertThat(kept(open(), 1)).isEqualTo(new Measured(7, "much"));
        assertThat(kept(new ScoreStore(folder, new FileHashes()).of(narrow, "", Map.of(), Optional.of(Map.of())), 1))
                .isEqualTo(NOT_KEPT);
    }

    @Test
    void what_nobody_can_know_is_not_kept() throws IOException {
        keep(new ScoreStore(folder, new FileHashes()).of(metric("m", "1"), "", Map.of(), Optional.empty()), ODD, 1);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void each_field_of_a_case_decides() {
        Visible one = new Visible(1, null, null, List.of(), List.of());
        List<PromptCase> cases = List.of(
                CAT,
                new PromptCase("cat-2", "a cat", "", List.of(1L), List.of(), null),
                new PromptCase("cat", "a dog", "", List.of(1L), List.of(), null),
                new PromptCase("cat", "a cat", "bad", List.of(1L), List.of(), null),
                new PromptCase("cat", "a cat", "", List.of(1L, 2L), List.of(), null),
                new PromptCase("cat", "a cat", "", List.of(1L), List.of("pet"), null),
                new PromptCase("cat", "a cat", "", List.of(1L), List.of(), one),
                new PromptCase("cat", "a cat", "", List.of(1L), List.of(), null, false),
                new PromptCase("cat", "a cat", "", List.of(1L), List.of(), null, true, "coat", List.of()),
                asking(new Question("q", "Is it a cat?", true, List.of())));
        assertThat(PromptCase.class.getRecordComponents()).hasSize(cases.size() - 1);
        assertThat(cases.stream().map(ScoreKey::prompt)).doesNotHaveDuplicates();
    }

    @Test
    void each_field_of_what_should_be_seen_and_asked_decides() {
        Question question = new Question("q", "Is it a cat?", true, List.of());
        Question next = new Question("r", "Is it red?", true, List.of());
        assertThat(Stream.of(
                                CAT,
                                showing(1, null, null),
                                showing(null, 1, null),
                                showing(null, null, 1),
                                showing(2, null, null),
                                showing(new VisibleObject("cat", null, 1)),
                                showing(new VisibleObject("cat", "null", 1)),
                                showing(new VisibleObject("cat", "red", 1)),
                                showing(new VisibleObject("cat", "red", 2)),
                                showing(new VisibleObject("dog", "red", 1)),
                                showing(new VisibleObject("cat", "red", 1), new VisibleObject("dog", "red", 1)),
                                showing(new VisibleObject("dog", "red", 1), new VisibleObject("cat", "red", 1)),
                                relating("cat", "above", "dog"),
                                relating("dog", "above", "cat"),
                                relating("cat", "below", "dog"),
                                relating("cat", "above", "hat"),
                                reading(),
                                reading("OPEN"),
                                reading("OPEN", "24"),
                                reading("OPEN24"),
                                asking(question),
                                asking(new Question("p", "Is it a cat?", true, List.of())),
                                asking(new Question("q", "Is it a dog?", true, List.of())),
                                asking(new Question("q", "Is it a cat?", false, List.of())),
                                asking(question, next),
                                asking(question, new Question("r", "Is it red?", true, List.of("q"))))
                        .map(ScoreKey::prompt))
                .doesNotHaveDuplicates();
    }

    /** Values stand in keys with their lengths: what looks like another field inside one is none. */
    @Test
    void cases_of_one_text_have_scores_of_their_own() {
        PromptCase one = new PromptCase("cat", "a, negativePrompt=b", "", List.of(1L), List.of(), null);
        PromptCase other = new PromptCase("cat", "a", "b, negativePrompt=", List.of(1L), List.of(), null);
        assertThat(one.key()).isEqualTo(other.key());
        ScoreStore.Kept kept = open();
        kept.score(one, List.of(picture(1)), () -> ODD);
        kept.flush();
        assertThat(kept.score(one, List.of(picture(1)), () -> NOT_KEPT)).isEqualTo(ODD);
        assertThat(kept.score(other, List.of(picture(1)), () -> NOT_KEPT)).isEqualTo(NOT_KEPT);
        assertThat(kept.has(other, List.of(picture(1)))).isFalse();
        List<CasePictures> suite = List.of(new CasePictures(one, List.of(picture(1)), List.of(picture(2))));
        List<CasePictures> another = List.of(new CasePictures(other, List.of(picture(1)), List.of(picture(2))));
        assertThat(ScoreKey.suite(suite)).isNotEqualTo(ScoreKey.suite(another));
    }

    private static PromptCase showing(Integer people, Integer hands, Integer feet) {
        return showing(new Visible(people, hands, feet, List.of(), List.of()));
    }

    private static PromptCase showing(VisibleObject... objects) {
        return showing(new Visible(null, null, null, List.of(objects), List.of()));
    }

    private static PromptCase relating(String subject, String predicate, String object) {
        return showing(new Visible(null, null, null, List.of(), List.of(new Relation(subject, predicate, object))));
    }

    private static PromptCase reading(String... text) {
        return showing(new Visible(null, null, null, List.of(), List.of(), List.of(text)));
    }

    private static PromptCase showing(Visible visible) {
        return new PromptCase("cat", "a cat", "", List.of(1L), List.of(), visible);
    }

    private static PromptCase asking(Question... questions) {
        return new PromptCase("cat", "a cat", "", List.of(1L), List.of(), null, true, List.of(questions));
    }

    @Test
    void what_a_suite_was_found_to_have_is_known_by_all_its_pictures() {
        CasePictures both = new CasePictures(CAT, List.of(picture(1)), List.of(picture(2)));
        List<CasePictures> suite = List.of(both, both);
        List<CasePictures> turned = List.of(both, new CasePictures(CAT, List.of(picture(2)), List.of(picture(1))));
        Finding found = new Finding(
                List.of(ODD, new Unscored("none", "none of them")),
                "period 8 px",
                new GridPattern(8, GridPattern.Shape.Y));
        Finding other = new Finding(List.of(NOT_KEPT, NOT_KEPT), "computed", null);
        ScoreStore.Kept kept = open();
        kept.suite(suite, () -> found);
        kept.flush();
        assertThat(open().suite(suite, () -> other)).isEqualTo(found);
        assertThat(open().suite(turned, () -> other)).isEqualTo(other);
    }

    @Test
    void a_damaged_a_cut_and_a_foreign_line_count_as_absent_and_the_others_stay() throws IOException {
        for (int i = 0; i < 4; i++) {
            keep(open(), new Measured(i, "score " + i), i);
        }
        Path file = file();
        List<String> lines = Files.readAllLines(file);
        String foreign = lines.get(3);
        keep(
                new ScoreStore(folder, new FileHashes()).of(metric("m", "2"), "", Map.of(), Optional.of(Map.of())),
                new Measured(9, "of another version"),
                3);
        Path other;
        try (Stream<Path> files = Files.list(folder)) {
            other = files.filter(f -> !f.equals(file)).findFirst().orElseThrow();
        }
        String moved = Files.readString(other);
        Files.writeString(
                file,
                lines.get(0) + "\n" + lines.get(1).replace("1.0", "7.0") + "\n" + moved + "\0\n" + lines.get(2) + "\n"
                        + foreign.substring(0, foreign.length() - 3));

        assertThat(kept(open(), 0)).isEqualTo(new Measured(0, "score 0"));
        assertThat(kept(open(), 1)).as("damaged").isEqualTo(NOT_KEPT);
        assertThat(kept(open(), 2)).isEqualTo(new Measured(2, "score 2"));
        assertThat(kept(open(), 3)).as("cut off").isEqualTo(NOT_KEPT);
        keep(open(), ODD, 3);
        assertThat(kept(open(), 3)).as("after a line that was cut off").isEqualTo(ODD);
    }

    @Test
    void a_file_that_has_grown_too_much_begins_anew() throws IOException {
        keep(open(), ODD, 1);
        byte[] much = new byte[ScoreStore.MAX_BYTES];
        Arrays.fill(much, (byte) '\n');
        Files.write(file(), much, java.nio.file.StandardOpenOption.APPEND);
        assertThat(kept(open(), 1)).isEqualTo(ODD);
        keep(open(), ODD, 2);
        assertThat(kept(open(), 1)).isEqualTo(NOT_KEPT);
        assertThat(kept(open(), 2)).isEqualTo(ODD);
        assertThat(Files.size(file())).isLessThan(1000);
    }

    @Test
    void a_folder_that_cannot_be_written_to_is_no_trouble() throws IOException {
        Path taken = Files.writeString(folder.resolve("file"), "no folder");
        ScoreStore.Kept kept =
                new ScoreStore(taken, new FileHashes()).of(metric("m", "1"), "", Map.of(), Optional.of(Map.of()));
        keep(kept, ODD, 1);
        assertThat(Files.readString(taken)).isEqualTo("no folder");
    }

    @Test
    void nothing_is_kept_of_weights_that_changed_since_they_were_hashed() throws IOException {
        Path weights = Files.writeString(folder.resolve("weights"), "one");
        FileHashes hashes = new FileHashes();
        String hash = hashes.sha256(weights);
        Path scores = folder.resolve("scores");
        ScoreStore.Kept kept =
                new ScoreStore(scores, hashes).of(metric("m", "1"), "", Map.of(), Optional.of(Map.of("clip", hash)));
        Files.writeString(weights, "another");
        assertThatThrownBy(() -> keep(kept, ODD, 1)).isInstanceOf(ModelFileException.class);
        assertThat(scores).doesNotExist();
    }

    @Test
    void runs_that_keep_scores_at_once_lose_none() throws IOException {
        IntStream.range(0, 200).parallel().forEach(i -> keep(open(), new Measured(i, "score " + i), i));
        ScoreStore.Kept all = open();
        assertThat(IntStream.range(0, 200).mapToObj(i -> kept(all, i)))
                .isEqualTo(IntStream.range(0, 200)
                        .mapToObj(i -> (Score) new Measured(i, "score " + i))
                        .toList());
        assertThat(Files.readString(file(), StandardCharsets.UTF_8).lines()).hasSize(200);
    }
}
