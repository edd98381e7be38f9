package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.junit.AssayEngine;
import dev.assay.harness.nn.judge.FakeJudge;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.suite.LabelledQuestions;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The engine with the bundled models, and a judge on the loopback that looks at the colours of the pictures. */
@Tag("slow")
class JudgedRunTest {
    private static final String SUITE = """
        name: judged
        version: "1"
        settings: {width: 64, height: 64, steps: 12, guidanceScale: 3.0, sampler: ddim, scheduler: normal, clipSkip: 0}
        seeds: [1, 2]
        criteria:
          - {metric: blank-frame, rule: NO_NEW_DEFECTS, minPairs: 16, severity: BLOCKER}
          - {metric: vqa-score, rule: NON_INFERIOR, margin: 0.15, minPairs: 16}
          - {metric: questions, rule: NON_INFERIOR, margin: 0.15, minPairs: 16}
          - {metric: questions-all, rule: NON_INFERIOR, margin: 0.15, minPairs: 16}
        cases:
          - {id: one, prompt: a red star, visible: {objects: [{name: star, color: red}]}}
          - {id: two, prompt: a blue circle, visible: {objects: [{name: circle, color: blue}]}}
          - {id: three, prompt: a green square, visible: {objects: [{name: square, color: green}]}}
          - {id: four, prompt: a purple triangle, visible: {objects: [{name: triangle, color: purple}]}}
          - {id: five, prompt: three orange triangles, visible: {objects: [{name: triangle, color: orange}]}}
          - {id: six, prompt: two red stars, visible: {objects: [{name: star, color: red}]}}
          - id: seven
            prompt: a red circle above a blue square
            visible: {objects: [{name: circle, color: red}, {name: square, color: blue}]}
          - id: eight
            prompt: a green star to the left of a purple triangle
            questions:
              - {id: green, text: "Is there a green star?"}
              - {id: purple, text: "Is there a purple triangle?"}
              - {id: orange, text: "Is anything orange?", expected: no}
        """;

    private static final Map<String, int[]> COLORS = new LinkedHashMap<>();

    static {
        COLORS.put("red", new int[] {215, 45, 45});
        COLORS.put("green", new int[] {45, 160, 65});
        COLORS.put("blue", new int[] {45, 85, 215});
        COLORS.put("purple", new int[] {145, 65, 180});
        COLORS.put("orange", new int[] {240, 135, 35});
    }

    @TempDir
    Path folder;

    private final Map<String, String> settings = new HashMap<>();

    /** Yes, if every colour that the question names is in the picture. */
    private static double sees(Image image, String question) {
        return COLORS.keySet().stream()
                        .filter(c -> question.matches(".*\\b" + c + "\\b.*"))
                        .allMatch(c -> pixels(image, COLORS.get(c)) >= 40)
                ? 0.96
                : 0.03;
    }

    private static long pixels(Image image, int[] color) {
        long near = 0;
        for (int i = 0; i < image.width() * image.height(); i++) {
            int squares = 0;
            for (int c = 0; c < 3; c++) {
                int d = image.value(i % image.width(), i / image.width(), c) - color[c];
                squares += d * d;
            }
            near += squares < 50 * 50 ? 1 : 0;
        }
        return near;
    }

    @BeforeEach
    void settings() throws IOException {
        Files.writeString(folder.resolve("judged.yaml"), SUITE);
        set("assay.root", folder.toString());
        set("assay.out", folder.resolve("out").toString());
        set("assay.microcosm", MicrocosmPictures.MICROCOSM.toAbsolutePath().toString());
        set("assay.suite", "judged.yaml");
    }

    private void set(String key, String value) {
        settings.put(key, value);
        System.setProperty(key, value);
    }

    @AfterEach
    void restore() {
        settings.keySet().forEach(System::clearProperty);
    }

    private RunRecord run(String lora) {
        set("assay.lora", "microcosm:" + lora);
        EngineTestKit.engine(AssayEngine.ID)
                .selectors(selectClasspathResource("suites/microcosm.yaml"))
                .execute();
        return RunRecords.read(RunRecords.last(folder.resolve("out")));
    }

