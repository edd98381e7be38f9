package dev.assay.harness.model.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.model.DType;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.SafetensorsWriter;
import dev.assay.harness.model.SafetensorsWriter.Entry;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraChecks;
import dev.assay.harness.model.lora.LoraFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraConverterTest {
    @TempDir
    Path folder;

    private Path write(String name, Map<String, List<Long>> shapes, Map<String, String> metadata) {
        Random random = new Random(7);
        List<Entry> entries = new ArrayList<>();
        shapes.forEach((key, shape) -> {
            if (key.endsWith(".alpha")) {
                entries.add(Entry.scalar(key, 0.5));
                return;
            }
            byte[] bytes = new byte[Math.toIntExact(2 * shape.stream().reduce(1L, (a, b) -> a * b))];
            random.nextBytes(bytes);
            for (int i = 1; i < bytes.length; i += 2) {
                bytes[i] &= 0x3b; // finite halves
            }
            entries.add(new Entry(key, DType.F16, shape, bytes.length, () -> ByteBuffer.wrap(bytes)));
        });
        Path file = folder.resolve(name);
        SafetensorsWriter.write(file, entries, metadata);
        return file;
    }

    private static LoraConverter.Done convert(Path lora, String base, Path out) {
        return LoraConverter.toComfyUi(
                LoraFile.read(lora), GoldenLoader.shapes(base), GoldenLoader.FAMILIES.get(base), out);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        F01a-flux-peft-base_model             | base_model.model.transformer_blocks.0.attn.to_q.lora_A.weight | transformer.transformer_blocks.0.attn.to_q.lora_down.weight
        F01c-sdxl-diffusers-peft              | unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.lora_B.weight | lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q.lora_up.weight
        F01e-zimage-musubi                    | lora_unet_layers_0_attention_to_q.lora_up.weight | diffusion_model.layers.0.attention.to_q.lora_up.weight
        F01f-qwen-peft-base_model             | base_model.model.transformer_blocks.0.attn.to_q.lora_A.weight | diffusion_model.transformer_blocks.0.attn.to_q.lora_down.weight
        F01h-flux-kohya-prefix-diffusers-body | lora_unet_transformer_blocks_0_attn_to_q.lora_up.weight | transformer.transformer_blocks.0.attn.to_q.lora_up.weight
        xlabs double blocks                   | double_blocks.3.processor.qkv_lora2.down.weight | diffusion_model.double_blocks.3.txt_attn.qkv.lora_down.weight
        """)
    void new_names_make_comfyui_load_all_and_numbers_stay(String name, String key, String expected) {
        Map<String, List<Long>> shapes =
                GoldenLoader.shapes(LoaderCheckTest.file(name).get("shapes"));
        String base = LoaderCheckTest.file(name).get("base").asText();
        Path lora = write("lora.safetensors", shapes, Map.of("ss_output_name", "mine"));
        Path out = folder.resolve("out.safetensors");

        LoraConverter.Done done = convert(lora, base, out);

        assertThat(done.written()).isTrue();
        try (SafetensorsFile before = SafetensorsFile.open(lora);
                SafetensorsFile after = SafetensorsFile.open(out)) {
            assertThat(after.tensors()).hasSameSizeAs(before.tensors()).containsKey(expected);
            assertThat(after.bytes(expected)).isEqualTo(before.bytes(key));
            assertThat(after.tensors().get(expected).shape())
                    .isEqualTo(before.tensors().get(key).shape());
            assertThat(after.metadata())
                    .containsEntry("ss_output_name", "mine")
                    .containsEntry("assay.converted", "names for ComfyUI, from lora.safetensors");
            assertThat(ComfyUiKeys.of(LoraFile.read(out).shapes()).taken(ComfyUiKeysTest.targets(base)))
                    .isEqualTo(after.tensors().keySet());
        }
    }

    @Test
    void kohyas_rotations_keep_their_bound() {
        Map<String, List<Long>> shapes =
                GoldenLoader.shapes(LoaderCheckTest.file("F02c-sdxl-kohya-oft").get("shapes"));
        Path out = folder.resolve("out.safetensors");
        convert(write("lora.safetensors", shapes, Map.of()), "sdxl", out);
        try (SafetensorsFile after = SafetensorsFile.open(out)) {
            String module = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q";
            assertThat(after.tensors()).containsOnlyKeys(module + ".oft_blocks", module + ".alpha");
            assertThat(after.bytes(module + ".alpha").getFloat()).isEqualTo(0.5f * 640);
        }
    }

    @Test
    void an_alpha_of_the_metadata_becomes_tensors() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("transformer.transformer_blocks.0.attn.to_q.lora_A.weight", List.of(4L, 3072L));
        shapes.put("transformer.transformer_blocks.0.attn.to_q.lora_B.weight", List.of(3072L, 4L));
        Path lora = write(
                "lora.safetensors",
                shapes,
                Map.of("lora_adapter_metadata", "{\"transformer.lora_alpha\": 32, \"transformer.r\": 4}"));
        Path out = folder.resolve("out.safetensors");
        LoraConverter.Done done = convert(lora, "flux1-dev", out);
        assertThat(done).isEqualTo(new LoraConverter.Done(0, 1, true));
        try (SafetensorsFile after = SafetensorsFile.open(out)) {
            assertThat(after.bytes("transformer.transformer_blocks.0.attn.to_q.alpha")
                            .getFloat())
                    .isEqualTo(32f);
        }
        double theirs = LoraChecks.of(lora, 1, Optional.empty()).weights().norm();
        assertThat(LoraCheck.of(LoraFile.read(out), 1, Optional.empty(), false)
                        .weights()
                        .norm())
                .isEqualTo(theirs);
        assertThat(LoraCheck.of(LoraFile.read(lora), 1, Optional.empty(), false)
                        .weights()
                        .norm())
                .isCloseTo(theirs / 8, within(1e-9 * theirs));
    }

    @Test
    void what_new_names_do_not_help_is_refused_and_nothing_is_written() throws IOException {
        Map<String, List<Long>> shapes =
                GoldenLoader.shapes(LoaderCheckTest.file("F02a-flux-dora").get("shapes"));
        Path lora = write("lora.safetensors", shapes, Map.of());
        Path out = folder.resolve("out.safetensors");
        assertThatThrownBy(() -> convert(lora, "flux1-dev", out))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("without its DoRA magnitudes");
        assertOnly(lora);
    }

    @Test
    void nothing_is_overwritten_and_no_half_file_stays() throws IOException {
        Map<String, List<Long>> shapes =
                GoldenLoader.shapes(LoaderCheckTest.file("F01f-qwen-peft").get("shapes"));
        Path lora = write("lora.safetensors", shapes, Map.of());
        byte[] before = Files.readAllBytes(lora);
        assertThatThrownBy(() -> convert(lora, "qwen-image", lora)).hasMessageContaining("nothing is overwritten");
        assertThat(Files.readAllBytes(lora)).isEqualTo(before);
        assertOnly(lora);
    }

    @Test
    void what_comfyui_loads_as_it_is_is_not_written_again() throws IOException {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        LoaderCheckTest.pair(lora, "diffusion_model.double_blocks.0.img_attn.proj", 3072, 3072);
        Path file = write("lora.safetensors", lora, Map.of());
        assertThat(convert(file, "flux1-dev", folder.resolve("out.safetensors")).written())
                .isFalse();
        assertOnly(file);
    }

    private void assertOnly(Path file) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
