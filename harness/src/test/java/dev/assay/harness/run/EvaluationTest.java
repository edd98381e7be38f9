package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.PatternRenderer;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.UnavailableException;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricEntry;
import dev.assay.harness.scorer.ModelRoles;
import dev.assay.harness.suite.Asked;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluationTest {
    @TempDir
    Path folder;

    private PatternRenderer renderer = new PatternRenderer();
    private IntFunction<String> prompts = i -> "prompt " + i;
    private Runnable looked = () -> {}; // happens while the files are looked into
    private List<Renderer> others = List.of();
    private List<Finding> findings = List.of();
    private boolean incomplete;
    private Use use = Use.OPEN;
    private boolean nextToNothing = true; // the weights of the file without an effect
    private Path base;
    private Path lora;

    @BeforeEach
    void files() throws IOException {
        TestCatalog.SCORED.clear();
        base = Files.writeString(folder.resolve("base.safetensors"), "base");
        lora = Files.writeString(folder.resolve("lora.safetensors"), "lora");
    }

    @Test
    void a_candidate_that_is_brighter_than_allowed_is_regressed_and_the_record_says_by_how_much() {
        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(record.outcome()).isEqualTo(Outcome.REGRESSED);
        VerdictEntry verdict = record.verdicts().get(0);
        assertThat(verdict.estimate()).isBetween(30.0, 41.0);
        assertThat(verdict.pairs()).isEqualTo(24);
        assertThat(verdict.clusters()).isEqualTo(6);
        assertThat(verdict.candidateMean() - verdict.baseMean()).isCloseTo(verdict.estimate(), within(1e-9));
        assertThat(verdict.worst()).hasSize(4);
        assertThat(record.renderings()).hasSize(48);
        assertThat(record.rendersMade()).isEqualTo(48 + 4);
    }

    @Test
    void defect_rates_are_judged_by_the_rule_for_rates_whichever_way_the_metric_counts() {
        RunRecord record = run(
                1.0,
                criterion("glaring", Rule.DEFECT_RATE_NON_INFERIOR, 0.1),
                criterion("calm", Rule.DEFECT_RATE_NON_INFERIOR, 0.1));

        VerdictEntry glaring = record.verdicts().get(0);
        VerdictEntry calm = record.verdicts().get(1);
        assertThat(glaring.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(glaring.estimate()).isCloseTo(glaring.candidateMean() - glaring.baseMean(), within(1e-9));
        assertThat(glaring.estimate())
                .isBetween(glaring.interval().get(0), glaring.interval().get(1));
        assertThat(glaring.interval().get(0)).isGreaterThan(0.1);
        assertThat(glaring.rule()).isEqualTo(Rule.DEFECT_RATE_NON_INFERIOR);
        assertThat(glaring.reason()).contains("exact McNemar over prompts p = 0.0312");
        assertThat(calm.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(calm.estimate()).isCloseTo(-glaring.estimate(), within(1e-9));
        assertThat(calm.interval().get(1)).isCloseTo(-glaring.interval().get(0), within(1e-9));
        assertThat(calm.reason()).isEqualTo(glaring.reason());
    }

    @Test
    void the_criterions_calibration_goes_before_the_metrics_own() {
        Calibration half = new Calibration(400, 200, 400, 0);
        Criterion plain = criterion("glaring", Rule.DEFECT_RATE_NON_INFERIOR, 0.1);
        Criterion calibrated = new Criterion(
                "glaring",
                List.of(),
                Rule.DEFECT_RATE_NON_INFERIOR,
                0.1,
                12,
                Criterion.Severity.CRITICAL,
                Map.of(),
                half);
        double seen = run(0.2, plain).verdicts().get(0).estimate();
        VerdictEntry corrected = run(0.2, calibrated).verdicts().get(0);
        assertThat(seen).isGreaterThan(0);
        assertThat(corrected.estimate()).isCloseTo(2 * seen, within(1e-9));
        assertThat(corrected.reason()).contains("with the metric's own errors (finds 50 %, false alarms 0 %)");
    }

    @Test
    void a_metric_that_is_no_rate_cannot_be_judged_as_one_and_that_is_said_before_the_first_render() {
        RunRecord record = run(1.0, criterion("brightness", Rule.DEFECT_RATE_NON_INFERIOR, 0.1));
        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem())
                .isEqualTo("test: criterion brightness: the rule DEFECT_RATE_NON_INFERIOR expects a metric of 0 or 1;"
                        + " brightness gives [0, 255] (NON_INFERIOR serves it)");
        assertThat(renderer.rendered).isEmpty();
    }

    @Test
    void the_base_against_itself_passes_and_is_rendered_once() {
        RunRecord record = run(null, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(record.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(record.rendersMade()).isEqualTo(24 + 4);
        assertThat(record.rendersReused()).isEqualTo(24);
    }

    @Test
    void a_second_candidate_reuses_the_renders_of_the_base() {
        run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));
        RunRecord second = run(0.5, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(second.rendersReused()).isEqualTo(24 + 4);
        assertThat(second.rendersMade()).isEqualTo(24);
    }

    @Test
    void a_second_candidate_scores_no_picture_of_the_base_again_and_gets_the_same_numbers() {
        Criterion brightness = criterion("brightness", Rule.NON_INFERIOR, 10);
        Criterion distance = criterion("distance", Rule.HAS_EFFECT, 2);
        run(1.0, brightness, distance);
        assertThat(TestCatalog.SCORED).containsEntry("brightness", 48).containsEntry("blank-frame", 48);
        TestCatalog.SCORED.clear();
        RunRecord second = run(0.5, brightness, distance);
        assertThat(TestCatalog.SCORED).isEqualTo(Map.of("brightness", 24, "blank-frame", 24, "distance", 24));

        RunRecord alone = run(0.5, folder.resolve("other"), brightness, distance);
        assertThat(second.verdicts()).isEqualTo(alone.verdicts());
    }

    @Test
    void the_same_question_again_and_one_with_another_margin_score_nothing() {
        Criterion distance = criterion("distance", Rule.HAS_EFFECT, 2);
        RunRecord first = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10), distance);
        TestCatalog.SCORED.clear();
        RunRecord again = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10), distance);
        RunRecord wider = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 100), distance);

        assertThat(TestCatalog.SCORED).isEmpty();
        assertThat(again.verdicts()).isEqualTo(first.verdicts());
        assertThat(wider.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(wider.verdicts().get(0).measurements())
                .isEqualTo(first.verdicts().get(0).measurements());
    }

    @Test
    void a_run_that_dies_keeps_its_pictures_and_the_next_one_goes_on_there() {
        RunRecord whole = run(1.0, folder.resolve("other"), criterion("brightness", Rule.NON_INFERIOR, 10));
        renderer.failAfter = renderer.rendered.size() + 31;
        RunRecord dead = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));
        renderer.failAfter = Integer.MAX_VALUE;
        RunRecord resumed = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(dead.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(dead.problem()).contains("out of memory");
        assertThat(dead.rendersMade()).isEqualTo(31);
        assertThat(resumed.rendersReused()).isEqualTo(31);
        assertThat(resumed.rendersMade()).isEqualTo(52 - 31);
        assertThat(resumed.verdicts().get(0).measurements())
                .isEqualTo(whole.verdicts().get(0).measurements());
    }

    static List<Error> errors() {
        return List.of(
                new OutOfMemoryError("Java heap space"),
                new StackOverflowError(),
                new NoClassDefFoundError("org/bytedeco/Missing"),
                new InternalError("a fault in mapped memory"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void an_error_of_the_machine_is_a_broken_record_with_words_and_its_pictures(Error error) {
        renderer.failAfter = 5;
        renderer.error = error;
        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));
        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).isEqualTo(Trouble.words(error));
        assertThat(record.verdicts()).extracting(VerdictEntry::outcome).containsOnly(Outcome.BROKEN);
        assertThat(record.rendersMade()).isEqualTo(5);
    }

    @Test
    void an_error_in_one_of_several_renderers_is_told_as_in_one() {
        PatternRenderer other = new PatternRenderer();
        other.failAfter = 0;
        other.error = new OutOfMemoryError("Java heap space");
        others = List.of(other);
        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));
        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).isEqualTo(Trouble.words(other.error));
    }

    @Test
    void a_model_that_does_not_fit_is_broken_before_the_first_render() {
        renderer.problem = "lora.safetensors: 12 of 264 keys match no layer";
        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("12 of 264 keys");
        assertThat(record.verdicts()).extracting(VerdictEntry::outcome).containsOnly(Outcome.BROKEN);
        assertThat(renderer.rendered).isEmpty();
    }

    @Test
    void weights_that_do_not_load_are_broken_before_the_first_render() {
        renderer.unloadable = "lora.safetensors: holds NaN";
        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("holds NaN");
        assertThat(renderer.rendered).isEmpty();
    }

    @Test
    void models_are_loaded_of_which_pictures_are_made_the_first_of_them_first() {
        run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));
        assertThat(renderer.loaded).containsExactly(model(null), model(1.0));
        renderer.loaded.clear();
        run(0.5, criterion("brightness", Rule.NON_INFERIOR, 10));
        assertThat(renderer.loaded).containsExactly(model(0.5));
        renderer.loaded.clear();
        run(0.5, criterion("brightness", Rule.NON_INFERIOR, 10));
        assertThat(renderer.loaded).isEmpty();
    }

    @Test
    void a_session_ends_with_its_last_picture_or_with_trouble() {
        renderer.failAfter = 3;
        assertThat(run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10)).outcome())
                .isEqualTo(Outcome.BROKEN);
        assertThat(renderer.open).isZero();
        renderer.failAfter = Integer.MAX_VALUE;
        renderer.before = request -> assertThat(renderer.open).isEqualTo(1);
        assertThat(run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10)).problem())
                .isNull();
        assertThat(renderer.open).isZero();
    }

    /** A picture of the store may prove damaged when it is read. */
    @Test
    void a_damaged_picture_is_made_by_a_model_that_was_loaded() throws IOException {
        run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));
        Path any = pictures(folder.resolve("store")).get(0);
        Files.write(any, new byte[] {1});
        renderer.loaded.clear();
        assertThat(run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10)).rendersMade())
                .isEqualTo(1);
        assertThat(renderer.loaded).hasSize(1);
    }

    @Test
    void a_repeat_that_the_store_has_is_compared_with_a_picture_that_is_made_again() throws IOException {
        RunRecord first = run(1.0, BuiltIn.APPLIED);
        for (Path file : pictures(folder.resolve("store"))) {
            if (Png.read(file).text().get("assay:repeat").equals("0")) {
                Files.delete(file);
            }
        }
        RunRecord again = run(1.0, BuiltIn.APPLIED);
        assertThat(again.problem()).isNull();
        assertThat(again.rendersReused()).isEqualTo(4);
        assertThat(again.verdicts().get(0).reason())
                .isEqualTo(first.verdicts().get(0).reason());
    }

    @Test
    void black_pictures_are_counted_and_never_scored() {
        renderer.blackCandidates = true;
        RunRecord record = run(
                1.0, criterion("blank-frame", Rule.NO_NEW_DEFECTS, 0), criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(record.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(record.verdicts().get(0).outcome()).isEqualTo(Outcome.REGRESSED);
        VerdictEntry brightness = record.verdicts().get(1);
        assertThat(brightness.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(brightness.estimate()).isNull();
        assertThat(brightness.unscoredReasons()).containsEntry("blank frame of the candidate", 24);
        assertThat(record.verdicts())
                .as("also where no criterion looks for blank frames")
                .filteredOn(v -> v.id().equals("distinct"))
                .extracting(VerdictEntry::outcome)
                .containsExactly(Outcome.REGRESSED);
    }

    @Test
    void a_metric_that_fails_is_broken_and_the_others_are_judged() {
        RunRecord record =
                run(1.0, criterion("failing", Rule.NON_INFERIOR, 1), criterion("brightness", Rule.NON_INFERIOR, 50));

        assertThat(record.verdicts()).extracting(VerdictEntry::outcome).containsExactly(Outcome.BROKEN, Outcome.PASSED);
        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.verdicts().get(0).reason()).contains("no such network");
    }

    @Test
    void a_change_no_larger_than_the_noise_floor_is_no_effect() {
        assertThat(run(null, criterion("distance", Rule.HAS_EFFECT, 2)).outcome())
                .isEqualTo(Outcome.REGRESSED);
        assertThat(run(1.0, criterion("distance", Rule.HAS_EFFECT, 2)).outcome())
                .isEqualTo(Outcome.PASSED);
    }

    @Test
    void files_that_cannot_work_are_a_regression_before_the_first_picture_and_leave_the_rest_open() {
        findings = List.of(new Finding(Finding.Level.ERROR, "NaN in 3 tensors"));
        RunRecord record = run(1.0, BuiltIn.PREFLIGHT, BuiltIn.APPLIED, criterion("brightness", Rule.NON_INFERIOR, 1));

        assertThat(record.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(record.verdicts())
                .extracting(VerdictEntry::id, VerdictEntry::outcome)
                .containsExactly(
                        tuple("preflight", Outcome.REGRESSED),
                        tuple("applied", Outcome.INCONCLUSIVE),
                        tuple("brightness", Outcome.INCONCLUSIVE));
        assertThat(record.verdicts())
                .extracting(VerdictEntry::reasonKind)
                .containsExactly("FilesCannotWork", "NotRendered", "NotRendered");
        assertThat(record.verdicts().get(0).reason()).isEqualTo("NaN in 3 tensors");
        assertThat(record.findings())
                .containsExactly(new RunRecord.FindingEntry(Finding.Level.ERROR, "NaN in 3 tensors"));
        assertThat(renderer.rendered).isEmpty();
    }

    @Test
    void a_candidate_that_changes_no_picture_is_not_applied_and_cannot_pass_whoever_asks() {
        Criterion brightness = criterion("brightness", Rule.NON_INFERIOR, 10);

        RunRecord asked = run(0.0, BuiltIn.PREFLIGHT, BuiltIn.APPLIED, brightness);
        RunRecord unasked = run(0.0, brightness);

        assertThat(asked.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(asked.verdicts())
                .extracting(VerdictEntry::id, VerdictEntry::outcome)
                .containsExactly(
                        tuple("preflight", Outcome.PASSED),
                        tuple("applied", Outcome.REGRESSED),
                        tuple("brightness", Outcome.PASSED));
        assertThat(asked.verdicts().get(1).reason()).startsWith("not applied: 0 of 24 pictures differ");
        assertThat(unasked.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(run(1.0, BuiltIn.APPLIED, brightness).verdicts().get(0).reason())
                .startsWith("24 of 24 pictures differ");
    }

    @Test
    void with_a_noisy_renderer_most_pairs_must_exceed_the_noise() {
        List<Measurement> pairs = IntStream.range(0, 10)
                .mapToObj(i -> new Measurement("a", (long) i, null, null, i))
                .toList();

        assertThat(BuiltIn.applied(pairs, List.of(1.0, 3.9), List.of()).outcome())
                .isEqualTo(Outcome.PASSED);
        assertThat(BuiltIn.applied(pairs, List.of(1.0, 4.0), List.of()).reason())
                .isEqualTo(new Reason.NotApplied(new Reason.Change(5, 10, Optional.of(4.0), 4.5)));
        assertThat(BuiltIn.applied(List.of(), List.of(), List.of()).outcome()).isEqualTo(Outcome.BROKEN);
    }

    @Test
    void what_nobody_asked_for_is_said_behind_what_was_asked_and_in_the_order_of_every_run() {
        renderer.blackCandidates = true;
        renderer.noticed = List.of(new Finding(Finding.Level.ERROR, "12 keys match no layer"));

        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 100));

        assertThat(record.verdicts()).extracting(VerdictEntry::id).containsExactly("brightness", "applied", "distinct");
    }

    @Test
    void what_could_not_be_told_of_a_lora_stands_in_the_verdict_that_it_was_applied() {
        Finding open = new Finding(Finding.Level.WARNING, "the log cannot be read");
        List<Measurement> pair = List.of(new Measurement("a", 1L, null, null, 5));

        assertThat(BuiltIn.applied(pair, List.of(0.0), List.of(open)))
                .satisfies(v -> assertThat(v.outcome()).isEqualTo(Outcome.PASSED))
                .satisfies(v -> assertThat(v.reason())
                        .isEqualTo(new Reason.Applied(
                                new Reason.Change(1, 1, Optional.of(0.0), 5), List.of("the log cannot be read"))));
    }

    @Test
    void a_file_that_changes_while_pictures_are_made_breaks_the_run_and_none_of_them_goes_to_the_store()
            throws IOException {
        for (Path file : List.of(base, lora)) {
            for (SwapFor how : SwapFor.values()) {
                files();
                PatternRenderer swapping = new PatternRenderer();
                renderer = swapping;
                Path store = folder.resolve("store-" + file.getFileName() + how);
                swapping.before = request -> {
                    if (swapping.rendered.size() == 30) {
                        how.happen(file);
                    }
                };
                RunRecord record = run(1.0, store, criterion("brightness", Rule.NON_INFERIOR, 10));

                assertThat(record.outcome()).as(file + " " + how).isEqualTo(Outcome.BROKEN);
                assertThat(record.problem())
                        .contains(file + ": changed while the candidate's picture with seed ")
                        .contains("run again when nobody writes to it");
                assertThat(pictures(store)).hasSize(30);
                assertThat(record.verdicts()).extracting(VerdictEntry::outcome).containsOnly(Outcome.BROKEN);
            }
        }
    }

    @Test
    void a_file_that_changes_after_the_last_picture_or_during_the_preflight_breaks_the_run_too() {
        looked = () -> SwapFor.OTHER_BYTES.happen(lora);
        assertThat(run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10)).problem())
                .contains(lora + ": changed");
        looked = () -> {};
        renderer = new PatternRenderer();
        renderer.before = request -> {
            if (renderer.rendered.size() == 51) { // all but the last
                SwapFor.OTHER_BYTES.happen(lora);
            }
        };
        assertThat(run(1.0, folder.resolve("late"), criterion("brightness", Rule.NON_INFERIOR, 10))
                        .problem())
                .contains(lora + ": changed");
    }

    private static List<Path> pictures(Path store) {
        try (Stream<Path> files = Files.walk(store)) {
            return files.filter(f -> f.toString().endsWith(".png")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ways in which a file stops being the one that was hashed. */
    private enum SwapFor {
        OTHER_BYTES,
        SAME_SIZE_AND_TIME,
        ANOTHER_FILE,
        AWAY_AND_BACK,
        NOTHING;

        void happen(Path file) {
            try {
                FileTime time = Files.getLastModifiedTime(file);
                switch (this) {
                    case OTHER_BYTES -> Files.writeString(file, "more than before");
                    case SAME_SIZE_AND_TIME -> {
                        Files.writeString(file, "LORA");
                        Files.setLastModifiedTime(file, time);
                    }
                    case ANOTHER_FILE -> {
                        Path other = Files.copy(file, file.resolveSibling("other"), StandardCopyOption.COPY_ATTRIBUTES);
                        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
                    }
                    case AWAY_AND_BACK -> {
                        Path aside = Files.move(file, file.resolveSibling("aside"));
                        Files.writeString(file, "used meanwhile");
                        Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
                    }
                    case NOTHING -> Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void a_candidate_that_paints_one_picture_does_not_pass_whatever_a_suite_asks() {
        Criterion kind = criterion("brightness", Rule.NON_INFERIOR, 100);
        PatternRenderer honest = new PatternRenderer();
        Function<RenderRequest, Image> noise =
                r -> honest.render(request(r.seed(), r.prompt())).image();
        Image one = noise.apply(request(1, "one"));
        Map<String, Function<RenderRequest, Image>> wrong = Map.of(
                "one for all", r -> one,
                "one per prompt", r -> noise.apply(request(1, r.prompt())),
                "one per seed", r -> noise.apply(request(r.seed(), "any")),
                "one, a little brighter each time",
                        r -> brighter(one, (int) r.seed() + r.prompt().charAt(7) % 3),
                "one twice",
                        r -> r.prompt().equals("prompt 3") && r.seed() == 2
                                ? noise.apply(request(3, r.prompt()))
                                : noise.apply(r));
        wrong.forEach((name, paints) -> {
            renderer = new PatternRenderer();
            renderer.paints = r -> brighter(r.model().loras().isEmpty() ? noise.apply(r) : paints.apply(r), 1);
            RunRecord record = run(1.0, folder.resolve("store of " + name), BuiltIn.DISTINCT, kind);
            assertThat(record.outcome()).as(name).isEqualTo(Outcome.REGRESSED);
            assertThat(record.verdicts().get(0).reason())
                    .as(name)
                    .contains("pictures are the same as another one")
                    .contains("where the base's differ: case-");
            RunRecord unasked = run(1.0, folder.resolve("store of " + name), kind);
            assertThat(unasked.outcome()).as(name + ", unasked").isEqualTo(Outcome.REGRESSED);
        });
    }

    @Test
    void a_base_that_paints_one_picture_tells_nothing_of_the_candidate() {
        renderer.paints = r -> new PatternRenderer()
                .render(request(1, r.model().loras().isEmpty() ? "one" : "other"))
                .image();
        RunRecord record = run(1.0, BuiltIn.DISTINCT, criterion("brightness", Rule.NON_INFERIOR, 100));
        assertThat(record.verdicts().get(0).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(record.verdicts().get(0).reason()).contains("the base itself paints one picture");
        assertThat(record.verdicts().get(1).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(record.verdicts().get(1).pairs()).as("copies count once").isEqualTo(1);
        assertThat(record.findings())
                .anyMatch(f -> f.text().startsWith("23 pairs of pictures, pixel by pixel on both sides"));
    }

    @Test
    void a_base_whose_every_picture_has_the_defect_lets_nobody_pass() {
        renderer.paints = r -> Image.of(16, 16, new byte[16 * 16 * 3]);
        for (Criterion each : List.of(
                criterion("glaring-dark", Rule.NO_NEW_DEFECTS, 0),
                criterion("glaring-dark", Rule.DEFECT_RATE_NON_INFERIOR, 0.1))) {
            assertThat(run(1.0, each).verdicts().get(0).reason())
                    .as(each.rule().name())
                    .containsAnyOf("of the base itself have the defect", "the base itself shows", "are needed");
            assertThat(run(1.0, each).verdicts())
                    .extracting(VerdictEntry::outcome)
                    .doesNotContain(Outcome.PASSED);
        }
    }

    @Test
    void prompts_repeated_under_other_ids_are_one_prompt_of_the_statistics() {
        prompts = i -> List.of("a cat", "A cat!", "a  cat", "a dog", "a dog.", "a fish")
                .get(i);
        RunRecord record = run(0.1, criterion("brightness", Rule.NON_INFERIOR, 50));
        assertThat(record.verdicts().get(0).clusters()).isEqualTo(3);
        assertThat(record.verdicts().get(0).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(record.verdicts().get(0).reason()).contains("but on 3 prompts alone: fewer than 5");
        assertThat(record.findings())
                .anyMatch(f -> f.text().equals("case-0, case-1, case-2: the same prompt; they count as one"));
        prompts = i -> "the same";
        assertThat(run(0.1, criterion("brightness", Rule.NON_INFERIOR, 50))
                        .verdicts()
                        .get(0)
                        .reason())
                .as("six times the same four pairs")
                .contains("4 of 4 pairs scored; 12 are needed");
    }

    @Test
    void a_margin_that_nothing_would_exceed_is_refused_before_the_first_picture() {
        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 1e300));
        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("margin: expected at most 127.5 grey levels, found 1.0E300");
        assertThat(renderer.rendered).isEmpty();
    }

    private static RenderRequest request(long seed, String prompt) {
        return new RenderRequest(
                new ModelUnderTest(new Checkpoint(Path.of("any")), List.of()),
                prompt,
                "",
                seed,
                new GenerationSettings(16, 16, 4, 3.0, "ddim", "normal", 0),
                0);
    }

    private static Image brighter(Image image, int by) {
        byte[] rgb = image.rgb();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.min(255, (rgb[i] & 0xff) + by);
        }
        return Image.of(image.width(), image.height(), rgb);
    }

    @Test
    void what_the_renderer_noticed_can_refuse_a_candidate() {
        renderer.noticed = List.of(new Finding(Finding.Level.ERROR, "304 LoRA keys were not loaded"));

        assertThat(run(1.0, BuiltIn.APPLIED).verdicts().get(0).reason())
                .startsWith("not applied as it is: 304 LoRA keys were not loaded; 24 of 24");
    }

    @Test
    void two_renderers_share_the_pairs_and_one_goes_on_when_the_other_is_lost() {
        Criterion brightness = criterion("brightness", Rule.NON_INFERIOR, 10);
        RunRecord alone = run(1.0, folder.resolve("alone"), brightness);
        PatternRenderer second = new PatternRenderer();
        second.device = "cuda other";
        second.lostAfter = 17; // 12 of the base, 3 of them again, 2 of the candidate
        others = List.of(second);
        int before = renderer.rendered.size();

        RunRecord record = run(1.0, folder.resolve("shared"), brightness);

        assertThat(record.outcome()).isEqualTo(alone.outcome());
        assertThat(record.verdicts().get(0).measurements())
                .isEqualTo(alone.verdicts().get(0).measurements());
        assertThat(second.rendered).hasSize(17);
        // Its own 12 pairs, and both pictures of the 10 that the lost one left; repeats for either share.
        assertThat(renderer.rendered.size() - before).isEqualTo(2 * 12 + 3 + 2 * 10 + 2);
        assertThat(record.renderings()).hasSize(48);
        assertThat(record.renderer().facts()).containsEntry("renderer 2 device", "cuda other");
    }

    @Test
    void every_renderer_gets_the_runs_hashes_before_it_checks_so_that_no_file_is_read_once_for_each() {
        PatternRenderer second = new PatternRenderer();
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        others = List.of((Renderer) Proxy.newProxyInstance(
                Renderer.class.getClassLoader(), new Class<?>[] {Renderer.class}, (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    return method.invoke(second, arguments);
                }));

        run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(calls)
                .filteredOn(c -> c.equals("fingerprint") || c.equals("check"))
                .startsWith("fingerprint", "fingerprint", "check", "check");
    }

    @Test
    void when_every_renderer_is_lost_the_run_is_broken_and_says_so() {
        renderer.lostAfter = 3;

        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("the server is gone");
        assertThat(record.rendersMade()).isEqualTo(3);
    }

    @Test
    void a_criterion_without_its_weights_ends_the_run_before_the_first_picture() {
        RunRecord record =
                run(1.0, criterion("lacking", Rule.NON_INFERIOR, 1), criterion("brightness", Rule.NON_INFERIOR, 50));

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem())
                .contains("1 of 2 criteria cannot be judged (lacking)")
                .contains("put clip.onnx there")
                .endsWith("to judge without them: -Dassay.unavailable=allow");
        assertThat(renderer.rendered).isEmpty();
    }

    @Test
    void where_it_is_allowed_a_criterion_without_its_weights_is_unavailable_and_the_run_is_open() {
        incomplete = true;

        RunRecord record =
                run(1.0, criterion("lacking", Rule.NON_INFERIOR, 1), criterion("brightness", Rule.NON_INFERIOR, 50));

        assertThat(record.verdicts())
                .extracting(VerdictEntry::outcome)
                .containsExactly(Outcome.UNAVAILABLE, Outcome.PASSED);
        assertThat(record.verdicts().get(0).reason()).contains("put clip.onnx there");
        assertThat(record.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void when_every_criterion_lacks_its_weights_nothing_is_rendered_and_nothing_passes() {
        RunRecord record = run(1.0, BuiltIn.PREFLIGHT, criterion("lacking", Rule.NON_INFERIOR, 1));

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem())
                .contains("every criterion lacks its weights")
                .contains("put clip.onnx there");
        assertThat(renderer.rendered).isEmpty();
    }

    @Test
    void a_regression_holds_only_with_the_criteria_that_are_to_confirm_it() {
        Criterion alone = new Criterion(
                "brightness",
                List.of(),
                Rule.NON_INFERIOR,
                10,
                12,
                Criterion.Severity.CRITICAL,
                Map.of(),
                null,
                List.of("glaring"));
        RunRecord agreed = run(1.0, alone, criterion("glaring", Rule.DEFECT_RATE_NON_INFERIOR, 0.1));
        RunRecord doubted = run(1.0, alone, criterion("distance", Rule.HAS_EFFECT, 1));

        assertThat(agreed.verdicts())
                .extracting(VerdictEntry::outcome)
                .containsExactly(Outcome.REGRESSED, Outcome.REGRESSED);
        assertThat(doubted.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(doubted.verdicts().get(0).reason()).endsWith("not confirmed: glaring was not judged in this run");
    }

    @Test
    void a_soft_criterion_is_judged_and_recorded_and_decides_nothing() {
        Criterion hard = criterion("brightness", Rule.NON_INFERIOR, 100);
        RunRecord record = run(
                1.0,
                hard,
                soft(criterion("glaring", Rule.DEFECT_RATE_NON_INFERIOR, 0.1)),
                soft(criterion("lacking", Rule.NON_INFERIOR, 1)));

        assertThat(record.verdicts())
                .extracting(VerdictEntry::id, VerdictEntry::outcome, VerdictEntry::soft)
                .containsExactly(
                        tuple("brightness", Outcome.PASSED, false),
                        tuple("glaring", Outcome.REGRESSED, true),
                        tuple(
                                "lacking",
                                Outcome.UNAVAILABLE,
                                true)); // missing weights of what decides nothing stop nothing
        assertThat(record.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run(1.0, soft(hard)).outcome())
                .as("nothing passes on what decides nothing")
                .isEqualTo(Outcome.BROKEN);
    }

    @Test
    void liking_that_decides_nothing_is_not_guarded() {
        Criterion liked = soft(criterion("gloss", Rule.NON_INFERIOR, 50));
        assertThat(run(1.0, liked, criterion("shine", Rule.NON_INFERIOR, 50)).criteriaDeclared())
                .isEqualTo(2 + 3);
    }

    private static Criterion soft(Criterion c) {
        return new Criterion(
                c.metric(),
                c.tags(),
                c.rule(),
                c.margin(),
                c.minPairs(),
                c.severity(),
                c.parameters(),
                c.calibration(),
                c.confirmedBy(),
                true,
                c.arm(),
                c.purposes());
    }

    @Test
    void a_case_that_a_metric_cannot_check_is_trouble_before_the_first_picture() {
        RunRecord record = run(1.0, criterion("choosy", Rule.NON_INFERIOR, 1));

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).isEqualTo("choosy: 6 cases that it cannot check");
        assertThat(renderer.rendered).isEmpty();
    }

    /** Of a LoRA that brightens by {@code with} where the prompt has its word, else by {@code without}. */
    private void bound(String trigger, int with, int without) {
        Usage said = Usage.of(Map.of(Fact.TRIGGERS, List.of("zok")), Map.of(Fact.TRIGGERS, "candidate.assay.yaml"));
        use = new Use(trigger, said, Usage.OPEN, List.of(), List.of("candidate.assay.yaml"));
        PatternRenderer honest = new PatternRenderer();
        renderer.paints = r -> {
            boolean asked = r.prompt().startsWith("zok, ");
            Image plain = honest.render(request(r.seed(), r.prompt().replace("zok, ", "")))
                    .image();
            return r.model().loras().isEmpty() ? plain : brighter(plain, asked ? with : without);
        };
    }

    private static VerdictEntry verdict(RunRecord record, String id) {
        return record.verdicts().stream()
                .filter(v -> v.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void asked_both_ways_the_share_of_the_effect_that_is_there_without_the_trigger_is_told_and_decides_nothing() {
        Criterion calm = criterion("brightness", Rule.NON_INFERIOR, 100);
        bound(Use.BOTH, 40, 4);
        RunRecord record = run(1.0, folder.resolve("bound"), BuiltIn.TRIGGER_LEAK, calm);
        VerdictEntry leak = verdict(record, "trigger-leak");
        assertThat(leak.estimate()).isCloseTo(0.1, within(0.02));
        assertThat(leak.low()).isGreaterThan(0.07);
        assertThat(leak.high()).isLessThan(0.13);
        assertThat(leak.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(leak.soft()).isTrue();
        assertThat(leak.pairs()).isEqualTo(24);
        assertThat(record.criteriaDeclared()).isEqualTo(1 + 4);
        assertThat(record.renderings()).hasSize(72);
        assertThat(record.renderings())
                .filteredOn(r -> r.role().equals(RenderTask.UNTRIGGERED))
                .hasSize(24)
                .extracting(RunRecord.RenderingEntry::prompt)
                .allMatch(p -> p.startsWith("prompt "));

        bound(Use.BOTH, 40, 40);
        RunRecord always = run(1.0, folder.resolve("always"), BuiltIn.TRIGGER_LEAK, calm);
        VerdictEntry all = verdict(always, "trigger-leak");
        assertThat(all.estimate()).isCloseTo(1, within(1e-9));
        assertThat(List.of(all.low(), all.high()))
                .allSatisfy(end -> assertThat(end).isCloseTo(1, within(1e-6)));
        assertThat(all.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(always.outcome()).as("soft").isEqualTo(Outcome.PASSED);
        assertThat(all.reason()).startsWith("without its trigger words 100 % of the effect is there");

        bound("on", 40, 4);
        assertThat(run(1.0, folder.resolve("on"), calm).criteriaDeclared()).isEqualTo(1 + 3);
    }

    @Test
    void a_criterion_may_ask_of_the_pictures_without_the_trigger() {
        bound("on", 40, 4);
        Criterion own = criterion("brightness", Rule.NON_INFERIOR, 10);
        Criterion plain = new Criterion(
                "brightness",
                List.of(),
                Rule.NON_INFERIOR,
                10,
                12,
                Criterion.Severity.CRITICAL,
                Map.of(),
                null,
                List.of(),
                false,
                Asked.Arm.UNTRIGGERED,
                Map.of());
        assertThat(run(1.0, folder.resolve("a"), own).outcome()).isEqualTo(Outcome.REGRESSED);
        RunRecord record = run(1.0, folder.resolve("a"), plain);
        VerdictEntry verdict = verdict(record, "brightness");
        assertThat(verdict.untriggered()).isTrue();
        assertThat(verdict.estimate()).isBetween(3.0, 4.1);
        assertThat(record.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(record.rendersMade()).as("the other pictures are there").isEqualTo(24);

        bound("off", 40, 4); // the candidate's pictures are without it anyway
        RunRecord off = run(1.0, folder.resolve("a"), plain);
        assertThat(verdict(off, "brightness").estimate()).isEqualTo(verdict.estimate());
        assertThat(off.rendersMade()).isZero();
        assertThat(off.renderings()).hasSize(48);
    }

    @Test
    void a_file_without_effect_may_wait_for_its_trigger_unless_its_weights_can_do_nothing() {
        Criterion effect = criterion("distance", Rule.HAS_EFFECT, 5);
        bound("off", 40, 1);
        assertThat(run(1.0, folder.resolve("x"), effect).outcome())
                .as("weights")
                .isEqualTo(Outcome.REGRESSED);
        nextToNothing = false;
        RunRecord off = run(1.0, folder.resolve("x"), effect);
        assertThat(off.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(off, "distance").reasonKind()).isEqualTo("PerhapsWaits");
        assertThat(verdict(off, "distance").reason())
                .contains("changes nothing beyond")
                .endsWith("it was asked without its trigger words (zok), and perhaps waits for them: judge it with"
                        + " assay.trigger=on");
        use = new Use("on", Usage.OPEN, Usage.OPEN, List.of(), List.of("x.assay.yaml", "its own metadata"));
        RunRecord unknown = run(1.0, folder.resolve("x"), effect);
        assertThat(unknown.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(unknown, "distance").reason())
                .endsWith(
                        "perhaps it waits for its trigger: none was found in x.assay.yaml, its own metadata; if it has"
                                + " one, judge it with assay.triggerWords=WORDS");
        bound("on", 1, 1);
        assertThat(run(1.0, folder.resolve("y"), effect).outcome())
                .as("it was asked with its trigger")
                .isEqualTo(Outcome.REGRESSED);
    }

    @Test
    void pictures_that_are_the_bases_to_the_last_bit_wait_for_nothing() {
        nextToNothing = false;
        bound("off", 40, 0);
        RunRecord record = run(1.0, BuiltIn.APPLIED, criterion("brightness", Rule.NON_INFERIOR, 10));
        assertThat(verdict(record, "applied").outcome()).isEqualTo(Outcome.REGRESSED);
    }

    @Test
    void nothing_selected_is_broken() {
        RunRecord record = run(1.0);

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("no criterion selected");
    }

    @Test
    void a_misspelled_parameter_names_those_that_exist() {
        Criterion wrong = new Criterion(
                "brightness", List.of(), Rule.NON_INFERIOR, 1, 1, Criterion.Severity.NORMAL, Map.of("gama", 2.0));

        assertThat(run(1.0, wrong).problem()).contains("gama").contains("gamma");
        assertThat(renderer.rendered).isEmpty();
    }

    @Test
    void a_candidate_that_is_liked_more_for_more_of_an_artifact_is_regressed_though_every_margin_holds() {
        Criterion liked = criterion("gloss", Rule.NON_INFERIOR, 50);
        Criterion artifact = criterion("shine", Rule.NON_INFERIOR, 50);
        RunRecord record = run(1.0, BuiltIn.PREFERENCE, liked, artifact);

        assertThat(record.verdicts())
                .extracting(VerdictEntry::id, VerdictEntry::outcome)
                .containsExactly(
                        tuple("preference", Outcome.REGRESSED),
                        tuple("gloss", Outcome.PASSED),
                        tuple("shine", Outcome.PASSED));
        assertThat(record.verdicts().get(0).reason())
                .contains("gloss rises by 40")
                .contains("shine gets worse by 40");
        assertThat(record.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(run(0.01, BuiltIn.PREFERENCE, liked, artifact)
                        .verdicts()
                        .get(0)
                        .outcome())
                .isEqualTo(Outcome.PASSED);
        assertThat(record.criteriaDeclared()).isEqualTo(2 + 4); // the suite's, and the four of every such run
    }

    @Test
    void liking_is_guarded_only_where_a_suite_asks_for_both_sides() {
        assertThat(run(1.0, criterion("gloss", Rule.NON_INFERIOR, 50)).criteriaDeclared())
                .isEqualTo(1 + 3);
        assertThat(run(1.0, criterion("shine", Rule.NON_INFERIOR, 50)).criteriaDeclared())
                .isEqualTo(1 + 3);
    }

    @Test
    void a_record_survives_the_way_to_disk_and_back() {
        RunRecord record = run(1.0, criterion("brightness", Rule.NON_INFERIOR, 10));

        RunRecords.write(folder.resolve("out"), record);

        assertThat(RunRecords.read(RunRecords.last(folder.resolve("out")))).isEqualTo(record);
        Path run = RunRecords.folder(folder.resolve("out"), record.id());
        assertThat(RunRecords.read(run.resolve("run.json"))).isEqualTo(record);
    }

    private static org.assertj.core.data.Offset<Double> within(double value) {
        return org.assertj.core.data.Offset.offset(value);
    }

    private static Criterion criterion(String metric, Rule rule, double margin) {
        return new Criterion(metric, List.of(), rule, margin, 12, Criterion.Severity.CRITICAL, Map.of());
    }

    private List<Renderer> renderers() {
        List<Renderer> all = new ArrayList<>(List.of(renderer));
        all.addAll(others);
        return all;
    }

    /** @param strength of the LoRA; null for the base */
    private ModelUnderTest model(Double strength) {
        return new ModelUnderTest(
                new Checkpoint(base), strength == null ? List.of() : List.of(new Lora(lora, strength)));
    }

    private RunRecord run(Double strength, Criterion... criteria) {
        return run(strength, folder.resolve("store"), criteria);
    }

    private RunRecord run(Double strength, Path store, Criterion... criteria) {
        List<PromptCase> cases = IntStream.range(0, 6)
                .mapToObj(i ->
                        new PromptCase("case-" + i, prompts.apply(i), "", List.of(1L, 2L, 3L, 4L), List.of(), null))
                .toList();
        Suite suite = new Suite(
                "test",
                "1",
                "",
                new SuiteSettings(16, 16, 4, 3.0, "ddim", "normal", 0, null, null),
                Map.of(),
                cases,
                Arrays.stream(criteria).allMatch(BuiltIn::isBuiltIn)
                        ? List.of(criterion("brightness", Rule.NON_INFERIOR, 1))
                        : Arrays.stream(criteria)
                                .filter(c -> !BuiltIn.isBuiltIn(c))
                                .toList());
        Plan plan = new Plan(
                suite,
                "hash",
                model(null),
                "base",
                model(strength),
                "candidate",
                0,
                List.of(),
                use,
                folder.resolve("out"));
        FileHashes hashes = new FileHashes();
        PictureSource pictures = new RenderQueue(
                plan,
                renderers(),
                new RenderStore(store),
                hashes,
                Progress.QUIET,
                p -> {
                    looked.run();
                    return findings;
                },
                p -> nextToNothing);
        List<Criterion> declared = new ArrayList<>(BuiltInCriteria.of(plan, true, new TestCatalog()));
        declared.addAll(suite.criteria());
        return new Evaluation(
                        plan,
                        declared,
                        pictures,
                        new ScoreStore(store.resolve("scores"), new FileHashes()),
                        new TestCatalog(),
                        new NoModels(),
                        Progress.QUIET,
                        hashes,
                        incomplete)
                .run(Arrays.asList(criteria));
    }

    /** Small metrics with arithmetic that can be checked by hand. */
    private static final class TestCatalog implements MetricCatalog {
        private static final MetricInfo BRIGHTNESS = info("brightness", Family.AESTHETIC, Direction.LOWER);
        private static final MetricInfo GLOSS = info("gloss", Family.AESTHETIC, Direction.HIGHER);
        private static final MetricInfo SHINE = info("shine", Family.ARTIFACT, Direction.LOWER);
        private static final MetricInfo BLANK = info("blank-frame", Family.ARTIFACT, Direction.LOWER);
        private static final MetricInfo DISTANCE = info("distance", Family.EFFECT, Direction.HIGHER);
        private static final MetricInfo LACKING = info("lacking", Family.ADHERENCE, Direction.HIGHER);
        private static final MetricInfo CHOOSY = info("choosy", Family.ADHERENCE, Direction.HIGHER);
        private static final MetricInfo FAILING = info("failing", Family.ANATOMY, Direction.LOWER);

        private static final MetricInfo GLARING = rate("glaring", Direction.LOWER);
        private static final MetricInfo DARK = rate("glaring-dark", Direction.LOWER);
        private static final MetricInfo CALM = rate("calm", Direction.HIGHER);
        private static final double GLARE = 109; // means are about 99 in the base, 107 at strength 0.2, 139 at 1

        private static MetricInfo rate(String name, Direction better) {
            return new MetricInfo(
                    name, "1", "Is it still as good?", Family.ANATOMY, better, "defect rate", Range.rate(), "test");
        }

        private static MetricInfo info(String name, Family family, Direction better) {
            return new MetricInfo(
                            name,
                            "1",
                            "Is it still as good?",
                            family,
                            better,
                            "grey levels",
                            Range.closed(0, 255),
                            "test")
                    .withParameters(Map.of("gamma", 1.0));
        }

        @Override
        public List<MetricEntry> entries() {
            return List.of(
                    of(BRIGHTNESS, image -> mean(image)),
                    of(GLOSS, image -> mean(image)),
                    of(SHINE, image -> mean(image)),
                    of(BLANK, image -> mean(image) < 1 ? 1 : 0),
                    of(GLARING, image -> mean(image) > GLARE ? 1 : 0),
                    of(CALM, image -> mean(image) > GLARE ? 0 : 1),
                    of(DARK, image -> 1),
                    MetricEntry.of(DISTANCE, (models, p) -> new OfPair()),
                    MetricEntry.of(CHOOSY, (models, p) -> new Choosy()),
                    MetricEntry.of(
                            FAILING,
                            (models, p) -> new OfImage(
                                    FAILING,
                                    image -> models.get(ModelRoles.CLIP).embed(image)[0]),
                            ModelRoles.CLIP),
                    MetricEntry.of(LACKING, (models, p) -> {
                        throw new UnavailableException("put clip.onnx there");
                    }));
        }

        private static MetricEntry of(MetricInfo info, java.util.function.ToDoubleFunction<Image> value) {
            return MetricEntry.of(info, (models, p) -> new OfImage(info, value));
        }

        /** How often a metric was asked, by name. */
        private static final Map<String, Integer> SCORED = new TreeMap<>();

        private static double mean(Image image) {
            return Arrays.stream(image.luma()).average().orElseThrow();
        }

        private record OfImage(MetricInfo info, java.util.function.ToDoubleFunction<Image> value)
                implements Metric.ImageMetric {
            @Override
            public Score score(PromptCase prompt, Image image) {
                SCORED.merge(info.name(), 1, Integer::sum);
                return new Score.Measured(value.applyAsDouble(image), "mean");
            }
        }

        private static final class Choosy implements Metric.ImageMetric {
            @Override
            public MetricInfo info() {
                return CHOOSY;
            }

            @Override
            public void check(List<PromptCase> cases) {
                throw new AssayException("choosy: " + cases.size() + " cases that it cannot check");
            }

            @Override
            public Score score(PromptCase prompt, Image image) {
                return new Score.Measured(1, "never asked");
            }
        }

        private static final class OfPair implements Metric.PairMetric {
            @Override
            public MetricInfo info() {
                return DISTANCE;
            }

            @Override
            public Score score(PromptCase prompt, Image base, Image candidate) {
                SCORED.merge("distance", 1, Integer::sum);
                return new Score.Measured(Math.abs(mean(base) - mean(candidate)), "distance of means");
            }
        }
    }
}
