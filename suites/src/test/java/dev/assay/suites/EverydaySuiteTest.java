package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;

import dev.assay.harness.junit.AssayEngine;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteFile;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite for real models, run whole on small ones: networks of the real contracts, trained on the microcosm or random. */
@Tag("slow")
class EverydaySuiteTest {
    private static final Path SUITES = Path.of("src/main/resources/suites");
    private static final Path STAND_INS = Path.of("src/test/resources").toAbsolutePath();
    private static final Path NETWORKS =
            Path.of("../harness/src/test/resources/golden/networks").toAbsolutePath();
    private static final int CLIP_NUMBERS = 96; // of a vector of the microcosm's CLIP
    private static final Set<String> WITHOUT_WEIGHTS =
            Set.of("blank-frame", "grid", "layout-diversity", "effect", "seconds", "preflight", "applied", "distinct");

    /** Pictures are made once for all tests. */
    @TempDir
    static Path store;

    @TempDir
    Path folder;

    private final Map<String, String> settings = new TreeMap<>();

    @AfterEach
    void restore() {
        settings.keySet().forEach(System::clearProperty);
    }

    @Test
    void it_has_60_prompts_in_groups_that_say_what_is_visible_or_what_is_open() {
        Suite suite = SuiteFile.read(SUITES.resolve("everyday.yaml"));
        assertThat(suite.cases())
                .hasSize(60)
                .allSatisfy(c -> assertThat(c.tags()).isNotEmpty());
        Map<String, Long> groups = suite.cases().stream()
                .flatMap(c -> c.tags().stream())
                .collect(Collectors.groupingBy(t -> t, Collectors.counting()));
        assertThat(groups)
                .containsEntry("people", 28L)
                .containsEntry("things", 13L)
                .containsKeys("scene", "plain", "drawn", "far")
                .containsEntry("lettering", 10L)
                .hasEntrySatisfying("open", n -> assertThat(n).isGreaterThanOrEqualTo(5));
        assertThat(with(suite, "people"))
                .allSatisfy(c -> assertThat(c.visible().people()).isPositive());
        assertThat(with(suite, "people")).allSatisfy(c -> assertThat(c.prompt()).contains("photo"));
        assertThat(with(suite, "things"))
                .allSatisfy(c -> assertThat(c.visible().objects()).isNotEmpty());
        assertThat(with(suite, "lettering"))
                .allSatisfy(c -> assertThat(c.visible().text())
                        .hasSize(1)
                        .allSatisfy(text -> assertThat(c.prompt()).contains("\"" + text + "\"")));
        assertThat(with(suite, "open")).allSatisfy(c -> assertThat(c.varies()).isNotEmpty());
        assertThat(suite.cases())
                .filteredOn(c -> !c.varies().isEmpty())
                .allSatisfy(c -> assertThat(c.tags()).contains("open"));
    }

    @Test
    void quick_is_12_prompts_of_it_with_two_seeds() {
        Suite quick = SuiteFile.read(SUITES.resolve("quick.yaml"));
        assertThat(quick.cases())
                .hasSize(12)
                .allSatisfy(c -> assertThat(c.seeds()).hasSize(2));
        assertThat(SuiteFile.read(SUITES.resolve("everyday.yaml")).cases())
                .extracting(PromptCase::prompt)
                .containsAll(quick.cases().stream().map(PromptCase::prompt).toList());
    }

    @Test
    void it_runs_end_to_end_on_stand_ins_of_the_real_contracts_and_judges_every_family() throws IOException {
        RunRecord record = run(Map.of(
                "people", pose("person.onnx"),
                "pose", pose("pose.onnx"),
                "hands", "microcosm:detector",
                "faces", STAND_INS.resolve("standins/faces.onnx").toString(),
                "objects", STAND_INS.resolve("objects/yolox_l.onnx").toString(),
                "ocr", STAND_INS.resolve("standins/ocr").toString(),
                "clip", "microcosm:clip",
                "aesthetic", head().toString(),
                "dino", dino().toString()));

        assertThat(record.problem()).isNull();
        Suite suite = SuiteFile.read(SUITES.resolve("everyday.yaml"));
        assertThat(record.verdicts())
                .extracting(VerdictEntry::id)
                .containsAll(suite.criteria().stream().map(Criterion::id).toList());
        assertThat(record.verdicts())
                .allSatisfy(v -> assertThat(v.outcome())
                        .as(v.id() + ": " + v.reason())
                        .isNotIn(Outcome.BROKEN, Outcome.UNAVAILABLE));
        assertThat(record.verdicts().stream().map(VerdictEntry::family).collect(Collectors.toSet()))
                .contains(
                        Family.ARTIFACT,
                        Family.ANATOMY,
                        Family.ADHERENCE,
                        Family.DIVERSITY,
                        Family.AESTHETIC,
                        Family.EFFECT,
                        Family.COST);
        for (String metric : List.of("clip-score", "aesthetic", "clip-iqa")) {
            assertThat(verdict(record, metric).pairs()).as(metric).isEqualTo(120);
        }
        for (String metric : List.of("layout-diversity", "dino-diversity", "prompt-vendi", "r-precision")) {
            assertThat(verdict(record, metric).pairs()).as(metric).isEqualTo(60);
        }
        assertThat(verdict(record, "people").pairs()).isEqualTo(56);
        assertThat(verdict(record, "objects").pairs()).isEqualTo(82);
        assertThat(verdict(record, "text").pairs()).isEqualTo(20);
        assertThat(verdict(record, "stray-text").pairs()).isEqualTo(88);
        // A small world cannot draw these prompts: what has no people in it must not pass as anatomy.
        assertThat(verdict(record, "hands").outcome()).isNotEqualTo(Outcome.PASSED);
    }

