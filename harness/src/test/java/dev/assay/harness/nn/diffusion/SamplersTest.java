package dev.assay.harness.nn.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // scopes free tensors by closing
class SamplersTest {
    private static final JsonNode GOLDEN = golden();

    @Test
    void timesteps_and_first_sigma_equal_diffusers() {
        for (JsonNode run : GOLDEN.get("runs")) {
            Sampler sampler = sampler(run);
            assertThat(sampler.steps())
                    .as(name(run))
                    .isEqualTo(run.get("timesteps").size());
            for (int i = 0; i < sampler.steps(); i++) {
                double expected = run.get("timesteps").get(i).asDouble();
                assertThat(sampler.timestep(i)).as(name(run)).isCloseTo(expected, within(1e-6 * expected + 1e-5));
            }
            double init = run.get("init").asDouble();
            assertThat(sampler.initNoiseSigma()).as(name(run)).isCloseTo(init, within(1e-6 * init));
        }
    }

    @Test
    void sigmas_equal_diffusers() {
        for (JsonNode run : GOLDEN.get("runs")) {
            SchedulerConfig config = SchedulerConfig.of(run.get("config"));
            int steps = run.get("steps").asInt();
            String which =
                    run.get("sampler").asText() + " " + run.get("schedule").asText();
            NoiseLevels levels = switch (which) {
                case "dpmpp_2m normal" -> DpmPlusPlus2M.normal(config, steps);
                case "dpmpp_2m karras" -> DpmPlusPlus2M.karras(config, steps);
                case "euler normal", "euler_ancestral normal" -> Euler.normal(config, steps);
                case "euler karras", "euler_ancestral karras" -> Euler.karras(config, steps);
                default -> null;
            };
            for (int i = 0; levels != null && i < run.get("sigmas").size(); i++) {
                double expected = run.get("sigmas").get(i).asDouble();
                assertThat((double) levels.sigma(i)).as(name(run)).isCloseTo(expected, within(2e-6 * expected));
            }
        }
    }

    @Test
    void toy_runs_equal_diffusers() {
        TreeMap<String, Double> worst = new TreeMap<>();
        for (JsonNode run : GOLDEN.get("runs")) {
            Sampler sampler = sampler(run);
            List<float[]> states = run(sampler);
            double error = Math.max(
                    error(states.get(0), run.get("first")), error(states.get(states.size() - 1), run.get("last")));
            worst.merge(
                    run.get("sampler").asText() + run.get("config").has("rescale_betas_zero_snr"), error, Math::max);
            assertThat(error).as(name(run)).isLessThanOrEqualTo(tolerance(run));
        }
        assertThat(worst).hasSize(8);
    }

    @Test
    void golden_levels_of_ten_steps() {
        NoiseLevels euler = Euler.normal(SchedulerConfig.SD15, 10);
        assertThat(euler.sigma(0)).isCloseTo(8.39069f, within(1e-5f));
        assertThat(euler.sigma(9)).isCloseTo(0.04131f, within(1e-5f));
        NoiseLevels karras = DpmPlusPlus2M.karras(SchedulerConfig.SD15, 10);
        assertThat(karras.timestep(1)).isEqualTo(916);
        assertThat(karras.sigma(0)).isCloseTo(14.61465f, within(1e-5f));
        assertThat(Euler.karras(SchedulerConfig.SD15, 10).sigma(0)).isCloseTo(8.39069f, within(1e-5f));
    }

    @Test
    void a_pair_that_does_not_exist_names_the_pairs_that_do() {
        assertThatThrownBy(() -> Samplers.create("ddim", "karras", 10, SchedulerConfig.SD15))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ddim with schedule karras")
                .hasMessageContaining("ddim + normal")
                .hasMessageContaining("dpmpp_2m + karras");
    }

    @Test
    void steps_that_do_not_fit_are_an_error() {
        for (int steps : new int[] {0, -1, 1000, 1001}) {
            assertThatThrownBy(() -> Samplers.create("dpmpp_2m", "normal", steps, SchedulerConfig.SD15))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("steps");
        }
    }

