package dev.assay.harness.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.inspect.GoldenKeys;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedModelTest {
    @ParameterizedTest
    @CsvSource({"sd15, sd15", "sdxl, sdxl", "flux1, flux_dev", "qwen-image, qwen"})
    void layers_and_shapes_are_those_of_the_published_files(String model, String keys) {
        Map<String, List<Long>> published = new LinkedHashMap<>();
        for (Entry entry : GoldenKeys.of(keys, "BF16")) {
            published.put(entry.name(), entry.shape());
        }
        assertThat(PublishedModel.shapes(model)).containsExactlyInAnyOrderEntriesOf(published);
    }

    @ParameterizedTest
    @CsvSource({
        "flux2-klein-4b, double_blocks.4.img_mlp.0.weight, 18432, 3072",
        "flux2-klein-9b, single_blocks.23.linear1.weight, 36864, 4096",
        "flux2-dev, single_blocks.47.linear1.weight, 55296, 6144",
        "chroma, distilled_guidance_layer.layers.4.in_layer.weight, 5120, 5120",
        "hunyuan-video, double_blocks.19.img_attn_qkv.weight, 9216, 3072",
    })
    void the_authors_own_layout_is_known_too(String model, String layer, long out, long in) {
        assertThat(PublishedModel.shapes(model + ".authors")).containsEntry(layer, List.of(out, in));
    }
}
