package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;

import dev.assay.harness.junit.AssayEngine;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteFile;
import dev.assay.harness.suite.Visible.VisibleObject;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite {@code objects} from end to end on random weights of the real architectures: Stable Diffusion, CLIP, YOLOX. */
@Tag("slow")
class ObjectsSuiteTest {
    /** Pairs in which the tiny model, which knows few words, paints two prompts alike on both sides. */
    private static final int TWICE = 12;

    private static final Path SUITE = Path.of("src/main/resources/suites/objects.yaml");
    private static final Path NETWORKS = Path.of("../harness/src/test/resources/golden/networks");

    /** Of a CLIP that sees 32 pixels. */
    private static final String PREPROCESSING = """
        {"do_center_crop": true, "crop_size": {"height": 32, "width": 32}, "do_resize": true, "size": {"shortest_edge": 32},
         "resample": 3, "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true, "do_convert_rgb": true,
         "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
        """;

    /** Pictures are made once for all tests. */
    @TempDir
    static Path store;

    @TempDir
    Path folder;

    private Map<String, String> settings;

    @BeforeEach
    void settings() {
        settings = new HashMap<>(Map.of(
                "assay.root",
                folder.toString(),
                "assay.out",
                folder.resolve("out").toString(),
                "assay.base",
                NETWORKS.resolve("sd").toAbsolutePath().toString(),
                "assay.suite",
                "objects.yaml",
                "assay.steps",
                "1",
                "assay.seedOffset",
                "1000"));
        settings.forEach(System::setProperty);
    }

    @AfterEach
    void restore() {
        settings.keySet().forEach(System::clearProperty);
    }

    @Test
    void it_has_prompts_of_every_kind_and_each_states_what_should_be_seen() {
        Suite suite = SuiteFile.read(SUITE);

        assertThat(suite.cases()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(suite.cases())
                .allSatisfy(c -> assertThat(c.visible().objects()).isNotEmpty());
        Set<String> tags =
                suite.cases().stream().flatMap(c -> c.tags().stream()).collect(Collectors.toSet());
        assertThat(tags)
                .containsExactlyInAnyOrder("single", "pair", "count", "colour", "position", "attribution", "scene");
        assertThat(suite.cases().stream()
                        .flatMap(c -> c.visible().objects().stream())
                        .map(VisibleObject::name))
                .allSatisfy(name -> assertThat(name).isLowerCase());
    }

    @Test
    void every_picture_is_scored_by_detector_and_clip() throws IOException {
        Path clip = Files.createDirectory(folder.resolve("clip"));
        copy(NETWORKS.resolve("clip_quick"), clip);
        copy(NETWORKS.resolve("sd/tokenizer"), clip);
        Files.writeString(clip.resolve("preprocessor_config.json"), PREPROCESSING);
        suite(
                Path.of("src/test/resources/objects/yolox_l.onnx")
                        .toAbsolutePath()
                        .toString(),
                clip.toString());

        run();

        RunRecord record = last();
        assertThat(record.problem()).isNull();
        for (String metric : List.of("objects", "clip-score")) {
            VerdictEntry verdict = verdict(record, metric);
            assertThat(verdict.pairs()).as(metric).isEqualTo(100 - TWICE);
            assertThat(verdict.unscored()).as(metric).isZero();
        }
        assertThat(record.findings())
                .anyMatch(f -> f.text().startsWith(TWICE + " pairs of pictures, pixel by pixel on both sides"));
        assertThat(verdict(record, "r-precision").pairs()).isEqualTo((100 - TWICE) / 2);
        VerdictEntry objects = verdict(record, "objects");
        assertThat(objects.baseMean()).isBetween(0.0, 1.0);
        assertThat(objects.worst().get(0).candidateEvidence()).contains(" hold");
        assertThat(objects.outcome()).isNotIn(Outcome.BROKEN, Outcome.UNAVAILABLE);
    }

    @Test
    void missing_weights_end_the_run_before_the_first_picture_and_are_all_named() throws IOException {
        suite("models/yolox_l.onnx", "models/clip");

        run();

        assertThat(last().outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(last().problem())
                .contains(
                        "3 of ",
                        " criteria cannot be judged, their weights are missing: objects, clip-score, r-precision")
                .contains("yolox_l.onnx", "models/clip")
                .endsWith("To judge without them: -Dassay.unavailable=allow");
        assertThat(last().rendersMade()).isZero();
    }

    @Test
    void without_weights_what_needs_them_is_unavailable_and_says_which_file_and_nothing_passes() throws IOException {
        suite("models/yolox_l.onnx", "models/clip");
        without("grid"); // one step of a model without training is its noise, which all prompts share
        settings.put("assay.unavailable", "allow");
        System.setProperty("assay.unavailable", "allow");

        run();

        RunRecord record = last();
        assertThat(record.verdicts()).filteredOn(v -> v.is(Outcome.REGRESSED)).isEmpty();
        assertThat(record.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(record, "objects").outcome()).isEqualTo(Outcome.UNAVAILABLE);
        assertThat(verdict(record, "objects").reason())
                .contains("models.objects")
                .contains("yolox_l.onnx");
        assertThat(verdict(record, "clip-score").outcome()).isEqualTo(Outcome.UNAVAILABLE);
        assertThat(verdict(record, "clip-score").reason()).contains("models.clip");
    }

    @Test
    void a_run_of_which_everything_is_unavailable_is_no_pass_and_renders_nothing() throws IOException {
        suite("models/yolox_l.onnx", "models/clip");
        without("blank-frame|grid|effect");
        assertThat(SuiteFile.read(folder.resolve("objects.yaml")).criteria()).hasSize(3);
        settings.put("assay.unavailable", "allow");
        System.setProperty("assay.unavailable", "allow");

        run();

        assertThat(last().outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(last().problem()).contains("nothing can be judged").contains("yolox_l.onnx");
        assertThat(last().rendersMade()).isZero();
    }

    /** A copy of the suite with other weights, for pictures that a tiny model makes in no time. */
    private void suite(String detector, String clip) throws IOException {
        String text = Files.readString(SUITE)
                .replaceFirst("objects: hf:\\S+", "objects: \"" + detector + "\"")
                .replaceFirst("clip: hf:\\S+", "clip: \"" + clip + "\"")
                .replaceFirst("(?m)^seeds:", "settings: {width: 32, height: 32}\nseeds:");
        assertThat(text).doesNotContain("hf:");
        Files.writeString(folder.resolve("objects.yaml"), text);
    }

    /** Takes criteria out of it. */
    private void without(String metrics) throws IOException {
        Path file = folder.resolve("objects.yaml");
        String text = Files.readString(file);
        String rest = text.replaceAll("(?m)^  - \\{metric: (" + metrics + "),.*\\R", "");
        assertThat(rest).isNotEqualTo(text);
        Files.writeString(file, rest);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static EngineExecutionResults run() {
        return EngineTestKit.engine(AssayEngine.ID)
                .selectors(selectClasspathResource("suites/microcosm.yaml"))
                .execute();
    }

    private RunRecord last() {
        return RunRecords.read(RunRecords.last(folder.resolve("out")));
    }

    private static VerdictEntry verdict(RunRecord record, String metric) {
        return record.verdicts().stream()
                .filter(v -> v.metric().equals(metric))
                .findFirst()
                .orElseThrow();
    }
}
