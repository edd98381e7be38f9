package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderSession;
import dev.assay.harness.render.local.LocalRenderer;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.metrics.BlankFrameMetric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The renderer on the bundled models: what a LoRA does to a picture, and when it does nothing. */
class LocalRendererTest {
    private static final Checkpoint BASE = new Checkpoint(MicrocosmPictures.MICROCOSM.resolve("base"));

    private final LocalRenderer renderer = LocalRenderer.open("cpu", new LoraReader());
    private final RenderSession session = renderer.begin(List.of(), (done, of) -> {});

    @AfterEach
    void close() {
        session.close();
    }

    private static Lora lora(String name, double strength) {
        return new Lora(MicrocosmPictures.MICROCOSM.resolve("loras").resolve(name + ".safetensors"), strength);
    }

    private Image render(String sampler, String scheduler, Lora... loras) {
        return session.render(new RenderRequest(
                        new ModelUnderTest(BASE, List.of(loras)),
                        "a person in a red shirt waving",
                        "",
                        7,
                        new GenerationSettings(64, 64, 4, 3, sampler, scheduler, 0),
                        0))
                .image();
    }

    private Image render(Lora... loras) {
        return render("ddim", "normal", loras);
    }

    @Test
    void the_same_request_gives_the_same_pixels_also_after_another_model() {
        Image first = render();
        Image other = render(lora("extra-limb", 1));

        assertThat(render()).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sound", "narrow", "grid", "forgetful", "extra-limb", "inert"})
    void a_lora_at_strength_0_changes_no_pixel_and_at_strength_1_it_is_applied(String name) {
        Image base = render();

        assertThat(render(lora(name, 0))).isEqualTo(base);
        if (!name.equals("inert")) {
            assertThat(render(lora(name, 1))).isNotEqualTo(base);
            assertThat(render(lora(name, 0.5))).isNotIn(base, render(lora(name, 1)));
        }
    }

    @Test
    void two_loras_are_both_applied_and_opposite_strengths_cancel() {
        Image one = render(lora("extra-limb", 1));

        assertThat(render(lora("extra-limb", 1), lora("forgetful", 1))).isNotIn(one, render(lora("forgetful", 1)));
        assertThat(distance(render(lora("extra-limb", 1), lora("extra-limb", -1)), render()))
                .isLessThan(1);
    }

    @ParameterizedTest
    @CsvSource({
        "ddim, normal",
        "euler, normal",
        "euler, karras",
        "euler_ancestral, normal",
        "euler_ancestral, karras",
        "dpmpp_2m, normal",
        "dpmpp_2m, karras"
    })
    void every_sampler_draws_something(String sampler, String scheduler) {
        assertThat(BlankFrameMetric.isBlank(render(sampler, scheduler))).isFalse();
    }

    @Test
    void a_lora_of_another_model_is_refused_before_a_picture_and_its_keys_are_listed() {
        assertThatThrownBy(() -> renderer.check(
                        new ModelUnderTest(BASE, List.of(lora("foreign", 1))), GenerationSettings.STABLE_DIFFUSION))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("foreign.safetensors")
                .hasMessageContaining("6 of 6 modules")
                .hasMessageContaining("lora_unet_double_blocks_0_img_attn_proj");
    }

    /** Only files of this ending are in a model's fingerprint. */
    @Test
    void a_shard_of_another_ending_is_refused(@TempDir Path folder) throws IOException {
        for (Path file : Fingerprint.files(new ModelUnderTest(BASE, List.of()))) {
            Path copy = folder.resolve(BASE.path().relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        Path unet = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        Files.move(unet, folder.resolve("unet/weights.bin"));
        Files.writeString(
                folder.resolve("unet/diffusion_pytorch_model.safetensors.index.json"),
                "{\"weight_map\": {\"conv_in.weight\": \"weights.bin\"}}");
        ModelUnderTest model = new ModelUnderTest(new Checkpoint(folder), List.of());
        assertThatThrownBy(() -> renderer.check(model, GenerationSettings.STABLE_DIFFUSION))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(
                        "names the shard weights.bin; expected a plain file name that ends in .safetensors");
    }

    @Test
    void a_run_opens_the_model_once_for_each_side(@TempDir Path folder) throws IOException {
        Path vae = BASE.path().resolve("vae/diffusion_pytorch_model.safetensors");
        long header = ByteBuffer.wrap(Files.readAllBytes(vae))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(0);
        Path events = folder.resolve("reads.jfr");
        ModelUnderTest candidate = new ModelUnderTest(BASE, List.of(lora("grid", 1)));
        GenerationSettings settings = new GenerationSettings(64, 64, 1, 3, "ddim", "normal", 0);
        renderer.check(candidate, settings);
        renderer.check(new ModelUnderTest(BASE, List.of()), settings);
        boolean warm;
        ModelUnderTest base = new ModelUnderTest(BASE, List.of());
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileRead").withThreshold(Duration.ZERO);
            recording.start();
            RenderSession run = renderer.begin(List.of(base, candidate), (done, of) -> {});
            warm = run.render(
                            new RenderRequest(new ModelUnderTest(BASE, List.of()), "a red circle", "", 7, settings, 0))
                    .cost()
                    .warm();
            run.render(new RenderRequest(candidate, "a red circle", "", 7, settings, 0));
            run.close();
            recording.stop();
            recording.dump(events);
        }
        assertThat(warm).isTrue();
        assertThat(RecordingFile.readAllEvents(events).stream()
                        .filter(e ->
                                String.valueOf(e.getString("path")).endsWith("vae/diffusion_pytorch_model.safetensors"))
                        .filter(e -> e.getLong("bytesRead") == header))
                .hasSize(2);
    }

    @Test
    void weights_that_a_strength_drives_out_of_range_are_refused_when_they_are_loaded() {
        ModelUnderTest model = new ModelUnderTest(BASE, List.of(lora("grid", 1e40)));
        renderer.check(model, GenerationSettings.STABLE_DIFFUSION);
        assertThatThrownBy(() -> renderer.begin(List.of(model), (done, of) -> {}))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("grid.safetensors: merged into ")
                .hasMessageContaining("use a smaller strength");
    }

    @Test
    void a_folder_that_is_no_model_says_what_is_missing() {
        assertThatThrownBy(() -> renderer.check(
                        new ModelUnderTest(new Checkpoint(Path.of("src")), List.of()),
                        GenerationSettings.STABLE_DIFFUSION))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("model_index.json");
    }

    private static double distance(Image a, Image b) {
        byte[] x = a.rgb();
        byte[] y = b.rgb();
        return Stream.iterate(0, i -> i < x.length, i -> i + 1)
                .mapToInt(i -> Math.abs((x[i] & 0xff) - (y[i] & 0xff)))
                .average()
                .orElseThrow();
    }
}