    private static VerdictEntry verdict(RunRecord record, String metric) {
        return record.verdicts().stream()
                .filter(v -> v.metric().equals(metric))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_forgets_colours_regresses_what_is_sound_does_not_and_nothing_is_asked_twice() {
        try (FakeJudge judge = new FakeJudge(FakeJudge.Dialect.LLAMA_CPP, JudgedRunTest::sees)) {
            set("assay.judge.url", judge.url());

            RunRecord sound = run("sound");
            for (String metric : List.of("vqa-score", "questions", "questions-all")) {
                assertThat(verdict(sound, metric).outcome())
                        .as(verdict(sound, metric).reason())
                        .isEqualTo(Outcome.PASSED);
            }
            int asked = judge.questions().size();
            assertThat(run("sound").verdicts()).isEqualTo(sound.verdicts());
            assertThat(judge.questions()).hasSize(asked);

            RunRecord forgetful = run("forgetful");
            for (String metric : List.of("vqa-score", "questions", "questions-all")) {
                assertThat(verdict(forgetful, metric).outcome())
                        .as(verdict(forgetful, metric).reason())
                        .isEqualTo(Outcome.REGRESSED);
            }
            assertThat(verdict(forgetful, "questions").worst().get(0).candidateEvidence())
                    .contains("Is there a")
                    .contains("no, with 0.97")
                    .contains("judge tiny-vision, uncalibrated");
            assertThat(judge.questions().size() - asked).isBetween(1, asked / 2); // the base had answered
        }
    }

    @Test
    void a_judge_that_was_measured_corrects_its_shares_and_says_so() {
        Path labelled = MicrocosmPictures.MICROCOSM.resolve("judge/calibration.yaml");
        try (FakeJudge judge = new FakeJudge(FakeJudge.Dialect.VLLM, knowing(LabelledQuestions.read(labelled)))) {
            set("assay.judge.url", judge.url());
            set("assay.judge.calibration", labelled.toAbsolutePath().toString());

            RunRecord forgetful = run("forgetful");

            VerdictEntry questions = verdict(forgetful, "questions");
            assertThat(questions.outcome()).as(questions.reason()).isEqualTo(Outcome.REGRESSED);
            assertThat(questions.reason())
                    .contains("corrected for the judge's errors (it says yes 96 % of the time where it is right and 4 %"
                            + " where it is wrong, on 25 and 28 questions)");
            assertThat(questions.estimate())
                    .isLessThan(questions.candidateMean() - questions.baseMean()); // a larger loss than was seen
            assertThat(verdict(forgetful, "vqa-score").worst().get(0).candidateEvidence())
                    .contains("judge tiny-vision, right where the answer is yes 100 % (90 to 100)")
                    .contains("on microcosm 1");
        }
    }

    private static FakeJudge.Brain knowing(LabelledQuestions set) {
        return (image, question) -> set.questions().stream()
                .filter(q -> question.contains("\"" + q.text() + "\"")
                        && Png.read(q.picture()).image().equals(image))
                .findFirst()
                .map(q -> q.expected() ? 0.96 : 0.04)
                .orElseGet(() -> sees(image, question));
    }

    @Test
    void a_judge_that_guesses_is_found_before_the_first_picture() throws IOException {
        Files.writeString(
                folder.resolve("judged.yaml"), SUITE.replaceFirst("(?m)^ *- \\{metric: blank-frame.*\\n", ""));
        try (FakeJudge judge = new FakeJudge(FakeJudge.Dialect.LLAMA_CPP, (image, question) -> 0.9)) {
            set("assay.judge.url", judge.url());
            set(
                    "assay.judge.calibration",
                    MicrocosmPictures.MICROCOSM
                            .resolve("judge/calibration.yaml")
                            .toAbsolutePath()
                            .toString());

            RunRecord record = run("sound");

            assertThat(record.problem()).contains("tiny-vision guesses").contains("0.90");
            assertThat(record.rendersMade()).isZero();
        }
    }

    @Test
    void a_suite_cannot_send_the_pictures_to_a_judge_of_its_own() throws IOException {
        Files.writeString(folder.resolve("judged.yaml"), SUITE + "models: {judge: \"http://127.0.0.1:9/v1\"}\n");

        assertThat(run("sound").problem())
                .contains("judged: models.judge: no suite can name it")
                .contains("assay.judge.url");
    }

    @Test
    void without_a_judge_nothing_is_rendered_and_what_to_do_is_said() {
        RunRecord record = run("sound");

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem())
                .contains("3 of 7 criteria cannot be judged (vqa-score, questions, questions-all)")
                .contains("-Dassay.judge.url=")
                .endsWith("to judge without them: -Dassay.unavailable=allow");
        assertThat(record.rendersMade()).isZero();
    }

    @Test
    void where_it_is_allowed_the_criteria_without_a_judge_are_unavailable() {
        set("assay.unavailable", "allow");

        RunRecord record = run("sound");

        assertThat(record.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(record, "blank-frame").outcome()).isEqualTo(Outcome.PASSED);
        assertThat(verdict(record, "vqa-score").outcome()).isEqualTo(Outcome.UNAVAILABLE);
        assertThat(verdict(record, "vqa-score").reason()).contains("-Dassay.judge.url=");
    }

    @Test
    void a_judge_that_is_down_is_found_before_the_first_picture() throws IOException {
        Files.writeString(
                folder.resolve("judged.yaml"), SUITE.replaceFirst("(?m)^ *- \\{metric: blank-frame.*\\n", ""));
        FakeJudge gone = new FakeJudge(FakeJudge.Dialect.VLLM, JudgedRunTest::sees);
        set("assay.judge.url", gone.url());
        gone.close();

        RunRecord record = run("sound");

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("nothing can be judged").contains("no connection");
        assertThat(record.rendersMade()).isZero();
    }
}
