package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathResource;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import dev.assay.harness.junit.AssayEngine;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectClasspathResource;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The engine with the bundled models and a suite of two prompts, on which no quality criterion can pass. */
class EngineTest {
    private static final String SUITE = """
        name: two
        version: "1"
        settings: {width: 64, height: 64, steps: 2, guidanceScale: 3.0, sampler: ddim, scheduler: normal, clipSkip: 0}
        models: {clip: "microcosm:clip"}
        seeds: [1, 2]
        criteria:
          - {metric: blank-frame, rule: NO_NEW_DEFECTS, minPairs: 4, severity: BLOCKER}
          - {metric: clip-score, rule: NON_INFERIOR, margin: 0.1, minPairs: 100}
          - {metric: effect, rule: HAS_EFFECT, margin: 2.0, minPairs: 4}
        cases:
          - {id: one, prompt: a red circle}
          - {id: two, prompt: a person in a red shirt waving}
        """;

    @TempDir
    Path folder;

    private Map<String, String> settings;

    @BeforeEach
    void settings() throws IOException {
        Files.writeString(folder.resolve("two.yaml"), SUITE);
        settings = Map.of(
                "assay.root", folder.toString(),
                "assay.out", folder.resolve("out").toString(),
                "assay.microcosm", MicrocosmPictures.MICROCOSM.toAbsolutePath().toString(),
                "assay.suite", "two.yaml",
                "assay.lora", "microcosm:inert");
        settings.forEach(System::setProperty);
    }

    @AfterEach
    void restore() {
        settings.keySet().forEach(System::clearProperty);
        System.clearProperty("assay.loras");
    }

    private static EngineExecutionResults run(DiscoverySelector selector) {
        return EngineTestKit.engine(AssayEngine.ID).selectors(selector).execute();
    }

    private static EngineExecutionResults run() {
        return run(selectClasspathResource("suites/microcosm.yaml"));
    }

    private RunRecord last() {
        return RunRecords.read(RunRecords.last(folder.resolve("out")));
    }

    @Test
    void passed_regressed_and_inconclusive_are_succeeded_failed_and_aborted() {
        run().testEvents()
                .assertStatistics(s -> s.started(6).succeeded(3).failed(1).aborted(2));

        assertThat(last().outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(last().rendersMade()).isEqualTo(2 * 4 + 2);
        assertThat(last().renderings())
                .allSatisfy(r -> assertThat(RunRecords.folder(folder.resolve("out"), last().id())
                                .resolve(r.file()))
                        .exists());
    }

    /** What somebody else's project has. */
    @Suite
    @IncludeEngines("assay")
    @SelectClasspathResource("suites/microcosm.yaml")
    static class Mine {}

    @Test
    void a_suite_of_junit_leads_to_it() {
        EngineTestKit.engine("junit-platform-suite")
                .selectors(selectClass(Mine.class))
                .execute()
                .testEvents()
                .assertStatistics(s -> s.started(6).succeeded(3).failed(1).aborted(2));
    }

    @Tag("slow")
    @Test
    void a_second_run_renders_nothing_and_says_the_same() {
        run();
        RunRecord first = last();
        run();

        assertThat(last().rendersMade()).isZero();
        assertThat(last().verdicts()).isEqualTo(first.verdicts());
    }

    @Test
    void a_unique_id_selects_one_criterion_and_identities_hold_no_hash() {
        String id = "[engine:assay]/[suite:two]/[candidate:inert]/[family:effect]/[criterion:effect]";

        EngineExecutionResults results = run(selectUniqueId(id));

        results.testEvents().assertStatistics(s -> s.started(1).failed(1));
        assertThat(results.testEvents()
                        .started()
                        .list()
                        .get(0)
                        .getTestDescriptor()
                        .getUniqueId())
                .hasToString(id);
        assertThat(last().verdicts()).hasSize(1);
        assertThat(last().criteriaDeclared()).isEqualTo(6);
    }

    @Test
    void a_wrong_key_is_one_broken_test_and_a_broken_record_that_names_the_right_one() {
        System.setProperty("assay.loras", "x.safetensors");

        run().testEvents().assertStatistics(s -> s.started(1).failed(1));

        assertThat(last().outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(last().problem()).contains("assay.loras").contains("did you mean assay.lora");
        assertThat(last().rendersMade()).isZero();
    }

    @Test
    void a_lora_for_another_model_is_refused_before_the_first_render() {
        System.setProperty("assay.lora", "microcosm:foreign");

        run().testEvents().assertStatistics(s -> s.started(6).failed(1).aborted(5));

        assertThat(last().outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(last().verdicts().get(0).reason())
                .contains("foreign.safetensors (made for Flux.1")
                .contains("0 of 6 modules match")
                .contains("lora_unet_double_blocks_0_img_attn_proj");
        assertThat(last().renderings()).isEmpty();
        assertThat(folder.resolve(".assay")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"loha", "lokr", "dora", "oft", "boft"})
    void a_lora_of_any_algorithm_is_rendered_and_its_header_is_read_once(String algorithm) throws IOException {
        Path lora = folder.resolve(algorithm + ".safetensors");
        TinyLoras.write(lora, algorithm);
        System.setProperty("assay.lora", lora.toString());
        Path events = folder.resolve("reads.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileRead").withThreshold(Duration.ZERO);
            recording.start();
            run();
            recording.stop();
            recording.dump(events);
        }

        assertThat(last().problem()).isNull();
        assertThat(last().rendersMade()).isEqualTo(2 * 4 + 2);
        assertThat(last().verdicts())
                .filteredOn(v -> v.metric().equals("effect"))
                .singleElement()
                .satisfies(v -> assertThat(v.estimate()).as("grey levels").isGreaterThan(0.5));
        long header = ByteBuffer.wrap(Files.readAllBytes(lora))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(0);
        assertThat(RecordingFile.readAllEvents(events).stream()
                        .filter(e -> lora.toString().equals(e.getString("path")))
                        .filter(e -> e.getLong("bytesRead") == header))
                .hasSize(1);
    }
}
