package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.junit.AssayEngine;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.FindingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Pictures that the bundled models made, judged where they were made and again from two folders. */
class FolderRunTest {
    private static final String SUITE = """
        name: two
        version: "1"
        settings: {width: 64, height: 64, steps: 2, guidanceScale: 3.0, sampler: ddim, scheduler: normal, clipSkip: 0}
        models: {clip: "microcosm:clip"}
        seeds: [2, 1]
        criteria:
          - {metric: blank-frame, rule: NO_NEW_DEFECTS, minPairs: 4, severity: BLOCKER}
          - {metric: clip-score, tags: [shape], rule: NON_INFERIOR, margin: 0.1, minPairs: 2}
          - {metric: vendi, rule: NON_INFERIOR, margin: 0.5, minPairs: 2}
          - {metric: grid, rule: NON_INFERIOR, margin: 0.5, minPairs: 2}
          - {metric: effect, rule: HAS_EFFECT, margin: 2.0, minPairs: 4}
        cases:
          - {id: one, prompt: a red circle, tags: [shape]}
          - {id: two, prompt: a person in a red shirt waving}
        """;

    @TempDir
    Path folder;

    private final Map<String, String> settings = new TreeMap<>();

    @AfterEach
    void restore() {
        settings.keySet().forEach(System::clearProperty);
    }

    private RunRecord run(Map<String, String> own) throws IOException {
        return run(SUITE, own);
    }

    private RunRecord run(String suite, Map<String, String> own) throws IOException {
        restore();
        settings.clear();
        Files.writeString(folder.resolve("two.yaml"), suite);
        settings.putAll(own);
        settings.put("assay.root", folder.toString());
        settings.put("assay.out", folder.resolve("out").toString());
        settings.put(
                "assay.microcosm", MicrocosmPictures.MICROCOSM.toAbsolutePath().toString());
        settings.put("assay.suite", "two.yaml");
        settings.forEach(System::setProperty);
        EngineTestKit.engine(AssayEngine.ID)
                .selectors(selectClasspathResource("suites/microcosm.yaml"))
                .execute();
        return RunRecords.read(RunRecords.last(folder.resolve("out")));
    }