    @Test
    void without_weights_it_judges_what_needs_none_and_does_not_pass() throws IOException {
        settings.put("assay.unavailable", "allow");
        RunRecord record = run(missing());

        assertThat(record.outcome()).isNotEqualTo(Outcome.PASSED);
        assertThat(record.verdicts()).allSatisfy(v -> {
            if (WITHOUT_WEIGHTS.contains(v.metric())) {
                assertThat(v.outcome()).as(v.id()).isNotIn(Outcome.BROKEN, Outcome.UNAVAILABLE);
            } else {
                assertThat(v.outcome()).as(v.id()).isEqualTo(Outcome.UNAVAILABLE);
                assertThat(v.reason()).contains("models.").contains("nowhere");
            }
        });
        assertThat(record.verdicts())
                .filteredOn(v -> !v.is(Outcome.UNAVAILABLE))
                .hasSize(WITHOUT_WEIGHTS.size());
    }

    @Test
    void missing_weights_end_the_run_before_the_first_picture_and_are_all_named() throws IOException {
        RunRecord record = run(missing());

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("people", "hands", "clip-score", "dino-diversity", "nowhere");
        assertThat(record.rendersMade()).isZero();
    }

    @Test
    void a_run_of_which_everything_is_unavailable_is_no_pass_and_renders_nothing() throws IOException {
        settings.put("assay.unavailable", "allow");
        RunRecord record = run(missing(), "keep: {criteria: [clip-score, r-precision, objects.people+things]}");

        assertThat(record.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(record.problem()).contains("nothing can be judged").contains("nowhere");
        assertThat(record.rendersMade()).isZero();
    }

    private static List<PromptCase> with(Suite suite, String tag) {
        return suite.cases().stream().filter(c -> c.tags().contains(tag)).toList();
    }

    private static Map<String, String> missing() {
        return SuiteFile.read(SUITES.resolve("everyday.yaml")).models().keySet().stream()
                .collect(Collectors.toMap(role -> role, role -> "nowhere/" + role));
    }

    private static String pose(String name) {
        return MicrocosmPictures.MICROCOSM
                .resolve("pose")
                .resolve(name)
                .toAbsolutePath()
                .toString();
    }

    /** Random, of the real architecture; it sees 42 pixels. */
    private Path dino() throws IOException {
        Path dino = Files.createDirectory(folder.resolve("dino"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(NETWORKS.resolve("dinov2").resolve(file), dino.resolve(file));
        }
        Files.writeString(dino.resolve("preprocessor_config.json"), """
                {"do_center_crop": true, "crop_size": {"height": 42, "width": 42}, "do_resize": true, "size": {"shortest_edge": 42},
                 "resample": 3, "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true, "do_convert_rgb": true,
                 "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
                """);
        return dino;
    }

    /** One layer, as LAION's first predictor has it. */
    private Path head() throws IOException {
        String header = """
                {"weight":{"dtype":"F32","shape":[1,%d],"data_offsets":[0,%d]},"bias":{"dtype":"F32","shape":[1],"data_offsets":[%d,%d]}}""".formatted(CLIP_NUMBERS, 4 * CLIP_NUMBERS, 4 * CLIP_NUMBERS, 4 * CLIP_NUMBERS + 4);
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file =
                ByteBuffer.allocate(8 + json.length + 4 * CLIP_NUMBERS + 4).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        for (int i = 0; i < CLIP_NUMBERS; i++) {
            file.putFloat((float) Math.sin(i));
        }
        file.putFloat(5);
        return Files.write(folder.resolve("head.safetensors"), file.array());
    }

    private static VerdictEntry verdict(RunRecord record, String metric) {
        return record.verdicts().stream()
                .filter(v -> v.metric().equals(metric))
                .findFirst()
                .orElseThrow();
    }

    /** The whole suite with two seeds, small pictures and other weights; {@code sound} is the candidate. */
    private RunRecord run(Map<String, String> models, String... more) throws IOException {
        String yaml = """
                name: small
                version: "1"
                extend: everyday
                seeds: [11, 12]
                settings: {width: 64, height: 64, steps: 1, guidanceScale: 1, sampler: ddim, scheduler: normal, clipSkip: 0}
                models:
                """
                + models.entrySet().stream()
                        .map(m -> "  " + m.getKey() + ": \"" + m.getValue().replace('\\', '/') + "\"\n")
                        .collect(Collectors.joining())
                + String.join("\n", more);
        Files.writeString(folder.resolve("small.yaml"), yaml);
        settings.put("assay.root", folder.toString());
        settings.put("assay.out", folder.resolve("out").toString());
        settings.put("assay.store", store.toString());
        settings.put(
                "assay.microcosm", MicrocosmPictures.MICROCOSM.toAbsolutePath().toString());
        settings.put("assay.suite", "small.yaml");
        settings.put("assay.lora", "microcosm:sound");
        settings.forEach(System::setProperty);
        EngineTestKit.engine(AssayEngine.ID)
                .selectors(selectClasspathResource("suites/microcosm.yaml"))
                .execute();
        return RunRecords.read(RunRecords.last(folder.resolve("out")));
    }
}
