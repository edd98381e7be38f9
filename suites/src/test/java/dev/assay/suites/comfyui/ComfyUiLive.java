package dev.assay.suites.comfyui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.Session;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole job against a real ComfyUI with the tiny models: {@code mvn test -Pcomfyui -Dassay.comfyui.url=URL}. Red when no
 * server answers. Every test has a word of its own in its prompts: the server's cache knows none of its pictures, and its
 * history is read for them alone.
 */
class ComfyUiLive {
    private static final int CASES = 5; // on fewer nothing passes
    private static final int SEEDS = 2;
    private static final int PICTURES = 2 * CASES * SEEDS;
    /** The first seed of each case is rendered twice with the base, of four cases at most. */
    private static final int REPEATS = 4; // of the base, for its noise

    private static LiveServer server;

    @TempDir
    Path folder;

    private final String mark = "m" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, String> settings = new HashMap<>();
    private Relay relay;

    @BeforeAll
    static void server() {
        server = LiveServer.find();
    }

    @BeforeEach
    void settings() throws IOException {
        relay = Relay.to(server.url());
        suite(3, 64);
        settings.put("assay.root", folder.toString());
        settings.put("assay.out", folder.resolve("out").toString());
        settings.put("assay.renderer", "comfyui");
        settings.put("assay.comfyui.url", relay.url());
        settings.put("assay.comfyui.textEncoders", TinyModels.TEXT_ENCODER);
        settings.put("assay.comfyui.vae", TinyModels.AUTOENCODER);
        settings.put("assay.suite", "live.yaml");
        settings.put("assay.base", TinyModels.BASE);
        settings.put("assay.progress", "off");
    }

    @AfterEach
    void close() throws IOException {
        relay.close();
        assertThat(server.queued(mark))
                .as("nothing of ours is left on the server")
                .isEmpty();
    }

    private void suite(int steps, int side) throws IOException {
        Files.writeString(folder.resolve("live.yaml"), """
            name: live
            version: "1"
            settings: {width: %d, height: %d, steps: %d, guidanceScale: 1.0, sampler: euler, scheduler: simple}
            seeds: [1, 2]
            criteria:
              - {metric: blank-frame, rule: NO_NEW_DEFECTS, minPairs: 10, severity: BLOCKER}
              - {metric: effect, rule: HAS_EFFECT, margin: 2.0, minPairs: 10}
            cases:
              - {id: one, prompt: a red circle %s}
              - {id: two, prompt: a person in a red shirt waving %s}
              - {id: three, prompt: a lake at night %s}
              - {id: four, prompt: a stone tower in the fog %s}
              - {id: five, prompt: a loaf of bread on a table %s}
            """.formatted(side, side, steps, mark, mark, mark, mark, mark));
    }

    private void fullCheckpoint() {
        settings.put("assay.base", TinyModels.CHECKPOINT);
        settings.remove("assay.comfyui.textEncoders");
        settings.remove("assay.comfyui.vae");
    }

    private RunRecord run() {
        Map<String, String> before = new HashMap<>();
        settings.forEach((key, value) -> before.put(key, System.getProperty(key)));
        settings.forEach(System::setProperty);
        try {
            Session session = Session.read("microcosm");
            RunRecord record = session.evaluate(session.criteria());
            System.out.println(mark + ": " + record.outcome() + ", " + record.rendersMade() + " made, "
                    + record.rendersReused() + " reused, problem " + record.problem() + ", findings "
                    + record.findings() + ", "
                    + record.verdicts().stream()
                            .map(v -> v.id() + " " + v.outcome() + " (" + v.reason() + ")")
                            .toList());
            return record;
        } finally {
            before.forEach((key, value) -> {
                if (value == null) {
                    System.clearProperty(key);
                } else {
                    System.setProperty(key, value);
                }
            });
        }
    }

    private static RunRecord.VerdictEntry verdict(RunRecord record, String metric) {
        return record.verdicts().stream()
                .filter(v -> v.metric().equals(metric))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no verdict on " + metric + ": " + record.problem()));
    }

    private static void assertJudged(RunRecord record) {
        assertThat(record.problem()).isNull();
        assertThat(verdict(record, "applied").outcome()).isEqualTo(Outcome.PASSED);
        assertThat(verdict(record, "effect").outcome()).isEqualTo(Outcome.PASSED);
        assertThat(verdict(record, "blank-frame").outcome()).isEqualTo(Outcome.PASSED);
        assertThat(record.outcome()).isEqualTo(Outcome.PASSED);
    }

