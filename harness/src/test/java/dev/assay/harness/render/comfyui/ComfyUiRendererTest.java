package dev.assay.harness.render.comfyui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderSession;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.RendererLostException;
import dev.assay.harness.render.StepListener;
import dev.assay.harness.suite.GenerationSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The renderer on the fake server: pictures, costs, findings, identities, and what it does when a server misbehaves. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ComfyUiRendererTest {
    private static final GenerationSettings SETTINGS = new GenerationSettings(64, 64, 4, 7, "euler", "normal", 0);
    private static final ModelUnderTest BASE = model();

    /** With the LoRA on the diffusion model, without it, and without it again for the noise. */
    private static final int PROBES = 3;

    private final FakeComfy fake = new FakeComfy();
    private final List<ComfyUiRenderer> renderers = new ArrayList<>();
    private final IdentityHashMap<ComfyUiRenderer, RenderSession> sessions = new IdentityHashMap<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        renderers.forEach(ComfyUiRenderer::close);
        fake.close();
    }

    static ComfyUiRenderer open(FakeComfy server) {
        return open(options(server.url(), null), ComfyJobTest.QUICK);
    }

    private static ComfyOptions options(String url, Path models) {
        return new ComfyOptions(url, Map.of(), Map.of(), models, null, "sd15", List.of(), null, null, null, null);
    }

    private static ComfyUiRenderer open(ComfyOptions options, ComfyTimeouts times) {
        return ComfyUiRenderer.open(options, Credentials.none(), times, new LoraReader());
    }

    private ComfyUiRenderer renderer() {
        int before = fake.sockets.size();
        ComfyUiRenderer renderer = open(fake);
        renderers.add(renderer);
        FakeComfy.until(() -> fake.sockets.size() > before);
        FakeComfy.until(() -> fake.noLogs || renderer.hearsLog());
        return renderer;
    }

    private RenderSession session(ComfyUiRenderer renderer) {
        return sessions.computeIfAbsent(renderer, r -> r.begin(List.of(), (done, of) -> {}));
    }

    private static ModelUnderTest model(Lora... loras) {
        return new ModelUnderTest(new Checkpoint(Path.of("sd15.safetensors")), List.of(loras));
    }

    private static Lora lora(String name) {
        return new Lora(Path.of(name), 1);
    }

    private static RenderRequest request(ModelUnderTest model, long seed, int repeat) {
        return new RenderRequest(model, "a cat", "", seed, SETTINGS, repeat);
    }

    private static RenderRequest request(long seed) {
        return request(BASE, seed, 0);
    }

    private static String texts(List<Finding> findings, Finding.Level level) {
        return findings.stream()
                .filter(f -> f.level() == level)
                .map(Finding::text)
                .collect(Collectors.joining("\n"));
    }

    @Test
    void the_first_picture_of_a_model_is_cold_and_the_next_are_warm_until_the_model_changes() {
        ComfyUiRenderer renderer = renderer();
        renderer.check(BASE, SETTINGS);

        assertThat(session(renderer).render(request(1)).cost().warm()).isFalse();
        assertThat(session(renderer).render(request(2)).cost().warm()).isTrue();
        ModelUnderTest candidate = model(lora("style.safetensors"));
        assertThat(session(renderer).render(request(candidate, 1, 0)).cost().warm())
                .isFalse();
        assertThat(session(renderer).render(request(candidate, 2, 0)).cost().warm())
                .isTrue();
    }

    @Test
    void costs_are_the_servers_own_and_leave_out_the_queue() {
        fake.renderMillis = 400;
        ComfyUiRenderer renderer = renderer();
        session(renderer).render(request(1));
        session(renderer).prefetch(request(3));
        Rendered picture = session(renderer).render(request(2));
        Rendered queued = session(renderer).render(request(3));

        assertThat(picture.cost().seconds()).isBetween(0.39, 3.0);
        assertThat(queued.cost().seconds()).isBetween(0.39, 3.0);
        assertThat(picture.cost().secondsPerStep()).isBetween(0.05, 0.75);
    }

    @Test
    void memory_is_sampled_while_a_picture_is_made() {
        fake.hold = new CountDownLatch(1);
        ComfyUiRenderer renderer = renderer();
        FakeHttp.start("test-release", () -> {
            FakeComfy.until(() -> fake.requests.stream()
                            .filter("GET /api/system_stats"::equals)
                            .count()
                    > 2);
            fake.hold.countDown();
        });

        assertThat(session(renderer).render(request(1)).cost().peakVramBytes()).isEqualTo(9L << 30);
    }

    @Test
    void steps_are_told_as_they_come() {
        fake.renderMillis = 200;
        ComfyUiRenderer renderer = renderer();
        List<String> heard = new ArrayList<>();
        renderer.begin(List.of(), (done, of) -> heard.add(done + "/" + of)).render(request(1));

        assertThat(heard).containsSubsequence("1/4", "2/4", "3/4");
    }

    @Test
    void the_announced_picture_waits_behind_the_one_asked_for_and_no_third_is_sent() {
        fake.hold = new CountDownLatch(1);
        ComfyUiRenderer renderer = renderer();
        session(renderer).prefetch(request(2));
        FakeHttp.start("test-release", () -> {
            FakeComfy.until(() -> fake.accepted.size() == 2);
            fake.hold.countDown();
        });
        session(renderer).render(request(1));

        assertThat(fake.accepted).hasSize(2);
        session(renderer).render(request(2));
        assertThat(fake.accepted).hasSize(2);
        assertThat(fake.sampled).isEqualTo(fake.accepted);
    }

    @Test
    void a_repeat_is_rendered_again_and_not_taken_from_the_cache() {
        ComfyUiRenderer renderer = renderer();
        Rendered first = session(renderer).render(request(1));
        Rendered again = session(renderer).render(request(BASE, 1, 1));

        assertThat(again.image()).isEqualTo(first.image());
        assertThat(fake.sampled).hasSize(2);
    }

    @Test
    void a_truncated_picture_and_one_of_the_wrong_size_are_fetched_again() {
        fake.truncated.set(1);
        fake.wrongSize.set(1);

        assertThat(session(renderer()).render(request(1)).image().width()).isEqualTo(64);
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void a_picture_that_stays_truncated_fails_in_words_after_every_other_way() {
        fake.truncated.set(1000);
        ComfyUiRenderer renderer = renderer();

        assertThatThrownBy(() -> session(renderer).render(request(1)))
                .hasMessageContaining("is cut short")
                .hasMessageContaining("asked 3 times");
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void a_picture_that_stays_of_the_wrong_size_fails_in_words() {
        fake.wrongSize.set(1000);
        ComfyUiRenderer renderer = renderer();

        assertThatThrownBy(() -> session(renderer).render(request(1)))
                .hasMessageContaining("expected 64 x 64 pixels, found 8 x 8");
    }

    @Test
    void a_file_that_cannot_be_had_is_saved_again_without_rendering_again() {
        fake.missingFiles.set(3);

        assertThat(session(renderer()).render(request(1)).image().width()).isEqualTo(64);
        assertThat(fake.accepted).hasSize(2);
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void the_socket_brings_the_picture_when_no_file_can_be_had() {
        fake.missingFiles.set(6);
        fake.savesToSocket = true;

        assertThat(session(renderer()).render(request(1)).image().width()).isEqualTo(64);
        assertThat(fake.accepted).hasSize(3);
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void lora_keys_that_the_log_tells_of_become_findings() {
        fake.logsOfLoras.addAll(List.of(
                "lora key not loaded: lora_unet_x.alpha",
                "lora key not loaded: lora_unet_x.lora_up.weight",
                "ERROR lora diffusion_model.y.weight shape '[384, 128]' is invalid for input of size 5"));
        ModelUnderTest candidate = model(lora("style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(1));
        session(renderer).render(request(candidate, 1, 0));

        assertThat(renderer.findings(BASE)).noneMatch(f -> f.level() != Finding.Level.NOTE);
        assertThat(texts(renderer.findings(candidate), Finding.Level.ERROR))
                .contains(
                        "style.safetensors: applied in part: the server did not load 1 modules of the diffusion model")
                .contains("left 1 weights of the diffusion model unchanged because the LoRA has another shape");
    }

    @Test
    void a_run_that_finds_its_pictures_finished_reads_the_log_all_the_same() {
        fake.logsOfLoras.add("lora key not loaded: lora_unet_x.lora_up.weight");
        ModelUnderTest candidate = model(lora("style.safetensors"));
        ComfyUiRenderer killed = renderer();
        killed.check(candidate, SETTINGS);
        session(killed).render(request(candidate, 1, 0));
        killed.findings(candidate);
        int made = fake.accepted.size();
        assertThat(made).isEqualTo(1 + PROBES);
        fake.requests.clear();
        ComfyUiRenderer successor = renderer();
        successor.check(candidate, SETTINGS);
        session(successor).render(request(candidate, 1, 0));

        assertThat(fake.accepted).hasSize(made);
        assertThat(texts(successor.findings(candidate), Finding.Level.ERROR)).contains("did not load 1 modules");
        assertThat(fake.accepted).hasSize(made + 1);
        assertThat(successor.findings(candidate)).isEqualTo(successor.findings(candidate));
        assertThat(fake.accepted).hasSize(made + 1);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    void a_lora_out_of_sight_that_reaches_the_text_encoder_alone_is_an_error(boolean noLogs, boolean noisy) {
        fake.noLogs = noLogs;
        fake.noisy = noisy;
        fake.logsOfLoras.add("lora key not loaded: lora_unet_input_blocks_4_1_proj_in.lora_up.weight");
        ModelUnderTest candidate = model(lora("sdxl-style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);

        assertThat(session(renderer).render(request(candidate, 1, 0)).image())
                .isNotEqualTo(session(renderer).render(request(1)).image());
        assertThat(texts(renderer.findings(candidate), Finding.Level.ERROR))
                .startsWith("sdxl-style.safetensors: nothing of it reached the diffusion model")
                .contains(noisy ? "no more than two pictures of the base" : "pixel for pixel");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_lora_out_of_sight_that_reaches_the_diffusion_model_is_good(boolean noisy) {
        fake.noisy = noisy;
        ModelUnderTest candidate = model(lora("style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));

        assertThat(renderer.findings(candidate)).allMatch(f -> f.level() == Finding.Level.NOTE);
        assertThat(fake.sampled).hasSize(1 + PROBES);
        assertThat(renderer.findings(candidate)).isEqualTo(renderer.findings(candidate));
        assertThat(fake.sampled).hasSize(1 + PROBES);
    }

    private String errors(Lora... loras) {
        ModelUnderTest candidate = model(loras);
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));
        return texts(renderer.findings(candidate), Finding.Level.ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "sdxl-style.safetensors, true", "sdxl-style.safetensors, false",
        "untrained.safetensors, true", "untrained.safetensors, false",
        "untrained-model.safetensors, true", "untrained-model.safetensors, false"
    })
    void of_several_loras_out_of_sight_the_one_that_reaches_nothing_is_named(String dead, boolean noLogs) {
        fake.noLogs = noLogs;
        fake.logsOfLora.put(
                "sdxl-style.safetensors",
                List.of("lora key not loaded: lora_unet_input_blocks_4_1_proj_in.lora_up.weight"));

        assertThat(errors(lora("style.safetensors"), lora(dead), lora("other.safetensors")))
                .startsWith(dead + ": nothing of it reached the diffusion model")
                .doesNotContain("applied in part")
                .doesNotContain("\n")
                .satisfies(said -> assertThat(said.contains("the server did not load 1 modules"))
                        .isEqualTo(dead.startsWith("sdxl") && !noLogs)); // what the log says is the reason
    }

    @Test
    void what_the_log_tells_beside_another_lora_is_told_of_the_one_that_it_belongs_to() {
        fake.logsOfLora.put("other.safetensors", List.of("lora key not loaded: lora_unet_x.lora_up.weight"));

        assertThat(errors(lora("style.safetensors"), lora("other.safetensors")))
                .isEqualTo(
                        "other.safetensors: applied in part: the server did not load 1 modules of the diffusion model,"
                                + " for which the model has no place (lora_unet_x)");
    }

    @Test
    void what_the_log_tells_of_the_next_job_on_a_shared_server_is_not_ours() {
        fake.logsOfOthers.add("lora key not loaded: lora_unet_x.lora_up.weight");

        assertThat(errors(lora("style.safetensors"))).isEmpty();
    }

    @Test
    void a_lora_out_of_sight_for_text_encoders_alone_is_judged_as_one() {
        ModelUnderTest candidate = model(lora("text-alone.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));

        assertThat(texts(renderer.findings(candidate), Finding.Level.ERROR)).isEmpty();
        assertThat(texts(renderer.findings(candidate), Finding.Level.NOTE)).contains("is for text encoders alone");
        assertThat(fake.accepted.stream().filter(id -> !fake.knows(id)))
                .hasSize(1); // whose strength no browser could read
    }

    @Test
    void without_the_log_a_lora_that_changes_text_alone_may_be_another_familys_and_does_not_pass() {
        fake.noLogs = true;

        assertThat(errors(lora("text-alone.safetensors")))
                .contains("the server's log or its file (assay.models) would tell");
    }

    @Test
    void a_lora_with_a_trained_text_part_and_an_untrained_model_part_is_not_applied() {
        assertThat(errors(lora("untrained-model.safetensors")))
                .contains("nothing of it reached the diffusion model")
                .contains("untrained");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_same_lora_gets_the_same_verdict_at_hand_and_out_of_sight(boolean atHand) {
        fake.files.put("loras", List.of("untrained-model.safetensors", "text-alone.safetensors"));
        if (atHand) {
            atHand("untrained-model.safetensors", TEXT, A, B);
            atHand("text-alone.safetensors", TEXT);
        }
        assertThat(errors(lora("untrained-model.safetensors"))).contains("nothing of it reached the diffusion model");
        assertThat(errors(lora("text-alone.safetensors"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void magnitudes_that_the_server_leaves_out_make_a_lora_applied_in_part(boolean atHand) {
        if (atHand) {
            atHand("style.safetensors", A, B);
        }
        fake.logsOfLora.put(
                "style.safetensors",
                List.of(
                        "lora key not loaded: " + A + ".lora_magnitude_vector",
                        "lora key not loaded: " + B + ".lora_magnitude_vector"));

        assertThat(errors(lora("style.safetensors")))
                .startsWith("style.safetensors: applied in part: without its DoRA magnitudes")
                .contains("not what was trained")
                .doesNotContain("none of");
    }

    @Test
    void a_part_of_the_modules_of_a_file_at_hand_is_said_with_their_number() {
        atHand("style.safetensors", A, B);
        fake.logsOfLora.put(
                "style.safetensors",
                List.of(
                        "lora key not loaded: " + A + ".lora_down.weight",
                        "lora key not loaded: " + A + ".lora_up.weight"));

        assertThat(errors(lora("style.safetensors")))
                .startsWith("style.safetensors: applied in part: the server did not load 1 of the LoRA's 2 modules");
    }

    @Test
    void a_lora_at_strength_0_in_a_stack_is_an_error() {
        assertThat(errors(lora("style.safetensors"), new Lora(Path.of("other.safetensors"), 0)))
                .isEqualTo("other.safetensors: its strength is 0, at which it changes nothing");
    }

    @Test
    void a_lora_that_leaves_text_encoders_alone_costs_no_further_picture() {
        ModelUnderTest candidate = model(lora("sdxl-style.safetensors"));
        ComfyUiRenderer renderer = open(
                new ComfyOptions(fake.url(), Map.of(), Map.of(), null, null, "sd15", List.of(), null, null, null, 0.0),
                ComfyJobTest.QUICK);
        renderers.add(renderer);
        FakeComfy.until(renderer::hearsLog);
        renderer.check(candidate, SETTINGS);

        assertThat(session(renderer).render(request(candidate, 1, 0)).image())
                .isEqualTo(session(renderer).render(request(1)).image());
        renderer.findings(candidate);
        assertThat(fake.accepted).hasSize(2);
    }

    @Test
    void a_server_that_dies_before_it_could_tell_lets_nothing_pass() {
        ModelUnderTest candidate = model(lora("sdxl-style.safetensors"));
        ComfyUiRenderer renderer = open(options(fake.url(), null), ComfyJobTest.times(Duration.ofMillis(300)));
        renderers.add(renderer);
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));
        fake.die();

        assertThat(texts(renderer.findings(candidate), Finding.Level.ERROR))
                .contains("whether it reaches the diffusion model could not be told, run again");
    }

    @Test
    void the_metadata_of_a_lora_out_of_sight_is_a_hint_at_its_family() {
        fake.metadata.put("sdxl-style.safetensors", FakeComfy.object().put("ss_base_model_version", "sdxl_base_v1-0"));
        fake.metadata.put("style.safetensors", FakeComfy.object().put("ss_base_model_version", "sd_v1"));
        ModelUnderTest other = model(lora("sdxl-style.safetensors"));
        ModelUnderTest same = model(lora("style.safetensors"));
        ComfyUiRenderer renderer = renderer();

        assertThat(texts(renderer.hints(other), Finding.Level.WARNING))
                .contains("its metadata says that it is for sdxl, the base is SD 1.5");
        assertThat(renderer.hints(same)).isEmpty();
        assertThat(fake.accepted).isEmpty();
    }

    /** Its layers are those of Flux.1, and cannot be seen: the base that it names is enough to stop. */
    @Test
    void a_lora_out_of_sight_for_a_model_that_edits_is_an_error() {
        fake.metadata.put(
                "style.safetensors", FakeComfy.object().put("ss_sd_model_name", "flux1-kontext-dev.safetensors"));
        fake.metadata.put("sd15.safetensors", FakeComfy.object().put("modelspec.architecture", "flux-1-dev"));
        ComfyUiRenderer renderer = open(ComfyOptions.of(fake.url()), ComfyJobTest.QUICK);
        renderers.add(renderer);

        assertThat(texts(renderer.hints(model(lora("style.safetensors"))), Finding.Level.ERROR))
                .contains("style.safetensors: its metadata says that it is for Flux.1 Kontext, which needs a picture to"
                        + " edit");
    }

    @Test
    void files_that_the_server_shows_on_this_disk_are_looked_into_before_the_first_picture() {
        atHand("style.safetensors", A);
        ModelUnderTest candidate = model(lora("style.safetensors"), lora("other.safetensors"));

        assertThat(renderer().atHand(candidate).loras())
                .containsExactly(new Lora(folder.resolve("style.safetensors"), 1), lora("other.safetensors"));
        assertThat(fake.accepted).isEmpty();
    }

    @Test
    void a_file_on_this_disk_of_another_size_is_not_the_servers() {
        atHand("style.safetensors", A);
        fake.sizes.put("style.safetensors", 4711L);

        assertThat(renderer().atHand(model(lora("style.safetensors"))).loras())
                .containsExactly(lora("style.safetensors"));
    }

    /** A LoRA in the server's own folder. */
    private void atHand(String name, String... modules) {
        List<HeaderFiles.Entry> tensors = new ArrayList<>();
        for (String module : modules) {
            tensors.add(HeaderFiles.Entry.of(module + ".lora_down.weight", "F16", 4, 64));
            tensors.add(HeaderFiles.Entry.of(module + ".lora_up.weight", "F16", 64, 4));
        }
        Path file = HeaderFiles.safetensors(folder.resolve(name), Map.of(), tensors);
        fake.sizes.put(name, file.toFile().length());
        fake.metadata.put(name, FakeComfy.object());
        fake.folderPaths.putArray("loras").add(folder.toString());
    }

    /** One module of a text encoder and two of the diffusion model. */
    private void loraAtHand() {
        atHand("sdxl-style.safetensors", TEXT, A, B);
    }

    private static final String TEXT = "lora_te1_text_model_encoder_layers_0_mlp_fc1";
    private static final String A = "lora_unet_input_blocks_4_1_proj_in";
    private static final String B = "lora_unet_middle_block_1_proj_in";

    @Test
    void modules_without_a_place_and_of_a_wrong_shape_count_together() {
        loraAtHand();
        fake.logsOfLoras.addAll(List.of(
                "lora key not loaded: " + A + ".lora_down.weight",
                "lora key not loaded: " + A + ".lora_up.weight",
                "ERROR lora diffusion_model.middle_block.1.proj_in.weight shape '[320, 320]' is invalid for input of"
                        + " size 4096"));
        ModelUnderTest candidate = model(lora("sdxl-style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));

        assertThat(texts(renderer.findings(candidate), Finding.Level.ERROR))
                .contains("the server applied none of the LoRA's 2 modules of the diffusion model")
                .contains("1 have another shape than the model");
        assertThat(fake.accepted).hasSize(1);
    }

    @Test
    void a_lora_at_hand_without_a_text_part_whose_log_is_heard_costs_no_further_picture() {
        atHand("style.safetensors", A, B);
        ModelUnderTest candidate = model(lora("style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));

        assertThat(renderer.findings(candidate)).allMatch(f -> f.level() == Finding.Level.NOTE);
        assertThat(fake.accepted).hasSize(1);
    }

    @Test
    void a_loras_header_is_read_once_for_its_check_its_pictures_and_its_proof() {
        loraAtHand();
        ModelUnderTest candidate = model(lora("sdxl-style.safetensors"));
        List<Path> read = new ArrayList<>();
        LoraReader headers = new LoraReader(path -> {
            read.add(path);
            return ModelHeader.read(path);
        });
        ComfyUiRenderer renderer =
                ComfyUiRenderer.open(options(fake.url(), null), Credentials.none(), ComfyJobTest.QUICK, headers);
        renderers.add(renderer);
        FakeComfy.until(renderer::hearsLog);
        renderer.fingerprint(candidate, new FileHashes());
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));
        renderer.findings(candidate);

        assertThat(read).containsExactly(folder.resolve("sdxl-style.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ERROR lora clip_l.transformer.text_model.encoder.layers.0.mlp.fc1.weight shape '[3, 3]' is invalid",
                "ERROR lokr diffusion_model.middle_block.1.proj_in.weight shape '[3, 3]' is invalid for input of size 5"
            })
    void a_log_that_tells_of_some_wrong_shapes_leaves_it_to_pictures(String line) {
        loraAtHand();
        fake.logsOfLoras.add(line);
        ModelUnderTest candidate = model(lora("sdxl-style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));

        assertThat(texts(renderer.findings(candidate), Finding.Level.ERROR)).contains("pixel for pixel");
    }

    @Test
    void a_log_without_warnings_proves_nothing() {
        loraAtHand();
        fake.verbose = "ERROR";
        ModelUnderTest candidate = model(lora("sdxl-style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        renderer.check(candidate, SETTINGS);
        session(renderer).render(request(candidate, 1, 0));

        assertThat(texts(renderer.findings(candidate), Finding.Level.ERROR)).contains("pixel for pixel");
    }

    @Test
    void a_log_that_cannot_be_read_leaves_open_what_of_a_file_out_of_sight_was_left_out() {
        fake.noLogs = true;
        ModelUnderTest candidate = model(lora("style.safetensors"));
        ComfyUiRenderer renderer = renderer();
        session(renderer).render(request(candidate, 1, 0));

        assertThat(texts(renderer.findings(candidate), Finding.Level.WARNING))
                .contains("log cannot be read")
                .contains("whether a part of style.safetensors was left out cannot be told")
                .contains("assay.models");
    }

    @Test
    void a_file_replaced_on_the_server_has_another_identity_and_the_servers_memory_is_emptied_first() {
        ComfyUiRenderer first = renderer();
        first.check(BASE, SETTINGS);
        String before = first.fingerprint(BASE, new FileHashes()).hash();
        fake.modified = 1.6e9;
        ComfyUiRenderer second = renderer();

        assertThat(second.fingerprint(BASE, new FileHashes()).hash()).isNotEqualTo(before);
        assertThat(fake.freed).hasValue(1);
        assertThat(texts(first.findings(BASE), Finding.Level.NOTE)).contains("known by name, size and date alone");
    }

    @Test
    void a_file_in_the_servers_own_folder_is_known_by_its_content() throws IOException {
        Path file = Files.writeString(folder.resolve("sd15.safetensors"), "weights", StandardCharsets.UTF_8);
        fake.sizes.put("sd15.safetensors", Files.size(file));
        fake.folderPaths.putArray("checkpoints").add(folder.toString());

        Fingerprint.Part part =
                renderer().fingerprint(BASE, new FileHashes()).files().get(0);
        assertThat(part.sha256()).isEqualTo(new FileHashes().sha256(file));
        assertThat(part.bytes()).isEqualTo(7);
    }

    @Test
    void a_file_that_is_another_one_on_the_server_is_refused() throws IOException {
        Path mine = Files.writeString(folder.resolve("style.safetensors"), "my weights", StandardCharsets.UTF_8);
        fake.sizes.put("style.safetensors", 4711L);
        ComfyUiRenderer renderer = renderer();

        assertThatThrownBy(() -> renderer.check(model(new Lora(mine, 1)), SETTINGS))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("style.safetensors")
                .hasMessageContaining("is another file (4711 bytes there)");
    }

    @Test
    void a_model_without_a_known_family_asks_for_one() {
        ComfyUiRenderer renderer = open(ComfyOptions.of(fake.url()), ComfyJobTest.QUICK);
        renderers.add(renderer);

        assertThatThrownBy(() -> renderer.check(BASE, SETTINGS))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("assay.comfyui.variant")
                .hasMessageContaining("sdxl");
    }

    @Test
    void what_is_really_sent_is_told_of_every_picture_without_secrets() throws IOException {
        ComfyOptions options = new ComfyOptions(
                fake.url(),
                Map.of("X-Key", "a cat in a box"),
                Map.of(),
                null,
                null,
                "sd15",
                List.of(),
                null,
                null,
                null,
                null);
        ComfyUiRenderer renderer = open(options, ComfyJobTest.QUICK);
        renderers.add(renderer);
        Map<String, String> plain = renderer.sent(new RenderRequest(BASE, "a dog", "blurry", 5, SETTINGS, 0));
        Map<String, String> secret = renderer.sent(new RenderRequest(BASE, "a cat in a box", "", 5, SETTINGS, 0));

        assertThat(new ObjectMapper()
                        .readTree(plain.get("prompt"))
                        .at("/4/inputs/text")
                        .asText())
                .isEqualTo("a dog");
        assertThat(new ObjectMapper()
                        .readTree(plain.get("prompt"))
                        .at("/9/class_type")
                        .asText())
                .isEqualTo("PreviewImage"); // which the server's own folder of pictures does not keep
        assertThat(plain).containsEntry(Renderer.NEGATIVE, "blurry");
        assertThat(secret.get("prompt")).doesNotContain("in a box");
        renderer.check(BASE, SETTINGS);
        assertThat(renderer.facts())
                .containsKey("graph of sd15.safetensors")
                .doesNotContainKey("negative prompt unless the suite has one"); // SD 1.5's is empty
    }

    @Test
    void packs_of_nodes_that_were_asked_for_and_are_not_in_use_are_no_fact_of_the_run() {
        fake.savesToSocket = true;
        fake.missingFiles.set(3); // the other ways to get a picture are looked at, and the first of them does
        ComfyUiRenderer renderer = renderer();
        session(renderer).render(request(1));

        assertThat(fake.requests).contains("GET /api/object_info/SaveImageWebsocket");
        assertThat(renderer.facts()).doesNotContainKey("custom nodes");
    }

    @Test
    void a_nodes_own_secrets_are_left_out_of_what_is_told() throws IOException {
        ObjectNode nodes = (ObjectNode)
                new ObjectMapper()
                        .readTree(
                                "{\"1\":{\"class_type\":\"X\",\"inputs\":{\"api_key\":\"abc\",\"tokens\":[\"2\",0],\"text\":\"x\"}}}");

        assertThat(GraphMaker.withoutSecrets(nodes).toString())
                .contains("\"api_key\":\"***\"", "\"text\":\"x\"", "[\"2\",0]")
                .doesNotContain("abc");
    }

    @Test
    void a_picture_of_another_size_is_refused_by_its_header() {
        fake.wrongSize.set(1000);
        fake.wrongHeader = true; // 30000 x 30000 pixels that would not fit into memory, and are not there
        ComfyUiRenderer renderer = renderer();

        assertThatThrownBy(() -> session(renderer).render(request(1)))
                .hasMessageContaining("expected 64 x 64 pixels, found 30000 x 30000");
    }

    @Test
    void a_candidate_of_another_family_is_said_to_be_one_and_no_setting_is_blamed() {
        fake.metadata.put(
                "sdxl.safetensors", FakeComfy.object().put("modelspec.architecture", "stable-diffusion-xl-v1-base"));
        fake.metadata.put("sd15.safetensors", FakeComfy.object().put("modelspec.architecture", "stable-diffusion-v1"));
        ComfyUiRenderer renderer = open(ComfyOptions.of(fake.url()), ComfyJobTest.QUICK);
        renderers.add(renderer);
        ModelUnderTest other = new ModelUnderTest(new Checkpoint(Path.of("sdxl.safetensors")), List.of());
        GenerationSettings settings = renderer.defaults(BASE);

        assertThatThrownBy(() -> renderer.check(other, settings))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("sdxl.safetensors: is of the family SDXL, the base is of SD 1.5");
    }

    /** Of a base that lies on the server alone, its metadata tells the family as it does of any other file. */
    @ParameterizedTest
    @CsvSource({
        "modelspec.architecture, qwen-image, qwen-image",
        "modelspec.architecture, hidream-i1, hidream-i1-full",
        "modelspec.architecture, z-image, z-image-turbo",
        "ss_base_model_version, zimage, z-image-turbo",
    })
    void metadata_on_the_server_names_every_family(String key, String architecture, String variant) {
        fake.metadata.put("sd15.safetensors", FakeComfy.object().put(key, architecture));
        ComfyUiRenderer renderer = open(ComfyOptions.of(fake.url()), ComfyJobTest.QUICK);
        renderers.add(renderer);

        assertThatThrownBy(() -> renderer.defaults(BASE))
                .hasMessageContaining("set assay.comfyui.variant to one of " + variant + ", ")
                .hasMessageNotContaining("cannot be told from here");
    }

    /** Where the file does not say it to ComfyUI itself, by a tensor that the loader looks for, a node says it. */
    @ParameterizedTest
    @CsvSource({
        "plain, '', '', dpmpp_2m, false",
        "stated, v, '', euler, true",
        "keyed, '', v_pred, euler, false",
        "my-v-pred-merge, '', '', euler, true",
    })
    void a_model_that_predicts_v_is_told_to_comfyui_unless_its_file_says_so(
            String name, String stated, String key, String sampler, boolean node) {
        List<HeaderFiles.Entry> tensors = new ArrayList<>(List.of(
                HeaderFiles.Entry.of("input_blocks.0.0.weight", "F16", 8, 4, 3, 3),
                HeaderFiles.Entry.of("input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight", "F16", 8, 2048)));
        if (!key.isEmpty()) {
            tensors.add(HeaderFiles.Entry.of(key, "F16", 1));
        }
        Map<String, String> metadata = stated.isEmpty() ? Map.of() : Map.of("modelspec.prediction_type", stated);
        Path file = HeaderFiles.safetensors(folder.resolve(name + ".safetensors"), metadata, tensors);
        fake.files.put("checkpoints", List.of(name + ".safetensors"));
        fake.sizes.put(name + ".safetensors", file.toFile().length());
        ComfyUiRenderer renderer = open(ComfyOptions.of(fake.url()), ComfyJobTest.QUICK);
        renderers.add(renderer);
        ModelUnderTest model = new ModelUnderTest(new Checkpoint(file), List.of());

        GenerationSettings settings = renderer.defaults(model);
        renderer.check(model, settings);
        assertThat(settings.sampler()).isEqualTo(sampler);
        assertThat(fake.requests.stream().anyMatch(r -> r.endsWith("/object_info/ModelSamplingDiscrete")))
                .isEqualTo(node);
    }

    /** Metadata is a hint: it does not stand against a graph that the user names. */
    @Test
    void a_variant_serves_a_base_whose_metadata_names_a_family_without_a_graph() {
        fake.metadata.put("sd15.safetensors", FakeComfy.object().put("modelspec.architecture", "stable-diffusion-v2"));
        ComfyUiRenderer untold = open(ComfyOptions.of(fake.url()), ComfyJobTest.QUICK);
        renderers.add(untold);
        assertThatThrownBy(() -> untold.defaults(BASE)).hasMessageContaining("no graph for the family sd2");

        ComfyOptions options =
                new ComfyOptions(fake.url(), Map.of(), Map.of(), null, null, "sd15", List.of(), null, null, null, null);
        ComfyUiRenderer told = open(options, ComfyJobTest.QUICK);
        renderers.add(told);
        assertThat(told.defaults(BASE).width()).isEqualTo(512);
    }

    @Test
    void metadata_on_the_server_tells_schnell_from_dev() {
        fake.metadata.put("sd15.safetensors", FakeComfy.object().put("modelspec.architecture", "flux-1-schnell"));
        ComfyUiRenderer renderer = open(ComfyOptions.of(fake.url()), ComfyJobTest.QUICK);
        renderers.add(renderer);

        assertThat(renderer.defaults(BASE).steps()).isEqualTo(4);
    }

    @Test
    void waits_are_told_to_who_hears_of_steps() {
        fake.hold = new CountDownLatch(1);
        fake.addForeignJob("theirs");
        ComfyUiRenderer renderer = renderer();
        List<String> said = new ArrayList<>();
        StepListener listener = new StepListener() {
            @Override
            public void step(int done, int of) {}

            @Override
            public void waits(String why) {
                said.add(why);
                fake.hold.countDown();
            }
        };
        renderer.begin(List.of(), listener).render(request(1));

        assertThat(said).isNotEmpty().allMatch(w -> w.contains("waiting behind 1 job of others"));
    }

    @Test
    void a_failing_node_and_a_full_memory_are_said_in_the_users_words() {
        fake.faults.add(FakeComfy.Fault.NODE_FAILS);
        ComfyUiRenderer renderer = renderer();

        assertThatThrownBy(() -> session(renderer).render(request(1)))
                .hasMessageContaining(fake.url())
                .hasMessageContaining("another family")
                .hasMessageContaining("mat1 and mat2 shapes cannot be multiplied");
        fake.faults.addAll(List.of(FakeComfy.Fault.OUT_OF_MEMORY, FakeComfy.Fault.OUT_OF_MEMORY));
        assertThatThrownBy(() -> session(renderer).render(request(2)))
                .hasMessageContaining("also after its models were unloaded")
                .hasMessageContaining("--lowvram");
    }

    @Test
    void node_errors_on_a_200_name_the_setting() {
        fake.nodeErrors.set(1);
        ComfyUiRenderer renderer = renderer();

        assertThatThrownBy(() -> session(renderer).render(request(1)))
                .hasMessageContaining("settings.sampler")
                .hasMessageContaining("eular");
    }

    @Test
    void a_workflow_of_the_users_own_is_the_template_and_part_of_the_identity() throws IOException {
        Path file = Files.writeString(
                folder.resolve("mine.json"), TestGraphs.graph("their prompt", 5).toString(), StandardCharsets.UTF_8);
        ComfyOptions options =
                new ComfyOptions(fake.url(), Map.of(), Map.of(), null, file, null, List.of(), null, null, null, null);
        ComfyUiRenderer renderer = open(options, ComfyJobTest.QUICK);
        renderers.add(renderer);
        ModelUnderTest candidate = model(lora("style.safetensors"));
        GenerationSettings settings = renderer.defaults(BASE);
        Fingerprint base = renderer.fingerprint(BASE, new FileHashes());
        renderer.fingerprint(candidate, new FileHashes());
        renderer.check(candidate, settings);
        renderer.check(BASE, settings);
        Rendered first = session(renderer).render(new RenderRequest(BASE, "a cat", "", 1, settings, 0));
        Rendered other = session(renderer).render(new RenderRequest(candidate, "a cat", "", 1, settings, 0));

        assertThat(settings.width()).isEqualTo(16);
        assertThat(first.image().width()).isEqualTo(16);
        assertThat(first.image()).isEqualTo(FakePicture.of(TestGraphs.graph("a cat", 1), "9"));
        assertThat(other.image()).isNotEqualTo(first.image());
        assertThat(base.files()).extracting(Fingerprint.Part::file).containsExactly("sd15.safetensors", "mine.json");
    }

    @Test
    void a_loader_of_the_workflow_that_has_the_lora_under_test_is_its_place_in_a_run() throws IOException {
        ObjectNode nodes = TestGraphs.graph("their prompt", 5);
        ObjectNode sampler = (ObjectNode) nodes.at("/7/inputs");
        ObjectNode loader =
                nodes.putObject("12").put("class_type", "LoraLoaderModelOnly").putObject("inputs");
        loader.set("model", sampler.get("model"));
        loader.put("lora_name", "style.safetensors").put("strength_model", 1);
        sampler.putArray("model").add("12").add(0);
        Path file = Files.writeString(folder.resolve("mine.json"), nodes.toString(), StandardCharsets.UTF_8);
        ComfyUiRenderer renderer = open(
                new ComfyOptions(fake.url(), Map.of(), Map.of(), null, file, null, List.of(), null, null, null, null),
                ComfyJobTest.QUICK);
        renderers.add(renderer);
        ModelUnderTest candidate = model(lora("style.safetensors"));
        GenerationSettings settings = renderer.defaults(BASE); // before anybody says which LoRA is under test
        renderer.fingerprint(BASE, new FileHashes());
        renderer.fingerprint(candidate, new FileHashes());
        renderer.check(candidate, settings);
        renderer.check(BASE, settings);

        Rendered base = session(renderer).render(new RenderRequest(BASE, "a cat", "", 1, settings, 0));
        assertThat(base.image()).isEqualTo(FakePicture.of(TestGraphs.graph("a cat", 1), "9"));
        assertThat(session(renderer)
                        .render(new RenderRequest(candidate, "a cat", "", 1, settings, 0))
                        .image())
                .isNotEqualTo(base.image());
    }

    @ParameterizedTest
    @CsvSource({
        "style.safetensors, other.safetensors, ''",
        "text-alone.safetensors, other.safetensors, is for text encoders alone",
        "untrained-model.safetensors, other.safetensors, its part for the diffusion model is untrained",
        "other.safetensors, style.safetensors, the server did not load 1 modules"
    })
    void what_a_lora_of_the_workflow_itself_does_is_not_laid_at_the_door_of_the_one_under_test(
            String tested, String kept, String words) throws IOException {
        fake.logsOfLora.put("other.safetensors", List.of("lora key not loaded: lora_unet_x.lora_up.weight"));
        ObjectNode nodes = TestGraphs.graph("their prompt", 5);
        ObjectNode sampler = (ObjectNode) nodes.at("/7/inputs");
        ObjectNode loader = nodes.putObject("12").put("class_type", "LoraLoaderModelOnly");
        loader.putObject("_meta").put("title", "%keep%");
        ObjectNode inputs = loader.putObject("inputs");
        inputs.set("model", sampler.get("model"));
        inputs.put("lora_name", kept).put("strength_model", 1);
        sampler.putArray("model").add("12").add(0);
        Path file = Files.writeString(folder.resolve("mine.json"), nodes.toString(), StandardCharsets.UTF_8);
        ComfyUiRenderer renderer = open(
                new ComfyOptions(fake.url(), Map.of(), Map.of(), null, file, null, List.of(), null, null, null, null),
                ComfyJobTest.QUICK);
        renderers.add(renderer);
        FakeComfy.until(renderer::hearsLog);
        ModelUnderTest candidate = model(lora(tested));
        renderer.check(BASE, SETTINGS);
        renderer.check(candidate, SETTINGS);
        session(renderer).render(new RenderRequest(BASE, "a cat", "", 1, SETTINGS, 0));
        session(renderer).render(new RenderRequest(candidate, "a cat", "", 1, SETTINGS, 0));

        List<Finding> findings = renderer.findings(candidate);
        assertThat(texts(findings, Finding.Level.ERROR).isEmpty())
                .isEqualTo(words.isEmpty() || words.startsWith("is for text"));
        assertThat(findings.stream().map(Finding::text).collect(Collectors.joining("\n")))
                .contains(words)
                .doesNotContain(kept + ":")
                .doesNotContain("log cannot be read");
    }

    @Test
    void a_check_after_the_fingerprint_reads_no_file_again() throws IOException {
        Path file = Files.writeString(folder.resolve("sd15.safetensors"), "weights", StandardCharsets.UTF_8);
        fake.sizes.put("sd15.safetensors", Files.size(file));
        fake.folderPaths.putArray("checkpoints").add(folder.toString());
        List<Path> read = new ArrayList<>();
        FileHashes hashes = new FileHashes(f -> {
            read.add(f);
            return Hashes.sha256(f);
        });
        ComfyUiRenderer renderer = renderer();
        String hash = renderer.fingerprint(BASE, hashes).hash();
        renderer.fingerprint(model(lora("style.safetensors")), hashes);
        Files.delete(file);
        renderer.check(BASE, SETTINGS);

        assertThat(renderer.fingerprint(BASE, new FileHashes()).hash()).isEqualTo(hash);
        assertThat(read).containsExactly(file);
    }

    @Test
    void version_and_device_name_what_decides_pixels_and_facts_name_the_rest() {
        ComfyUiRenderer renderer = renderer();

        assertThat(renderer.version())
                .isEqualTo("ComfyUI 0.33.0, torch 2.13.0+cu130, arguments plain, graphs 3 "
                        + renderer.version().substring(renderer.version().length() - 8));
        assertThat(renderer.device()).isEqualTo("cuda NVIDIA Fake 9000");
        assertThat(renderer.facts())
                .containsEntry("server", fake.url())
                .containsEntry("started with", "main.py --listen");
    }

    @Test
    void a_server_that_comes_back_as_another_version_ends_the_run() {
        ComfyUiRenderer renderer = renderer();
        fake.faults.add(FakeComfy.Fault.RESTART);
        fake.comfyuiVersion = "0.34.0";

        assertThatThrownBy(() -> session(renderer).render(request(1)))
                .hasMessageContaining("the server changed during the run")
                .hasMessageContaining("found ComfyUI 0.34.0");
    }

    @Test
    void a_killed_run_goes_on_and_renders_no_picture_twice() {
        fake.renderMillis = 100;
        ComfyUiRenderer killed = renderer();
        killed.check(BASE, SETTINGS);
        session(killed).prefetch(request(2));
        Rendered first =
                session(killed).render(request(1)); // the picture of seed 2 is in the works when its process is gone
        ComfyUiRenderer successor = renderer();
        successor.check(BASE, SETTINGS);

        Rendered second = session(successor).render(request(2));
        assertThat(second.image()).isNotEqualTo(first.image());
        assertThat(session(successor).render(request(1)).image()).isEqualTo(first.image());
        assertThat(fake.accepted).hasSize(2);
        assertThat(fake.sampled).hasSize(2);
    }

    @Test
    void a_picture_that_was_announced_and_never_asked_for_is_stopped_at_the_end() {
        ComfyUiRenderer renderer = renderer();
        session(renderer).render(request(1));
        fake.renderMillis = 5000;
        fake.hold = new CountDownLatch(1);
        session(renderer).prefetch(request(3));
        FakeHttp.start("test-close", () -> {
            FakeComfy.until(() -> fake.accepted.size() == 3);
            renderer.close();
        });

        assertThatThrownBy(() -> session(renderer).render(request(2)))
                .hasMessageContaining("stopped because the run ends");
        FakeComfy.until(() -> fake.waiting() == 0 && fake.accepted.stream().noneMatch(fake::isRunning));
        assertThat(fake.sampled).hasSize(1);
    }

    /** Another thread may close the renderer while a question is on its way. */
    @Test
    void a_question_after_the_end_is_refused_and_no_lost_server() {
        ExecutorService threads = Executors.newCachedThreadPool();
        ComfyClient client =
                new ComfyClient(ComfyOptions.of(fake.url()), Credentials.from(Map.of()), ComfyJobTest.QUICK, threads);
        client.systemStats();
        threads.shutdown();

        assertThatThrownBy(client::systemStats)
                .isInstanceOfSatisfying(
                        ComfyException.class, e -> assertThat(e.kind()).isEqualTo(ComfyException.Kind.REFUSED))
                .hasMessageContaining("stopped because the run ends");
    }

    @Test
    void a_dead_server_is_lost_and_says_so() {
        ComfyUiRenderer renderer = open(options(fake.url(), null), ComfyJobTest.times(Duration.ofMillis(300)));
        renderers.add(renderer);
        session(renderer).render(request(1));
        fake.die();

        assertThatThrownBy(() -> session(renderer).render(request(2)))
                .isInstanceOf(RendererLostException.class)
                .hasMessageContaining(fake.url());
    }

    @Test
    void no_server_at_all_is_said_at_once() {
        fake.die();

        assertThatThrownBy(() -> open(fake))
                .isInstanceOf(ComfyException.class)
                .hasMessageContaining("is ComfyUI running there?");
    }
}
