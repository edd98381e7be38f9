package dev.assay.harness.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.lora.LoraFiles.Values;
import dev.assay.harness.model.lora.LoraOverlaps.Pair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraOverlapsTest {
    @TempDir
    Path folder;

    private Path lora(String name, long seed, double scale, String layer) {
        Random random = new Random(seed);
        Map<String, Values> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            Map<String, Values> pair = LoraWeightsTest.pair(layer + i, 32, 4, 32, random);
            pair.computeIfPresent(layer + i + ".lora_up.weight", (k, v) -> v.times(scale));
            tensors.putAll(pair);
        }
        return LoraFiles.write(folder.resolve(name + ".safetensors"), tensors);
    }

    private static LoraOverlaps overlaps(List<Path> files) {
        return LoraOverlaps.of(files, Optional.empty(), new LoraReader(), (pairs, of) -> {});
    }

    @Test
    void copies_come_first_and_strangers_have_a_cosine_near_zero() {
        Path a = lora("a", 1, 1, "lora_unet_layers_");
        Path b = lora("b", 2, 1, "lora_unet_layers_");
        Path louder = lora("louder", 1, 3, "diffusion_model.layers.");
        Path opposite = lora("opposite", 2, -1, "lora_unet_layers_");
        List<Integer> done = new ArrayList<>();
        LoraOverlaps overlaps = LoraOverlaps.of(
                List.of(a, b, louder, opposite), Optional.empty(), new LoraReader(), (pairs, of) -> done.add(pairs));
        assertThat(overlaps.loras()).isEqualTo(4);
        assertThat(overlaps.allPairs()).isEqualTo(6);
        assertThat(overlaps.compared()).isEqualTo(6);
        assertThat(overlaps.copies()).isEqualTo(2);
        assertThat(done).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(overlaps.pairs().subList(0, 2)).allSatisfy(p -> {
            assertThat(p.copy()).isTrue();
            assertThat(p.first().equals(a) ? p.second() : p.first()).isIn(louder, b);
            assertThat(p.cosine().getAsDouble()).isCloseTo(p.first().equals(a) ? 1 : -1, within(1e-9));
        });
        assertThat(overlaps.pairs().subList(2, 6)).allSatisfy(p -> {
            assertThat(p.copy()).isFalse();
            assertThat(p.related()).isFalse();
            assertThat(p.overlap().orElseThrow().common()).isEqualTo(3);
            assertThat(p.cosine().getAsDouble()).isCloseTo(0, within(0.2));
        });
    }

    @Test
    void each_header_is_read_once_for_all_pairs() {
        List<Path> files = List.of(
                lora("a", 1, 1, "lora_unet_layers_"),
                lora("b", 2, 1, "lora_unet_layers_"),
                lora("c", 3, 1, "lora_unet_layers_"));
        List<Path> read = new ArrayList<>();
        LoraReader headers = new LoraReader(path -> {
            read.add(path);
            return ModelHeader.read(path);
        });
        assertThat(LoraOverlaps.of(files, Optional.empty(), headers, (pairs, of) -> {})
                        .compared())
                .isEqualTo(3);
        assertThat(read).isEqualTo(files);
    }

    @Test
    void layers_of_other_names_have_no_cosine_rather_than_zero() {
        Path a = lora("a", 1, 1, "lora_unet_layers_");
        Path copy = lora("copy", 1, 2, "lora_unet_blocks_");
        Pair pair = overlaps(List.of(a, copy)).pairs().get(0);
        assertThat(pair.copy()).isTrue();
        assertThat(pair.overlap().orElseThrow().common()).isZero();
        assertThat(pair.cosine()).isEmpty();
    }

    @Test
    void a_base_that_knows_both_names_makes_no_common_layer_a_zero() {
        Path a = lora("a", 1, 1, "lora_unet_layers_");
        Path other = lora("other", 1, 2, "lora_unet_blocks_");
        Map<String, List<Long>> base = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            base.put("layers." + i + ".weight", List.of(32L, 32L));
            base.put("blocks." + i + ".weight", List.of(32L, 32L));
        }
        Pair pair = LoraOverlaps.of(
                        List.of(a, other), Optional.of(BaseModules.of(base)), new LoraReader(), (pairs, of) -> {})
                .pairs()
                .get(0);
        assertThat(pair.cosine().getAsDouble()).isZero();
    }

    @Test
    void files_whose_numbers_say_nothing_are_left_out_with_the_reason() {
        Path a = lora("a", 1, 1, "lora_unet_layers_");
        Path nan = lora("nan", 2, Double.NaN, "lora_unet_layers_");
        Path zero = lora("zero", 2, 0, "lora_unet_layers_");
        Path missing = folder.resolve("missing.safetensors");
        LoraOverlaps overlaps = overlaps(List.of(a, nan, zero, missing));
        assertThat(overlaps.loras()).isEqualTo(1);
        assertThat(overlaps.pairs()).isEmpty();
        assertThat(overlaps.left()).containsOnlyKeys(nan, zero, missing);
        assertThat(overlaps.left().get(nan)).startsWith("has NaN or infinite values in 3 tensors");
        assertThat(overlaps.left().get(zero)).startsWith("changes nothing");
        assertThat(overlaps.left().get(missing)).doesNotContain(folder.toString());
    }

    @Test
    void of_many_files_only_those_of_a_common_origin_are_compared_in_full() {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i <= LoraOverlaps.MAX_LORAS; i++) {
            files.add(lora("n" + i, i, 1, "lora_unet_layers_"));
        }
        Path copy = lora("copy", 7, 0.5, "lora_unet_layers_");
        files.add(copy);
        LoraOverlaps overlaps = overlaps(files);
        assertThat(overlaps.loras()).isEqualTo(files.size());
        assertThat(overlaps.allPairs()).isGreaterThan(LoraOverlaps.MAX_COMPARED);
        assertThat(overlaps.pairs()).singleElement().satisfies(p -> {
            assertThat(p.first()).isEqualTo(files.get(7));
            assertThat(p.second()).isEqualTo(copy);
            assertThat(p.cosine().getAsDouble()).isCloseTo(1, within(1e-9));
        });
        assertThat(overlaps.compared()).isEqualTo(1);
    }
}