    /** Every picture was sampled once, repeats of the base included. */
    private void assertSampledOnce() {
        Map<String, Integer> sampled = server.sampled(mark);
        assertThat(sampled).hasSize(PICTURES);
        assertThat(sampled.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(PICTURES + REPEATS);
        assertThat(sampled.values()).allMatch(n -> n <= 2);
    }

    @Test
    void a_lora_that_fits_is_rendered_and_judged_and_a_second_run_renders_nothing() {
        settings.put("assay.lora", TinyModels.LORA);

        RunRecord record = run();

        assertJudged(record);
        assertThat(record.rendersMade()).isEqualTo(PICTURES + REPEATS);
        assertThat(record.renderer().name()).isEqualTo("comfyui");
        assertThat(record.renderings())
                .hasSize(PICTURES)
                .allSatisfy(r -> assertThat(r.seconds()).isPositive());
        assertSampledOnce();

        RunRecord again = run();

        assertThat(again.rendersMade()).isZero();
        assertThat(again.verdicts()).isEqualTo(record.verdicts());
        assertThat(server.history(mark)).hasSize(PICTURES + REPEATS);
    }

    @Test
    void a_finetune_is_judged_as_a_checkpoint() {
        settings.put("assay.checkpoint", TinyModels.FINETUNE);

        RunRecord record = run();

        assertJudged(record);
        assertSampledOnce();
    }

    @Test
    void a_full_checkpoint_with_a_lora_on_its_text_encoder_too_is_judged() {
        fullCheckpoint();
        settings.put("assay.lora", TinyModels.LORA_SD15);

        RunRecord record = run();

        assertJudged(record);
    }

    @ParameterizedTest
    @ValueSource(strings = {TinyModels.LORA_SDXL, TinyModels.LORA_SHAPE, TinyModels.LORA_ZERO})
    void a_lora_that_cannot_work_is_refused_by_its_header_before_the_first_picture(String lora) {
        settings.put("assay.lora", lora);
        settings.put("assay.models", server.models().toString());

        RunRecord record = run();

        assertThat(verdict(record, "preflight").outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(verdict(record, "preflight").reason()).contains(lora);
        assertThat(record.outcome()).isNotIn(Outcome.PASSED, Outcome.INCONCLUSIVE);
        assertThat(record.rendersMade()).isZero();
        assertThat(server.history(mark)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {TinyModels.LORA_SDXL, TinyModels.LORA_SHAPE, TinyModels.LORA_ZERO})
    void a_lora_whose_header_is_out_of_sight_is_found_not_applied_after_rendering(String lora) {
        settings.put("assay.lora", lora);
        relay.hide("/internal/folder_paths", "/api/view_metadata");
        settings.put("assay.comfyui.variant", "flux1-dev"); // the base is out of sight too

        assertNotApplied(run());
    }

    @ParameterizedTest
    @ValueSource(strings = {TinyModels.LORA_SDXL, TinyModels.LORA_SHAPE, TinyModels.LORA_ZERO})
    void pixels_alone_show_that_a_lora_was_not_applied(String lora) {
        settings.put("assay.lora", lora);
        relay.hide("/internal", "/api/view_metadata");
        settings.put("assay.comfyui.variant", "flux1-dev");

        assertNotApplied(run());
    }

    /** SDXL's first text encoder is the one of SD 1.5: its part of the LoRA changes every picture, and proves nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_wrong_family_of_which_the_text_encoder_alone_fits_is_not_applied(boolean logHidden) {
        fullCheckpoint();
        settings.put("assay.lora", TinyModels.LORA_SDXL);
        settings.put("assay.comfyui.variant", "sd15");
        relay.hide(logHidden ? "/internal" : "/internal/folder_paths", "/api/view_metadata");

        assertNotApplied(run());
    }

    /** Nobody sees its header, and its text encoder part fits: that its other part does too is shown by pictures. */
    @Test
    void a_lora_out_of_sight_that_fits_is_judged_and_its_probes_are_no_pictures_of_the_run() {
        settings.put("assay.lora", TinyModels.LORA_TEXT);
        relay.hide("/internal", "/api/view_metadata");
        settings.put("assay.comfyui.variant", "flux1-dev");

        RunRecord record = run();

        assertJudged(record);
        assertThat(record.rendersMade()).isEqualTo(PICTURES + REPEATS);
        assertSampledOnce();
    }

    private static void assertNotApplied(RunRecord record) {
        assertThat(record.problem()).isNull();
        assertThat(record.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(verdict(record, "applied").outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(verdict(record, "applied").reason()).startsWith("not applied");
        assertThat(record.renderings()).hasSize(PICTURES);
    }

    @Test
    void a_lora_that_fits_by_half_does_not_pass_and_the_report_says_how_much_was_left_out() {
        settings.put("assay.lora", TinyModels.LORA_HALF);
        relay.hide("/internal/folder_paths", "/api/view_metadata");
        settings.put("assay.comfyui.variant", "flux1-dev");

        RunRecord record = run();

        assertNotApplied(record);
        assertThat(verdict(record, "applied").reason()).contains(TinyModels.LORA_HALF + ": applied in part");
    }

    /** Beside a LoRA that works, one that does not changes no picture of the run. */
    @ParameterizedTest
    @ValueSource(strings = {TinyModels.LORA_SHAPE, TinyModels.LORA_ZERO})
    void a_dead_lora_beside_a_good_one_is_found_by_itself(String dead) {
        settings.put("assay.lora", TinyModels.LORA + "," + dead);
        relay.hide("/internal", "/api/view_metadata");
        settings.put("assay.comfyui.variant", "flux1-dev");

        RunRecord record = run();

        assertNotApplied(record);
        assertThat(verdict(record, "applied").reason())
                .contains(dead + ": nothing of it reached the diffusion model")
                .doesNotContain(TinyModels.LORA + ":");
    }

    @Test
    void a_file_that_the_server_shows_on_this_disk_fails_before_the_first_picture() {
        settings.put("assay.lora", TinyModels.LORA_SDXL);

        RunRecord record = run();

        assertThat(verdict(record, "preflight").outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(record.rendersMade()).isZero();
        assertThat(server.history(mark)).isEmpty();
    }

    @Test
    void a_file_that_the_server_does_not_have_is_named_with_those_it_has() {
        settings.put("assay.lora", "tiny-flux-stile.safetensors");

        RunRecord record = run();

        assertThat(record.problem()).contains("tiny-flux-stile.safetensors").contains(TinyModels.LORA);
        assertThat(server.history(mark)).isEmpty();
    }

    @Test
    void a_client_killed_half_way_goes_on_where_it_stopped() throws Exception {
        suite(40, 256);
        settings.put("assay.lora", TinyModels.LORA);
        Process first = process();
        try {
            await("a few pictures are in the store", first, () -> stored() >= PICTURES / 2);
        } finally {
            first.destroyForcibly().waitFor();
        }
        long kept = stored();

        RunRecord record = run();

        assertThat(record.problem()).isNull();
        assertThat(record.rendersMade() + record.rendersReused()).isEqualTo(PICTURES + REPEATS);
        assertThat((long) record.rendersReused()).isGreaterThanOrEqualTo(kept).isLessThan(PICTURES + REPEATS);
        assertSampledOnce();
    }

    @Test
    void a_server_that_dies_half_way_and_comes_back_without_its_history_costs_the_running_picture_only()
            throws Exception {
        suite(40, 256);
        settings.put("assay.lora", TinyModels.LORA);
        CompletableFuture<RunRecord> running = CompletableFuture.supplyAsync(this::run);
        await("a few pictures are in the store", null, () -> stored() >= PICTURES / 2);
        relay.cut();
        long kept = stored();
        server.forget(mark);
        LiveServer.pause(4000);
        assertThat(server.history(mark)).isEmpty();
        relay.mend();

        RunRecord record = running.get(5, TimeUnit.MINUTES);

        assertThat(record.problem()).isNull();
        assertThat(record.rendersMade()).isEqualTo(PICTURES + REPEATS);
        assertJudged(record);
        int after = server.sampled(mark).values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        // One may have been finished on the server, but not yet in the store, when it died.
        assertThat((long) after).isBetween(PICTURES + REPEATS - kept - 1, PICTURES + REPEATS - kept);
    }

    private long stored() {
        Path store = folder.resolve(".assay/renders");
        if (!Files.isDirectory(store)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(store)) {
            return files.filter(f -> f.toString().endsWith(".png")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A run in a JVM of its own. */
    private Process process() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(LiveRun.class.getName());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("first.log").toFile())
                .start();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    /** @param process that must stay alive meanwhile, or null */
    private void await(String what, Process process, Condition condition) throws IOException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!condition.holds()) {
            if (process != null && !process.isAlive()) {
                throw new AssertionError("ended before " + what + ": " + Files.readString(folder.resolve("first.log")));
            }
            assertThat(System.nanoTime()).as("still not: " + what).isLessThan(end);
            LiveServer.pause(20);
        }
    }
}
