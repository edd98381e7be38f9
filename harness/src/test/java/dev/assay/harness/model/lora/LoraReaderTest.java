package dev.assay.harness.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.Pickles;
import dev.assay.harness.model.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraReaderTest {
    @TempDir
    Path folder;

    private final List<Path> read = new ArrayList<>();
    private final LoraReader reader = new LoraReader(path -> {
        read.add(path);
        return ModelHeader.read(path);
    });

    private Path write(String module) throws IOException {
        Path file = folder.resolve("lora.safetensors");
        Files.deleteIfExists(file);
        return LoraFiles.write(file, LoraWeightsTest.pair(module, 4, 2, 3, new Random(1)));
    }

    @Test
    void a_header_is_read_once_and_again_when_the_file_changed() throws IOException {
        Path file = write("lora_unet_a");
        LoraFile first = reader.read(file);
        assertThat(reader.read(file)).isSameAs(first);
        assertThat(read).hasSize(1);
        write("lora_unet_longer");
        assertThat(reader.read(file).grammar().modules().get(0).name()).isEqualTo("lora_unet_longer");
        assertThat(read).hasSize(2);
    }

    @Test
    void numbers_of_a_file_that_changed_since_its_header_was_read_are_not_taken() throws IOException {
        Path file = write("lora_unet_a");
        LoraFile before = reader.read(file);
        try (SafetensorsFile open = before.open()) {
            assertThat(TensorValues.all(open, "lora_unet_a.lora_up.weight")).hasSize(8);
        }
        write("lora_unet_longer");
        assertThatThrownBy(before::open).isInstanceOf(ModelFileException.class).hasMessageContaining("changed while");
    }

    @Test
    void the_numbers_of_a_file_in_another_format_are_refused_with_advice() throws IOException {
        Path pickle = Files.write(folder.resolve("lora.ckpt"), Pickles.legacy(Pickles.stateDict()));
        assertThatThrownBy(reader.read(pickle)::open)
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(pickle + ": is a Python pickle")
                .hasMessageContaining("Assay refuses them: use the .safetensors version");
        Path zip = Files.write(folder.resolve("lora.pt"), Pickles.zip(Pickles.stateDict(), 12, 8));
        assertThatThrownBy(reader.read(zip)::open)
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(zip + ": is a zip archive")
                .hasMessageContaining("use the .safetensors version");
        Path gguf = HeaderFiles.gguf(
                folder.resolve("lora.gguf"), Map.of(), List.of(HeaderFiles.Entry.of("a.weight", "F32", 4, 4)));
        assertThatThrownBy(reader.read(gguf)::open)
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(gguf + ": is a GGUF file")
                .hasMessageContaining("use the .safetensors version");
    }

    @Test
    void the_numbers_of_several_files_are_refused() {
        Path file = folder.resolve("model.safetensors.index.json");
        ModelHeader sharded = new ModelHeader(
                file,
                ModelHeader.Container.SAFETENSORS,
                0,
                Map.of(),
                Map.of(),
                List.of(folder.resolve("1.safetensors"), folder.resolve("2.safetensors")));
        assertThatThrownBy(LoraFile.of(sharded)::open)
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining("a model of 2 files");
    }

    @Test
    void a_file_that_is_not_there_is_said_to_be_missing_every_time() {
        Path none = folder.resolve("none.safetensors");
        assertThatThrownBy(() -> reader.read(none)).isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> reader.read(none)).isInstanceOf(ModelFileException.class);
    }
}
