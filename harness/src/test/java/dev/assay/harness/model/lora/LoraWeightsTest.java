package dev.assay.harness.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.lora.LoraFiles.Values;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraWeightsTest {
    /** Float32 inputs, everything else in float64 on both sides. */
    private static final double TIGHT = 1e-9;

    @TempDir
    Path folder;

    static List<String> golden() throws IOException {
        return Files.readAllLines(resource("changes.txt"));
    }

    static Path resource(String name) {
        try {
            return Path.of(LoraWeightsTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("golden")
    void norms_of_every_kind_agree_with_explicit_matrices(String line) {
        String[] golden = line.split(" ", -1);
        double norm = Double.parseDouble(golden[1]);
        double largest = Double.parseDouble(golden[2]);
        for (double strength : new double[] {1, -0.5}) {
            LoraCheck check = LoraChecks.of(
                    resource("changes.safetensors"), strength, Optional.of(resource("changes_base.safetensors")));
            assertThat(check.fit().orElseThrow().whole()).isTrue();
            LoraWeights.Module module = check.weights().modules().stream()
                    .filter(m -> m.name().equals(golden[0]))
                    .findFirst()
                    .orElseThrow();
            assertThat(module.reason()).isEmpty();
            assertThat(module.norm().orElseThrow() / Math.abs(strength)).isCloseTo(norm, within(TIGHT * norm));
            assertThat(module.baseNorm().orElseThrow())
                    .isCloseTo(Double.parseDouble(golden[3]), within(TIGHT * Double.parseDouble(golden[3])));
            module.largest()
                    .ifPresent(l -> assertThat(l / Math.abs(strength)).isCloseTo(largest, within(1e-6 * largest)));
            boolean cheap = Set.of("lora", "plain", "locon", "tucker", "lokr", "lokr_full", "lokr_conv", "diff")
                    .contains(golden[0]);
            assertThat(module.largest().isPresent() || !cheap).isTrue();
        }
    }

    @Test
    void without_the_base_kinds_that_depend_on_it_say_so() {
        LoraWeights weights = LoraChecks.of(resource("changes.safetensors"), 1, Optional.empty())
                .weights();
        assertThat(weights.modules().stream().filter(m -> m.norm().isEmpty()).map(LoraWeights.Module::name))
                .containsExactlyInAnyOrder(
                        "glora",
                        "glora_old",
                        "oft",
                        "oft_bound",
                        "ia3_in",
                        "ia3_out",
                        "ia3_peft",
                        "dora_out",
                        "dora_in",
                        "set");
        assertThat(weights.modules().stream().filter(m -> m.norm().isEmpty()))
                .allSatisfy(m -> assertThat(m.reason()).contains("give the base"));
        assertThat(weights.relative()).isEmpty();
    }

    @Test
    void totals_and_blocks_are_root_sums_of_squares() throws IOException {
        LoraWeights weights = LoraChecks.of(
                        resource("changes.safetensors"), 1, Optional.of(resource("changes_base.safetensors")))
                .weights();
        double change = 0;
        double base = 0;
        for (String line : golden()) {
            String[] parts = line.split(" ", -1);
            change += Math.pow(Double.parseDouble(parts[1]), 2);
            base += Math.pow(Double.parseDouble(parts[3]), 2);
        }
        assertThat(weights.norm()).isCloseTo(Math.sqrt(change), within(1e-8));
        assertThat(weights.relative().orElseThrow()).isCloseTo(Math.sqrt(change / base), within(1e-8));
        assertThat(weights.blocks().stream()
                        .mapToDouble(b -> b.norm() * b.norm())
                        .sum())
                .isCloseTo(change, within(1e-6));
    }

    @Test
    void a_split_layer_is_measured_against_its_own_rows() {
        Random random = new Random(4);
        Map<String, Values> base = new LinkedHashMap<>();
        base.put("img_in.weight", Values.random(random, 4L, 2L));
        base.put("double_blocks.0.img_attn.norm.key_norm.scale", Values.random(random, 4L));
        base.put("double_blocks.0.img_attn.qkv.weight", Values.random(random, 12L, 4L));
        Map<String, Values> lora = new LinkedHashMap<>();
        lora.put("transformer.transformer_blocks.0.attn.to_k.lora_A.weight", Values.random(random, 2L, 4L));
        lora.put("transformer.transformer_blocks.0.attn.to_k.lora_B.weight", Values.random(random, 4L, 2L));
        LoraCheck check = LoraChecks.of(
                LoraFiles.write(folder.resolve("l.safetensors"), lora),
                1,
                Optional.of(LoraFiles.write(folder.resolve("b.safetensors"), base)));
        double rows = 0;
        for (int i = 16; i < 32; i++) {
            rows += Math.pow(base.get("double_blocks.0.img_attn.qkv.weight").values[i], 2);
        }
        assertThat(check.weights().modules().get(0).baseNorm().orElseThrow()).isCloseTo(Math.sqrt(rows), within(1e-12));
        assertThat(check.works()).isTrue();
    }

    @Test
    void values_that_are_no_numbers_are_counted_by_tensor_and_nothing_is_computed_from_them() {
        Map<String, Values> lora = pair("lora_unet_conv_in", 4, 2, 3, new Random(1));
        lora.putAll(pair("lora_unet_conv_out", 4, 2, 3, new Random(2)));
        double[] up = lora.get("lora_unet_conv_in.lora_up.weight").values;
        up[1] = Double.NaN;
        up[2] = Double.POSITIVE_INFINITY;
        up[3] = Double.NEGATIVE_INFINITY;
        LoraCheck check = check(lora);
        assertThat(check.weights().notFinite())
                .containsExactly(new NotFinite("lora_unet_conv_in.lora_up.weight", 1, 2));
        assertThat(check.weights().norm()).isFinite().isPositive();
        assertThat(check.works()).isFalse();
        assertThat(check.problems().get(0).text())
                .contains("in 1 tensors")
                .contains("lora_unet_conv_in.lora_up.weight (1 NaN, 2 infinite)");
    }

    @Test
    void a_lora_that_was_never_trained_changes_nothing() {
        Map<String, Values> lora = pair("lora_unet_conv_in", 4, 2, 3, new Random(1));
        lora.put("lora_unet_conv_in.lora_up.weight", new Values(new double[8], 4L, 2L));
        LoraCheck check = check(lora);
        assertThat(check.weights().doesNothing()).isTrue();
        assertThat(check.weights().norm()).isZero();
        assertThat(check.works()).isFalse();
        assertThat(check.weights().fingerprint().isEmpty()).isTrue();
        lora.putAll(pair("lora_unet_conv_out", 4, 2, 3, new Random(2)));
        LoraCheck half = check(lora);
        assertThat(half.weights().zero()).containsExactly("lora_unet_conv_in");
        assertThat(half.works()).isTrue();
    }

    @Test
    void zeros_in_all_of_the_diffusion_models_part_are_an_error_whatever_its_text_encoder_does() {
        Map<String, Values> lora = pair("lora_unet_conv_in", 4, 2, 3, new Random(1));
        lora.put("lora_unet_conv_in.lora_up.weight", new Values(new double[8], 4L, 2L));
        lora.putAll(pair("lora_te1_text_model_encoder_layers_0_mlp_fc1", 4, 2, 3, new Random(2)));
        LoraCheck check = check(lora);
        assertThat(check.weights().doesNothing()).isFalse();
        assertThat(check.works()).isFalse();
        assertThat(check.problems().get(0).text()).contains("changes nothing in the diffusion model");
        lora.putAll(pair("lora_unet_conv_out", 4, 2, 3, new Random(3)));
        assertThat(check(lora).works()).isTrue();
    }

    @Test
    void strength_zero_changes_nothing_and_a_checkpoint_is_no_lora() {
        Path file = LoraFiles.write(folder.resolve("a.safetensors"), pair("lora_unet_conv_in", 4, 2, 3, new Random(1)));
        assertThat(LoraChecks.of(file, 0, Optional.empty()).works()).isFalse();
        Path checkpoint = LoraFiles.write(
                folder.resolve("b.safetensors"), Map.of("conv_in.weight", Values.random(new Random(1), 4L, 3L)));
        assertThat(LoraChecks.of(checkpoint, 1, Optional.empty())
                        .problems()
                        .get(0)
                        .text())
                .contains("is no LoRA");
    }

    @Test
    void a_lora_for_another_base_does_not_belong_to_this_one() {
        Path lora = LoraFiles.write(folder.resolve("a.safetensors"), pair("lora_unet_layer_x", 4, 2, 3, new Random(1)));
        LoraFit nothing = onBase(lora, Map.of("other.weight", List.of(4L, 3L)));
        assertThat(nothing.belongs()).isFalse();
        assertThat(nothing.words()).contains("0 of 1 modules match");
        LoraFit shape = onBase(lora, Map.of("layer.x.weight", List.of(4L, 5L)));
        assertThat(shape.belongs()).isFalse();
        assertThat(shape.misfits())
                .singleElement()
                .satisfies(m -> assertThat(m.problem()).contains("[4, 3]").contains("[4, 5]"));
        assertThat(onBase(lora, Map.of("layer.x.weight", List.of(4L, 3L))).belongs())
                .isTrue();
    }

    @Test
    void alpha_comes_from_the_configuration_of_peft_where_no_tensor_states_it() {
        PeftConfig config = PeftConfig.of(
                Path.of("x"),
                Map.of(
                        "lora_adapter_metadata",
                        "{\"unet.lora_alpha\": 8, \"unet.alpha_pattern\": {\"conv_out\": 4}, \"lora_alpha\": 2}"));
        assertThat(config.scale(LoraPart.DENOISER, "conv_in", 1)).hasValue(8);
        assertThat(config.scale(LoraPart.DENOISER, "a.conv_out", 1)).hasValue(4);
        assertThat(config.scale(LoraPart.TEXT_ENCODER_1, "x", 1)).hasValue(2);
        assertThat(config.scale(LoraPart.DENOISER, "conv_in", 16)).hasValue(0.5);
        assertThatThrownBy(() -> PeftConfig.of(Path.of("x"), Map.of("lora_adapter_metadata", "{")))
                .isInstanceOf(ModelFileException.class);
    }

    @Test
    void of_alphas_by_name_the_first_counts_and_a_regular_expression_before_it_is_refused() {
        PeftConfig config = PeftConfig.of(
                Path.of("x"),
                Map.of(
                        "lora_adapter_metadata",
                        "{\"alpha_pattern\": {\"b.c\": 1, \"c\": 2, \"a.b.c\": 3, \"d.*\": 4, \"e\": 5}}"));
        assertThat(config.scale(LoraPart.DENOISER, "a.b.c", 1)).hasValue(1);
        assertThat(config.scale(LoraPart.DENOISER, "x.c", 1)).hasValue(2);
        assertThat(config.scale(LoraPart.DENOISER, "c", 1)).hasValue(2);
        for (String behind : List.of("e", "other", "bc")) {
            assertThatThrownBy(() -> config.scale(LoraPart.DENOISER, behind, 1))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("alpha_pattern d.* is a regular expression");
        }
    }

    @Test
    void as_many_alphas_by_name_as_modules_take_no_square_of_the_time() {
        String pattern = IntStream.range(0, 100_000)
                .mapToObj(i -> "\"blocks." + i + "\": 2")
                .collect(Collectors.joining(", ", "{\"alpha_pattern\": {", "}}"));
        PeftConfig config = PeftConfig.of(Path.of("x"), Map.of("lora_adapter_metadata", pattern));
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> IntStream.range(0, 100_000)
                        .forEach(i -> assertThat(config.scale(LoraPart.DENOISER, "x.blocks." + i, 1))
                                .hasValue(2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"F64", "F32", "BF16"})
    void types_are_read_as_what_they_are(String type) {
        Map<String, Values> lora = pair("lora_unet_conv_in", 40, 4, 30, new Random(1));
        double exact = check(lora).weights().norm();
        Path file = LoraFiles.write(folder.resolve(type + ".safetensors"), lora, type);
        double tolerance = Map.of("F64", 1e-15, "F32", 1e-7, "BF16", 3e-3).get(type);
        assertThat(LoraChecks.of(file, 1, Optional.empty()).weights().norm())
                .isCloseTo(exact, within(tolerance * exact));
    }

    @Test
    void damaged_modules_are_told_and_do_not_stop_the_rest() {
        Map<String, Values> lora = pair("lora_unet_a", 4, 2, 3, new Random(1));
        lora.put("lora_unet_b.lora_up.weight", Values.random(new Random(1), 4L, 2L));
        lora.put("lora_unet_c.lora_up.weight", Values.random(new Random(1), 4L, 2L));
        lora.put("lora_unet_c.lora_down.weight", Values.random(new Random(1), 3L, 2L));
        lora.put("lora_unet_d.lora_up.weight", new Values(new double[0], 4L, 0L));
        lora.put("lora_unet_d.lora_down.weight", new Values(new double[0], 0L, 4L));
        lora.put("lora_unet_e.lora_up.weight", Values.random(new Random(1), 100_000L, 1L));
        lora.put("lora_unet_e.lora_down.weight", Values.random(new Random(1), 1L, 100_000L));
        LoraCheck check = check(lora);
        assertThat(check.works()).as("half a pair").isFalse();
        assertThat(check.weights().modules())
                .extracting(m -> m.norm().isPresent())
                .containsExactly(true, false, false, false, false);
        assertThat(check.weights().modules())
                .extracting(LoraWeights.Module::reason)
                .anyMatch(r -> r.contains("lacks lora_down"))
                .anyMatch(r -> r.contains("do not fit each other"))
                .anyMatch(r -> r.contains("larger than any layer"));
    }

    /** What a file that is not to be trusted may hold for a layer that the base has. */
    static List<Hostile> hostile() {
        Map<String, Values> small = pair("lora_unet_x", 4, 1, 3, new Random(1));
        Values layer = Values.random(new Random(2), 4L, 3L);
        return List.of(
                new Hostile(layer, small, ".set_weight", shaped(100L, 100L), ".reshape_weight", shaped(2L)),
                new Hostile(layer, small, ".set_weight", shaped(1L), ".reshape_weight", shaped(2L)),
                new Hostile(
                        layer,
                        Map.of("lora_unet_x.diff", Values.random(new Random(2), 4L, 3L)),
                        ".dora_scale",
                        shaped(0L),
                        ".reshape_weight",
                        shaped(2L)),
                new Hostile(layer, Map.of(), ".weight", shaped(4L), ".on_input", shaped(0L)),
                new Hostile(shaped(4L), Map.of(), ".weight", shaped(4L), ".on_input", shaped(1L)),
                new Hostile(shaped(1L, 3L), Map.of(), ".ia3_l", shaped(), ".alpha", shaped()),
                new Hostile(shaped(0L, 3L), Map.of(), ".ia3_l", shaped(0L), ".alpha", shaped()),
                new Hostile(shaped(4L, 0L), Map.of(), ".ia3_l", shaped(0L), ".alpha", shaped()),
                new Hostile(
                        shaped(0L, 9_000_000_000L, 9_000_000_000L),
                        Map.of(),
                        ".diff",
                        shaped(0L, 9_000_000_000L, 9_000_000_000L),
                        ".dora_scale",
                        shaped(0L)),
                new Hostile(layer, Map.of(), ".diff", shaped(9_000_000_000L, 0L), ".alpha", shaped()),
                new Hostile(shaped(0L, 3L), Map.of(), ".oft_blocks", shaped(1L, 4L, 0L, 0L), ".alpha", shaped()),
                new Hostile(layer, Map.of(), ".oft_blocks", shaped(2L, 1L, 4L, 1L, 1L), ".alpha", shaped()));
    }

    private record Hostile(
            Values layer, Map<String, Values> pair, String first, Values one, String second, Values other) {}

    private static Values shaped(Long... shape) {
        return Values.random(new Random(3), shape);
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void shapes_that_no_trainer_writes_have_no_norm_and_stop_nothing(Hostile hostile) {
        Map<String, Values> lora = new LinkedHashMap<>(hostile.pair);
        lora.put("lora_unet_x" + hostile.first, hostile.one);
        lora.put("lora_unet_x" + hostile.second, hostile.other);
        lora.putAll(pair("lora_unet_y", 4, 2, 3, new Random(4)));
        Path file = LoraFiles.write(folder.resolve("hostile.safetensors"), lora);
        Path base = LoraFiles.write(
                folder.resolve("base.safetensors"),
                Map.of("x.weight", hostile.layer, "y.weight", Values.random(new Random(5), 4L, 3L)));
        LoraCheck check = LoraChecks.of(file, 1, Optional.of(base));
        assertThat(check.weights().modules())
                .extracting(LoraWeights.Module::name)
                .containsExactly("lora_unet_x", "lora_unet_y");
        assertThat(check.weights().modules().get(0).norm().orElse(0)).isZero();
        assertThat(check.weights().modules().get(1).norm()).isPresent();
        assertThat(LoraChecks.of(file, 1, Optional.empty()).weights().modules()).hasSize(2);
    }

    /** Tensors of every role, in shapes of every sort, on layers of every sort. */
    @Test
    void no_shapes_stop_the_check_of_a_file() throws IOException {
        List<String> suffixes = List.of(
                ".lora_up.weight",
                ".lora_down.weight",
                ".lora_mid.weight",
                ".lora_B.bias",
                ".hada_w1_a",
                ".hada_w1_b",
                ".hada_w2_a",
                ".hada_w2_b",
                ".hada_t1",
                ".hada_t2",
                ".lokr_w1",
                ".lokr_w1_a",
                ".lokr_w1_b",
                ".lokr_w2",
                ".lokr_w2_a",
                ".lokr_w2_b",
                ".lokr_t2",
                ".a1.weight",
                ".a2.weight",
                ".b1.weight",
                ".b2.weight",
                ".oft_blocks",
                ".oft_R.weight",
                ".rescale",
                ".boft_R",
                ".ia3_l",
                ".weight",
                ".on_input",
                ".diff",
                ".diff_b",
                ".w_norm",
                ".b_norm",
                ".set_weight",
                ".reshape_weight",
                ".dora_scale",
                ".lora_magnitude_vector",
                ".alpha");
        List<List<Long>> shapes = List.of(
                List.of(),
                List.of(0L),
                List.of(1L),
                List.of(2L),
                List.of(4L),
                List.of(2L, 2L),
                List.of(4L, 2L),
                List.of(2L, 4L),
                List.of(4L, 4L),
                List.of(1L, 4L),
                List.of(4L, 1L),
                List.of(0L, 4L),
                List.of(4L, 0L),
                List.of(2L, 2L, 2L),
                List.of(1L, 2L, 2L, 2L),
                List.of(2L, 2L, 2L, 2L),
                List.of(4L, 2L, 3L, 3L),
                List.of(4L, 1L, 1L),
                List.of(2L, 1L, 4L, 1L, 1L),
                List.of(1L, 4L, 0L, 0L),
                List.of(9_000_000_000L, 0L));
        Random random = new Random(6);
        int numbers = 0;
        for (int i = 0; i < 1000; i++) {
            Map<String, Values> lora = new LinkedHashMap<>();
            Map<String, Values> base = new LinkedHashMap<>();
            for (int m = 0; m < 4; m++) {
                String module = "lora_unet_" + (m == 0 ? "img_in" : "x" + m);
                int first = random.nextInt(suffixes.size());
                for (int k = random.nextInt(6); k >= 0; k--) { // neighbours go together
                    String suffix = suffixes.get(
                            random.nextInt(3) > 0
                                    ? Math.min(first + k, suffixes.size() - 1)
                                    : random.nextInt(suffixes.size()));
                    lora.put(module + suffix, Values.random(random, shape(shapes, random)));
                }
                base.put(
                        module.substring("lora_unet_".length()) + ".weight",
                        Values.random(random, shape(shapes, random)));
            }
            Path file = LoraFiles.write(folder.resolve("l.safetensors"), lora, "F32");
            Path model = LoraFiles.write(folder.resolve("b.safetensors"), base, "F32");
            LoraCheck check = LoraChecks.of(file, 1, Optional.of(model));
            numbers += check.weights().modules().stream().anyMatch(w -> w.norm().isPresent()) ? 1 : 0;
        }
        assertThat(numbers).isGreaterThan(150);
    }

    private static Long[] shape(List<List<Long>> shapes, Random random) {
        return shapes.get(random.nextInt(shapes.size())).toArray(new Long[0]);
    }

    @Test
    void a_base_of_a_type_that_is_not_read_leaves_the_relative_norm_out() {
        Path lora = LoraFiles.write(folder.resolve("l.safetensors"), pair("lora_unet_layer", 4, 2, 3, new Random(1)));
        Map<String, Values> layer = Map.of("layer.weight", Values.random(new Random(1), 4L, 3L));
        Path base = LoraFiles.write(folder.resolve("b.safetensors"), layer, "F8_E8M0");
        LoraCheck check = LoraChecks.of(lora, 1, Optional.of(base));
        assertThat(check.works()).isTrue();
        assertThat(check.weights().norm()).isPositive();
        assertThat(check.weights().relative()).isEmpty();
    }

    private static LoraFit onBase(Path lora, Map<String, List<Long>> base) {
        return LoraCheck.of(LoraFile.read(lora), 1, Optional.of(BaseModules.of(base)), true)
                .fit()
                .orElseThrow();
    }

    private LoraCheck check(Map<String, Values> lora) {
        return LoraChecks.of(LoraFiles.write(folder.resolve("lora.safetensors"), lora), 1, Optional.empty());
    }

    static Map<String, Values> pair(String module, long out, long rank, long in, Random random) {
        Map<String, Values> tensors = new LinkedHashMap<>();
        tensors.put(module + ".lora_up.weight", Values.random(random, out, rank));
        tensors.put(module + ".lora_down.weight", Values.random(random, rank, in));
        return tensors;
    }
}
