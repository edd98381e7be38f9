package dev.assay.harness.nn.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // scopes work by being open
class StableDiffusionTest {
    private static final String PROMPT = "a red circle on blue";

    private static StableDiffusion load(String path, WeightChange change) {
        try (ModelParts parts = ModelParts.open(new Checkpoint(Golden.path(path)))) {
            return StableDiffusion.load(parts, change, "cpu");
        }
    }

    private static Image render(StableDiffusion model, double guidance, int clipSkip) {
        return model.render(PROMPT, "blue", 7, 16, 24, 10, guidance, "ddim", "normal", clipSkip);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd", "sd/single.safetensors"})
    void latents_and_picture_equal_those_of_diffusers(String path) {
        try (PointerScope scope = new PointerScope();
                StableDiffusion model = load(path, WeightChange.NONE)) {
            StateDict golden = Golden.tensors("sd_golden");
            Sampler ddim = Samplers.create("ddim", "normal", 10, SchedulerConfig.SD15);
            Tensor guided = model.latents(ddim, PROMPT, "blue", 7, 16, 24, 4, 0);
            Golden.assertClose("guided", guided, golden.get("latents"), 1e-4);
            Tensor free = model.latents(ddim, PROMPT, "blue", 7, 16, 24, 1, 0);
            Golden.assertClose("without guidance", free, golden.get("unguided"), 1e-4);
            assertSamePicture(render(model, 4, 0), golden.get("picture"));
        }
    }

    /** At most one step of 255 apart, and that in less than one value of a thousand. */
    private static void assertSamePicture(Image actual, Tensor expected) {
        assertThat(new long[] {actual.height(), actual.width(), 3}).isEqualTo(expected.shape());
        byte[] rgb = actual.rgb();
        Tensor flat = expected.flatten();
        int differing = 0;
        for (int i = 0; i < rgb.length; i++) {
            int d = Math.abs((rgb[i] & 0xff) - (int) flat.select(0, i).item_float());
            assertThat(d).isLessThanOrEqualTo(1);
            differing += d;
        }
        assertThat(differing).isLessThanOrEqualTo(rgb.length / 1000);
    }

    @Test
    void the_same_request_gives_the_same_pixels_and_settings_matter() {
        try (StableDiffusion model = load("sd", WeightChange.NONE)) {
            Image first = render(model, 4, 0);
            assertThat(render(model, 4, 0)).isEqualTo(first);
            assertThat(render(model, 4, 1)).isNotEqualTo(first);
            assertThat(render(model, 2, 0)).isNotEqualTo(first);
        }
    }

    @Test
    void changed_weights_reach_the_picture_and_both_components_are_offered() {
        List<String> offered = new ArrayList<>();
        Image plain;
        try (StableDiffusion model = load("sd", WeightChange.NONE)) {
            plain = render(model, 4, 0);
        }
        String name = "mid_block.resnets.0.conv1.weight";
        WeightChange zero = (component, weights) -> {
            offered.add(component);
            return component.equals("unet")
                    ? weights.with(Map.of(name, weights.get(name).mul(new Scalar(0))))
                    : weights;
        };
        for (String path : List.of("sd", "sd/single.safetensors")) {
            try (StableDiffusion model = load(path, zero)) {
                assertThat(render(model, 4, 0)).isNotEqualTo(plain);
            }
        }
        assertThat(offered).containsExactly("text_encoder", "unet", "text_encoder", "unet");
    }

    @Test
    void a_size_that_latents_cannot_have_is_an_error() {
        try (StableDiffusion model = load("sd", WeightChange.NONE)) {
            assertThatThrownBy(() -> model.render(PROMPT, "", 0, 17, 16, 2, 1, "ddim", "normal", 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("multiples of 2");
        }
    }
}
