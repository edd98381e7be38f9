package dev.assay.harness.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.model.lora.LoraFiles.Values;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoraFingerprintTest {
    private static final List<String> PATHS = List.of(
            "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q",
            "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0",
            "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k",
            "mid_block.attentions.0.proj_in");
    private static final List<String> ORIGINAL = List.of(
            "input_blocks_1_1_transformer_blocks_0_attn1_to_q",
            "input_blocks_1_1_transformer_blocks_0_attn1_to_out_0",
            "input_blocks_1_1_transformer_blocks_0_attn2_to_k",
            "middle_block_1_proj_in");

    @TempDir
    Path folder;

    /** Modules of rank 4 on layers of two widths. */
    private static List<Map.Entry<Values, Values>> factors(long seed) {
        Random random = new Random(seed);
        List<Map.Entry<Values, Values>> all = new ArrayList<>();
        for (int i = 0; i < PATHS.size(); i++) {
            long in = i == 2 ? 48 : 32;
            all.add(Map.entry(Values.random(random, 32L, 4L), Values.random(random, 4L, in)));
        }
        return all;
    }

    private Path plain(long seed) {
        Map<String, Values> tensors = new LinkedHashMap<>();
        List<Map.Entry<Values, Values>> factors = factors(seed);
        for (int i = 0; i < factors.size(); i++) {
            tensors.put(
                    "unet." + PATHS.get(i) + ".lora_B.weight", factors.get(i).getKey());
            tensors.put(
                    "unet." + PATHS.get(i) + ".lora_A.weight", factors.get(i).getValue());
        }
        return LoraFiles.write(folder.resolve("plain" + seed + ".safetensors"), tensors);
    }

    /** Other names and prefixes, the other key order, alpha in place of half of the factors' size, another strength. */
    private Path disguised(long seed, double scale, String type) {
        Map<String, Values> tensors = new LinkedHashMap<>();
        List<Map.Entry<Values, Values>> factors = factors(seed);
        for (int i = factors.size() - 1; i >= 0; i--) {
            String module = "lora_unet_" + ORIGINAL.get(i);
            tensors.put(module + ".alpha", Values.scalar(8)); // 8 / rank 4: twice
            tensors.put(module + ".lora_down.weight", factors.get(i).getValue().times(0.25));
            tensors.put(module + ".lora_up.weight", factors.get(i).getKey().times(2 * scale));
        }
        return LoraFiles.write(folder.resolve("disguised.safetensors"), tensors, type);
    }

    private static LoraFingerprint fingerprint(Path file) {
        return LoraChecks.of(file, 0.7, Optional.empty()).weights().fingerprint();
    }

    @Test
    void a_renamed_rescaled_and_rounded_copy_is_recognised() {
        LoraFingerprint original = fingerprint(plain(1));
        assertThat(original.cosine(fingerprint(disguised(1, 1, "F64")))).isCloseTo(1, within(1e-12));
        assertThat(original.cosine(fingerprint(disguised(1, 3.7, "F32")))).isCloseTo(1, within(1e-9));
        assertThat(original.cosine(fingerprint(disguised(1, 0.1, "BF16")))).isCloseTo(1, within(1e-4));
        assertThat(original.cosine(fingerprint(disguised(1, -2, "F64")))).isCloseTo(-1, within(1e-12));
        assertThat(original.isCopyOf(fingerprint(disguised(1, -2, "BF16")))).isTrue();
    }

    @Test
    void unrelated_loras_are_far_from_each_other() {
        List<LoraFingerprint> all = new ArrayList<>();
        for (int seed = 0; seed < 60; seed++) {
            all.add(fingerprint(plain(seed)));
        }
        double sum = 0;
        double largest = 0;
        int pairs = 0;
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                double cosine = all.get(i).cosine(all.get(j));
                sum += cosine * cosine;
                largest = Math.max(largest, Math.abs(cosine));
                pairs++;
            }
        }
        assertThat(pairs).isEqualTo(1770);
        assertThat(Math.sqrt(sum / pairs)).as("spread").isBetween(0.08, 0.2);
        assertThat(largest).isLessThan(0.75);
    }

    @Test
    void fused_and_split_attention_have_one_fingerprint() {
        Random random = new Random(5);
        Values down = Values.random(random, 2L, 16L);
        Values up = Values.random(random, 48L, 2L);
        Map<String, Values> fused = new LinkedHashMap<>();
        fused.put("lora_unet_double_blocks_0_img_attn_qkv.lora_up.weight", up);
        fused.put("lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight", down);
        Map<String, Values> split = new LinkedHashMap<>();
        for (int part = 0; part < 3; part++) {
            String module = "transformer.transformer_blocks.0.attn."
                    + List.of("to_q", "to_k", "to_v").get(part);
            double[] rows = java.util.Arrays.copyOfRange(up.values, part * 32, part * 32 + 32);
            split.put(module + ".lora_B.weight", new Values(rows, 16L, 2L));
            split.put(module + ".lora_A.weight", down);
        }
        LoraFingerprint a = fingerprint(LoraFiles.write(folder.resolve("fused.safetensors"), fused));
        LoraFingerprint b = fingerprint(LoraFiles.write(folder.resolve("split.safetensors"), split));
        assertThat(a.cosine(b)).isCloseTo(1, within(1e-12));
    }

    @Test
    void the_text_form_keeps_the_fingerprint() {
        LoraFingerprint original = fingerprint(plain(1));
        assertThat(original.text()).hasSize(171);
        assertThat(LoraFingerprint.parse(original.text()).cosine(original)).isCloseTo(1, within(1e-7));
    }

    /** One change in the factors of each kind, for products against the matrix itself. */
    static Stream<Change> changes() {
        Random random = new Random(9);
        double[] up = random(random, 6 * 2);
        double[] down = random(random, 2 * 12);
        return Stream.of(
                new LowRank(up, down, 2),
                new LowRank(random(random, 6 * 3), random(random, 3 * 12), 3),
                new Loha(up, down, 2, random(random, 6 * 3), random(random, 3 * 12), 3),
                new Lokr(new Dense(random(random, 2 * 3), 2), new Dense(random(random, 3 * 4), 3)),
                new Dense(random(random, 72), 6));
    }

    private static double[] random(Random random, int count) {
        return random.doubles(count, -1, 1).toArray();
    }

    private static double[] dense(Change change) {
        double[] all = new double[change.rows() * change.columns()];
        for (int i = 0; i < change.rows(); i++) {
            System.arraycopy(change.row(i), 0, all, i * change.columns(), change.columns());
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("changes")
    void products_in_factors_agree_with_the_matrix(Change change) {
        double[] dense = dense(change);
        Dense whole = new Dense(dense, 6);
        assertThat(change.rows()).isEqualTo(6);
        assertThat(change.columns()).isEqualTo(12);
        assertThat(change.squaredNorm()).isCloseTo(Matrices.squaredNorm(dense), within(1e-12));
        if (!Double.isNaN(change.largest())) {
            assertThat(change.largest()).isCloseTo(whole.largest(), within(1e-6));
        }
        Random random = new Random(2);
        double[] left = random(random, 6 * 3);
        double[] right = random(random, 12 * 5);
        double[] between = change.between(left, 3, right, 5);
        for (int k = 0; k < 3; k++) {
            for (int l = 0; l < 5; l++) {
                double sum = 0;
                for (int i = 0; i < 6; i++) {
                    for (int j = 0; j < 12; j++) {
                        sum += left[i * 3 + k] * dense[i * 12 + j] * right[j * 5 + l];
                    }
                }
                assertThat(between[k * 5 + l]).isCloseTo(sum, within(1e-12));
            }
        }
        changes()
                .forEach(other ->
                        assertThat(change.inner(other)).isCloseTo(Matrices.dot(dense, dense(other)), within(1e-12)));
    }

    @Test
    void the_overlap_is_the_cosine_of_the_changes() {
        Map<String, Values> first = new LinkedHashMap<>();
        Map<String, Values> second = new LinkedHashMap<>();
        Random random = new Random(3);
        double inner = 0;
        double a = 0;
        double b = 0;
        for (int n = 0; n < 3; n++) {
            Map<String, Values> one = LoraWeightsTest.pair("lora_unet_layers_" + n, 6, 2, 12, random);
            Map<String, Values> two = LoraWeightsTest.pair("diffusion_model.layers." + n, 6, 3, 12, random);
            double[] x = dense(one, "lora_unet_layers_" + n, 2);
            double[] y = dense(two, "diffusion_model.layers." + n, 3);
            a += Matrices.squaredNorm(x);
            if (n < 2) {
                first.putAll(one);
                second.putAll(two);
                inner += Matrices.dot(x, y);
                b += Matrices.squaredNorm(y);
            } else {
                first.putAll(one);
            }
        }
        Path one = LoraFiles.write(folder.resolve("one.safetensors"), first);
        LoraOverlap overlap = LoraOverlap.cosine(
                LoraFile.read(one), LoraFile.read(LoraFiles.write(folder.resolve("two.safetensors"), second)));
        assertThat(overlap.cosine()).isCloseTo(inner / Math.sqrt(a * b), within(1e-12));
        assertThat(overlap.common()).isEqualTo(2);
        assertThat(overlap.onlyFirst()).isEqualTo(1);
        assertThat(overlap.onlySecond()).isZero();
        assertThat(Math.abs(overlap.cosineOfCommon())).isGreaterThan(Math.abs(overlap.cosine()));
        assertThat(LoraOverlap.cosine(LoraFile.read(one), LoraFile.read(one)).cosine())
                .isCloseTo(1, within(1e-12));
    }

    private static double[] dense(Map<String, Values> pair, String module, int rank) {
        return dense(new LowRank(
                pair.get(module + ".lora_up.weight").values, pair.get(module + ".lora_down.weight").values, rank));
    }

    @Test
    void names_of_both_layouts_are_one_layer_where_the_base_says_so() {
        Map<String, List<Long>> base = new LinkedHashMap<>();
        PATHS.forEach(path -> base.put(path + ".weight", List.of(32L, path.endsWith("to_k") ? 48L : 32L)));
        base.put("down_blocks.0.resnets.0.conv1.weight", List.of(32L, 4L, 3L, 3L));
        LoraFile a = LoraFile.read(plain(1));
        LoraFile b = LoraFile.read(disguised(1, 2, "F64"));
        assertThat(LoraOverlap.cosine(a, b).common()).isZero();
        LoraOverlap overlap = LoraOverlap.cosine(a, b, BaseModules.of(base));
        assertThat(overlap.common()).isEqualTo(4);
        assertThat(overlap.cosine()).isCloseTo(1, within(1e-12));
    }

    @Test
    void the_order_of_keys_does_not_matter() {
        List<String> modules = new ArrayList<>(List.of("lora_unet_a", "lora_unet_b", "lora_unet_c"));
        Map<String, Values> tensors = new LinkedHashMap<>();
        modules.forEach(m -> tensors.putAll(LoraWeightsTest.pair(m, 6, 2, 12, new Random(m.hashCode()))));
        List<String> keys = new ArrayList<>(tensors.keySet());
        Collections.reverse(keys);
        Map<String, Values> reversed = new LinkedHashMap<>();
        keys.forEach(k -> reversed.put(k, tensors.get(k)));
        assertThat(fingerprint(LoraFiles.write(folder.resolve("a.safetensors"), tensors))
                        .text())
                .isEqualTo(fingerprint(LoraFiles.write(folder.resolve("b.safetensors"), reversed))
                        .text());
    }
}