    /** The pictures of the store, as they are, in a folder per model. */
    private void sort(RunRecord record) throws IOException {
        Path out = RunRecords.folder(folder.resolve("out"), record.id());
        String baseHash = Png.read(out.resolve(record.renderings().stream()
                        .filter(r -> r.role().equals("base"))
                        .findFirst()
                        .orElseThrow()
                        .file()))
                .text()
                .get("assay:model");
        Files.createDirectory(folder.resolve("base"));
        Files.createDirectory(folder.resolve("candidate"));
        try (Stream<Path> files = Files.walk(folder.resolve(".assay/renders"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".png")).toList()) {
                String side = Png.read(file).text().get("assay:model").equals(baseHash) ? "base" : "candidate";
                Files.copy(file, folder.resolve(side).resolve(file.getFileName()));
            }
        }
    }

    @Test
    void the_same_pictures_get_the_same_verdicts_from_two_folders() throws IOException {
        RunRecord direct = run(Map.of("assay.lora", "microcosm:grid"));
        sort(direct);
        RunRecord again = run(Map.of("assay.renderer", "folder", "assay.base", "base", "assay.candidate", "candidate"));

        assertThat(again.problem()).isNull();
        assertThat(again.outcome()).isEqualTo(direct.outcome());
        assertThat(metrics(again)).hasSize(6).isEqualTo(metrics(direct));
        assertThat(again.verdicts())
                .extracting(VerdictEntry::id, VerdictEntry::outcome)
                .isEqualTo(direct.verdicts().stream()
                        .filter(v -> !v.id().equals("preflight")) // no model file is at hand
                        .map(v -> org.assertj.core.groups.Tuple.tuple(v.id(), v.outcome()))
                        .toList());
        assertThat(again.rendersMade()).isZero();
        assertThat(again.renderings())
                .hasSize(8)
                .allSatisfy(r -> assertThat(r.reused()).isTrue());
        assertThat(again.suite().name()).isEqualTo("two-folder");
        assertThat(again.renderer().name()).isEqualTo("folder");
        assertThat(again.findings()).anyMatch(f -> f.text().contains("2 pictures are left out")); // repeats of the base
        Path copy = RunRecords.folder(folder.resolve("out"), again.id())
                .resolve(again.renderings().get(0).file());
        assertThat(Png.read(copy).text()).doesNotContainKeys("parameters", "assay:settings");
    }

    @Test
    void pictures_that_a_corrected_table_gives_other_prompts_are_not_taken_from_the_store() throws IOException {
        for (String side : List.of("base", "candidate")) {
            Path pictures = Files.createDirectory(folder.resolve(side));
            for (int i = 0; i < 6; i++) {
                byte[] rgb = new byte[64 * 64 * 3];
                boolean black = side.equals("base") ? i == 0 : i == 1;
                if (!black) {
                    new Random(31L * i + side.length()).nextBytes(rgb);
                }
                Files.write(pictures.resolve(i + ".png"), Png.encode(Image.of(64, 64, rgb), Map.of()));
            }
            table(side, "alpha", "beta");
        }
        String suite = """
            name: two
            version: "1"
            seeds: [1]
            criteria:
              - {metric: blank-frame, rule: NO_NEW_DEFECTS, margin: 0, minPairs: 5}
            cases:
              - {id: alpha, prompt: alpha}
            """;
        Map<String, String> folders =
                Map.of("assay.renderer", "folder", "assay.base", "base", "assay.candidate", "candidate");
        table("candidate", "beta", "alpha");
        assertThat(run(suite, folders).outcome()).isEqualTo(Outcome.PASSED);
        table("candidate", "alpha", "beta");
        assertThat(run(suite, folders).outcome()).isEqualTo(Outcome.REGRESSED);
    }

    private void table(String side, String first, String second) throws IOException {
        Files.writeString(
                folder.resolve(side).resolve("prompts.csv"),
                "file,prompt,seed\n0.png," + first + ",1\n1.png," + second
                        + ",1\n2.png,gamma,1\n3.png,delta,1\n4.png,epsilon,1\n5.png,zeta,1\n");
    }

    @Test
    void a_suite_in_the_words_of_before_gets_the_same_verdicts_and_a_note() throws IOException {
        String old = SUITE.replace("minPairs", "leastPairs")
                .replace("NO_NEW_DEFECTS", "NONE_NEW")
                .replace("HAS_EFFECT", "EFFECTIVE");
        RunRecord today = run(Map.of("assay.lora", "microcosm:grid"));
        RunRecord before = run(old, Map.of("assay.lora", "microcosm:grid"));
        sort(today);
        RunRecord fromFolders =
                run(old, Map.of("assay.renderer", "folder", "assay.base", "base", "assay.candidate", "candidate"));

        assertThat(before.rendersMade()).isZero();
        assertThat(before.outcome()).isEqualTo(today.outcome());
        assertThat(metrics(before)).hasSize(6).isEqualTo(metrics(today)).isEqualTo(metrics(fromFolders));
        String note = "two.yaml: leastPairs is called minPairs now";
        assertThat(before.findings()).extracting(FindingEntry::text).contains(note);
        assertThat(fromFolders.findings()).extracting(FindingEntry::text).contains(note);
        assertThat(today.findings()).extracting(FindingEntry::text).doesNotContain(note);
    }

    private static List<String> metrics(RunRecord record) {
        return record.verdicts().stream()
                .filter(v -> !v.measurements().isEmpty() && !v.metric().equals("applied"))
                .map(v -> v.id() + v.estimate() + v.interval() + v.measurements() + v.unscoredReasons())
                .toList();
    }

    @Test
    void settings_of_renders_are_refused_and_a_missing_candidate_is_asked_for() throws IOException {
        Files.createDirectories(folder.resolve("base"));
        assertThat(run(Map.of("assay.renderer", "folder", "assay.base", "base", "assay.lora", "x.safetensors"))
                        .problem())
                .contains("assay.lora (-Dassay.lora): has no meaning for finished pictures");
        assertThat(run(Map.of("assay.renderer", "folder", "assay.base", "base")).problem())
                .contains("assay.candidate: expected a folder of pictures, found nothing");
        assertThat(run(Map.of("assay.renderer", "folder", "assay.base", "base", "assay.candidate", "none"))
                        .problem())
                .contains("assay.base: expected PNG, JPEG or WebP pictures in");
    }
}
