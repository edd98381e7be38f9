package dev.assay.harness.nn.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.nn.text.SiglipTokenizer;
import dev.assay.harness.nn.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against transformers; golden files of {@code golden_siglip.py}. */
@SuppressWarnings("try") // scopes work by being open
class TorchSiglipTest {
    @TempDir
    Path folder;

    private static JsonNode prompts(String name) throws IOException {
        return new ObjectMapper()
                .readTree(Path.of("src/test/resources/golden/" + name + "_tokens.json")
                        .toFile())
                .path("prompts");
    }

    private static float[] floats(Tensor t) {
        Tensor flat = t.contiguous().flatten();
        float[] values = new float[(int) flat.numel()];
        flat.data_ptr_float().get(values);
        return values;
    }

    private Path copy(String name) throws IOException {
        for (String file : new String[] {
            "config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"
        }) {
            Files.copy(Golden.path(name).resolve(file), folder.resolve(file));
        }
        return folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {"siglip_text", "siglip2_text"})
    void token_ids_are_those_of_transformers(String name) throws IOException {
        JsonNode golden = prompts(name);
        assertThat(golden).hasSize(7);
        try (SiglipTokenizer tokenizer = SiglipTokenizer.open(Golden.path(name), 16)) {
            for (JsonNode prompt : golden) {
                String text = prompt.path("text").asText();
                assertThat(tokenizer.encode(text))
                        .as(text)
                        .isEqualTo(new ObjectMapper().convertValue(prompt.path("ids"), long[].class));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"siglip_text", "siglip2_text"})
    void pictures_texts_and_logits_are_those_of_transformers(String name) throws IOException {
        try (PointerScope scope = new PointerScope();
                TorchSiglip siglip = TorchSiglip.open(Golden.path(name), "cpu", VectorFolder.NONE)) {
            StateDict golden = Golden.tensors(name + "_golden");
            Tensor image = torch.tensor(siglip.project(floats(golden.get("pixels"))));
            Tensor unit = image.div(image.norm());
            Golden.assertClose("picture", unit, golden.get("image").select(0, 0), 1e-5);
            JsonNode prompts = prompts(name);
            float[] logits = floats(golden.get("logits"));
            for (int i = 0; i < prompts.size(); i++) {
                float[] text = siglip.embed(prompts.get(i).path("text").asText());
                Golden.assertClose(
                        "text " + i, torch.tensor(text), golden.get("text").select(0, i), 1e-5);
                double cosine = unit.dot(torch.tensor(text)).item_float();
                assertThat(siglip.logit(cosine)).isCloseTo(logits[i], within(2e-4)); // the cosine's last bits x 110
            }
        }
    }

    @Test
    void a_naflex_variant_is_refused_by_name() throws IOException {
        Path config = copy("siglip_text").resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replace("\"model_type\": \"siglip\"", "\"model_type\": \"siglip2\""));
        assertThatThrownBy(() -> TorchSiglip.open(folder, "cpu", VectorFolder.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("NaFlex");
    }

    @ParameterizedTest
    @CsvSource({
        "tokenizer.json, found no tokenizer.json",
        "preprocessor_config.json, found no preprocessor_config.json",
        "tokenizer_config.json, 'expected tokenizer_config.json, found none'"
    })
    void a_missing_file_is_named(String file, String message) throws IOException {
        Files.delete(copy("siglip_text").resolve(file));
        assertThatThrownBy(() -> TorchSiglip.open(folder, "cpu", VectorFolder.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void another_tokenizer_is_refused() throws IOException {
        Files.writeString(
                copy("siglip_text").resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"CLIPTokenizer\"}");
        assertThatThrownBy(() -> TorchSiglip.open(folder, "cpu", VectorFolder.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found CLIPTokenizer");
    }
}
