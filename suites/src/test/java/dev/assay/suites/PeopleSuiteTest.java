package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;

import dev.assay.harness.junit.AssayEngine;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteFile;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite for real models, run on small ones: networks of the real contracts, trained on the microcosm or random. */
@Tag("slow")
class PeopleSuiteTest {
    private static final Path SUITE = Path.of("src/main/resources/suites/people.yaml");
    private static final Path STAND_INS = Path.of("src/test/resources/standins").toAbsolutePath();
    private static final Set<String> ANATOMY = Set.of("hands", "faces", "pose", "pose-confidence", "hand-iqa");

    @TempDir
    Path folder;

    private final Map<String, String> settings = new TreeMap<>();

    @AfterEach
    void restore() {
        settings.keySet().forEach(System::clearProperty);
    }

    @Test
    void it_has_at_least_40_prompts_that_say_what_is_visible() {
        Suite suite = SuiteFile.read(SUITE);
        assertThat(suite.cases()).hasSizeGreaterThanOrEqualTo(40).allSatisfy(c -> {
            assertThat(c.tags()).isNotEmpty();
            assertThat(c.visible().people() != null || c.visible().hands() != null)
                    .as(c.id())
                    .isTrue();
        });
        for (String tag : List.of("portrait", "full-body", "hands", "group", "action", "seated")) {
            assertThat(suite.cases()).filteredOn(c -> c.tags().contains(tag)).hasSizeGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void it_runs_end_to_end_on_stand_ins_of_the_real_contracts() throws IOException {
        RunRecord record = run(Map.of(
                "hf:yzd-v/DWPose/yolox_l.onnx",
                pose("person.onnx"),
                "hf:yzd-v/DWPose/dw-ll_ucoco_384.onnx",
                pose("pose.onnx"),
                "hf:deepghs/anime_hand_detection/hand_detect_v1.0_s/model.onnx",
                "\"microcosm:detector\"",
                "hf:deepghs/anime_face_detection/face_detect_v1.4_s/model.onnx",
                file("faces.onnx"),
                "hf:openai/clip-vit-large-patch14",
                "\"microcosm:clip\"\n  artifacts: " + file("artifacts.onnx"),
                "  # - {metric: body-artifacts",
                "  - {metric: body-artifacts"));

        assertThat(record.problem()).isNull();
        assertThat(record.verdicts())
                .extracting(VerdictEntry::metric)
                .contains("people", "hands", "faces", "pose", "pose-confidence", "hand-iqa", "body-artifacts");
        assertThat(record.verdicts())
                .allSatisfy(v -> assertThat(v.outcome()).as(v.reason()).isNotIn(Outcome.BROKEN, Outcome.UNAVAILABLE));
        VerdictEntry people = verdict(record, "people");
        assertThat(people.pairs()).isEqualTo(41); // three close-ups of hands say nothing of people
        assertThat(people.rule()).isEqualTo(Rule.DEFECT_RATE_NON_INFERIOR);
        assertThat(verdict(record, "body-artifacts").pairs()).isEqualTo(44);
        // A small world cannot draw these prompts: what has no people in it must not pass as anatomy.
        assertThat(record.verdicts())
                .filteredOn(v -> v.metric().equals("hands") || v.metric().equals("pose"))
                .allSatisfy(v -> {
                    assertThat(v.outcome()).isNotEqualTo(Outcome.PASSED);
                    assertThat(v.unscoredReasons().keySet()).anyMatch(r -> r.contains("found; the case expects"));
                });
    }

    @Test
    void without_weights_every_criterion_that_needs_them_is_unavailable_and_the_run_does_not_pass() throws IOException {
        settings.put("assay.unavailable", "allow");
        RunRecord record = run(Map.of("hf:", "nowhere/"));

        assertThat(record.outcome()).isNotEqualTo(Outcome.PASSED);
        assertThat(record.verdicts())
                .filteredOn(v -> ANATOMY.contains(v.metric()) || v.metric().equals("people"))
                .hasSizeGreaterThanOrEqualTo(7)
                .allSatisfy(v -> {
                    assertThat(v.outcome()).isEqualTo(Outcome.UNAVAILABLE);
                    assertThat(v.reason()).contains("models.").contains("nowhere");
                });
    }

    private static String file(String name) {
        return quoted(STAND_INS.resolve(name));
    }

    private static String pose(String name) {
        return quoted(MicrocosmPictures.MICROCOSM.resolve("pose").resolve(name).toAbsolutePath());
    }

    private static String quoted(Path file) {
        return "\"" + file.toString().replace('\\', '/') + "\"";
    }

    private static VerdictEntry verdict(RunRecord record, String metric) {
        return record.verdicts().stream()
                .filter(v -> v.metric().equals(metric))
                .findFirst()
                .orElseThrow();
    }

    /** With one seed, small pictures and other weights than the suite names; {@code sound} is the candidate. */
    private RunRecord run(Map<String, String> replaced) throws IOException {
        String suite = Files.readString(SUITE)
                .replace(
                        "seeds: [21, 22]",
                        "seeds: [21]\n"
                                + "settings: {width: 64, height: 64, steps: 2, guidanceScale: 3.0, sampler: ddim,"
                                + " scheduler: normal, clipSkip: 0}")
                .replaceAll("minPairs: \\d+", "minPairs: 1");
        for (Map.Entry<String, String> r : replaced.entrySet()) {
            assertThat(suite).contains(r.getKey());
            suite = suite.replace(r.getKey(), r.getValue());
        }
        Files.writeString(folder.resolve("people.yaml"), suite);
        settings.put("assay.root", folder.toString());
        settings.put("assay.out", folder.resolve("out").toString());
        settings.put(
                "assay.microcosm", MicrocosmPictures.MICROCOSM.toAbsolutePath().toString());
        settings.put("assay.suite", "people.yaml");
        settings.put("assay.lora", "microcosm:sound");
        settings.forEach(System::setProperty);
        EngineTestKit.engine(AssayEngine.ID)
                .selectors(selectClasspathResource("suites/microcosm.yaml"))
                .execute();
        return RunRecords.read(RunRecords.last(folder.resolve("out")));
    }
}