    @Test
    void every_step_count_up_to_fifty_has_falling_levels_inside_the_training_range() {
        for (TimestepSpacing spacing : TimestepSpacing.values()) {
            SchedulerConfig config = new SchedulerConfig(
                    1000, 0.00085, 0.012, "scaled_linear", Prediction.V, spacing, 1, false, 1, false);
            for (int steps = 2; steps <= 50; steps++) {
                for (NoiseLevels levels : List.of(
                        Euler.normal(config, steps),
                        Euler.karras(config, steps),
                        DpmPlusPlus2M.normal(config, steps),
                        DpmPlusPlus2M.karras(config, steps))) {
                    for (int i = 0; i < levels.steps(); i++) {
                        assertThat(levels.sigma(i)).isGreaterThan(levels.sigma(i + 1));
                        assertThat(levels.timestep(i)).isBetween(0f, 999f);
                    }
                }
            }
        }
    }

    @Test
    void dpm_remembers_nothing_of_an_earlier_picture() {
        Sampler sampler = Samplers.create("dpmpp_2m", "karras", 6, SchedulerConfig.SD15);
        float[] once = run(sampler).get(5);
        assertThat(run(sampler).get(5)).isEqualTo(once);
    }

    /** Runs the toy model, one PointerScope per step as the pipeline does; the latents after each step. */
    private static List<float[]> run(Sampler sampler) {
        List<float[]> states = new ArrayList<>();
        long[] shape = {1, 2, 4, 4};
        try (Noise noise = new Noise(GOLDEN.get("seed").asLong());
                PointerScope all = new PointerScope()) {
            float[] x;
            try (PointerScope first = new PointerScope()) {
                x = floats(noise.draw(shape).mul(new Scalar((float) sampler.initNoiseSigma())));
            }
            for (int i = 0; i < sampler.steps(); i++) {
                try (PointerScope step = new PointerScope()) {
                    Tensor latents = Tensor.create(x, shape);
                    Tensor seen = sampler.scaleModelInput(latents, i);
                    Tensor out = seen.mul(new Scalar(0.3))
                            .add(new Scalar(0.1 * Math.sin((double) (float) sampler.timestep(i) / 100)));
                    x = floats(sampler.step(out, i, latents, () -> noise.draw(shape)));
                    states.add(x);
                }
            }
        }
        return states;
    }

    private static double tolerance(JsonNode run) {
        return switch (run.get("sampler").asText()) {
            case "ddim" -> 1e-6;
            case "dpmpp_2m" -> 5e-5; // differences of lambda cancel
            // The first step from a very high sigma (zero terminal SNR: 4096) cancels its digits in float32.
            default -> Math.max(5e-6, 2.5e-8 * run.get("init").asDouble());
        };
    }

    private static double error(float[] found, JsonNode expected) {
        assertThat(found).hasSize(expected.size());
        double max = 0;
        double difference = 0;
        for (int i = 0; i < found.length; i++) {
            assertThat(Float.isFinite(found[i])).isTrue();
            max = Math.max(max, Math.abs(expected.get(i).asDouble()));
            difference =
                    Math.max(difference, Math.abs(found[i] - expected.get(i).asDouble()));
        }
        return difference / max;
    }

    private static Sampler sampler(JsonNode run) {
        return Samplers.create(
                run.get("sampler").asText(),
                run.get("schedule").asText(),
                run.get("steps").asInt(),
                SchedulerConfig.of(withSdDefaults(run)));
    }

    /** The golden script leaves fields away whose defaults are the class's; ours needs the class's name for DDIM. */
    private static JsonNode withSdDefaults(JsonNode run) {
        var config = run.get("config").<com.fasterxml.jackson.databind.node.ObjectNode>deepCopy();
        if (!config.has("set_alpha_to_one")) {
            config.put("set_alpha_to_one", false);
        }
        return config;
    }

    private static String name(JsonNode run) {
        return run.get("sampler").asText() + " " + run.get("schedule").asText() + " " + run.get("steps") + " "
                + run.get("config");
    }

    static float[] floats(Tensor tensor) {
        Tensor contiguous = tensor.contiguous().to(torch.ScalarType.Float);
        float[] values = new float[(int) contiguous.numel()];
        new FloatPointer(contiguous.data_ptr_float()).get(values);
        return values;
    }

    static JsonNode golden() {
        try (InputStream in = SamplersTest.class.getResourceAsStream("samplers.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.api.Assertions.within(offset);
    }

    private static org.assertj.core.data.Offset<Float> within(float offset) {
        return org.assertj.core.api.Assertions.within(offset);
    }
}
