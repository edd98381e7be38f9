package dev.assay.harness.nn.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.embed.VectorFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // scopes work by being open
class DinoTest {
    private static final String PROCESSOR = """
            {"size": {"shortest_edge": 48}, "crop_size": {"height": 42, "width": 42}, "resample": 3,
             "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
            """;

    @TempDir
    Path folder;

    private Path model(String name) throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(Golden.path(name).resolve(file), folder.resolve(file));
        }
        Files.writeString(folder.resolve("preprocessor_config.json"), PROCESSOR);
        return folder;
    }

    private static float[] floats(Tensor t) {
        Tensor flat = t.contiguous().flatten();
        float[] values = new float[(int) flat.numel()];
        flat.data_ptr_float().get(values);
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"dinov2", "dinov2_registers"})
    void vectors_of_a_folder_are_those_of_transformers(String name) throws IOException {
        try (PointerScope scope = new PointerScope();
                Dino dino = Dino.open(model(name), "cpu", VectorFolder.NONE)) {
            Tensor pixels = Golden.tensors(name + "_golden").get("pixels").select(0, 0);
            Golden.assertClose(
                    "class token",
                    torch.tensor(dino.project(floats(pixels))),
                    Golden.tensors(name + "_golden").get("pooled").select(0, 0),
                    1e-5);
        }
    }

    @Test
    void a_model_that_is_no_dino_is_refused() throws IOException {
        Files.writeString(model("dinov2").resolve("config.json"), "{\"model_type\": \"vit\"}");
        assertThatThrownBy(() -> Dino.open(folder, "cpu", VectorFolder.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected dinov2 or dinov2_with_registers, found vit");
    }

    @Test
    void a_crop_that_is_no_whole_number_of_patches_is_refused() throws IOException {
        Files.writeString(model("dinov2").resolve("preprocessor_config.json"), PROCESSOR.replace("42", "40"));
        assertThatThrownBy(() -> Dino.open(folder, "cpu", VectorFolder.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected a multiple of the patch, 14 pixels, found 40");
    }

    @Test
    void a_missing_file_is_named() throws IOException {
        Files.delete(model("dinov2").resolve("config.json"));
        assertThatThrownBy(() -> Dino.open(folder, "cpu", VectorFolder.NONE))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("config.json");
        assertThat(folder.resolve("model.safetensors")).exists();
    }
}
