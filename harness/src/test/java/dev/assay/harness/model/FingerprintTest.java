package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void model() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        write(model, "model_index.json", "{}");
        write(model, "unet/config.json", "{\"a\": 1}");
        write(model, "unet/diffusion_pytorch_model.safetensors", "weights");
        write(model, "tokenizer/merges.txt", "a b");
        write(model, "README.md", "words");
        write(model, "deeper/than/this.safetensors", "not read");
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static ModelUnderTest of(Path checkpoint) {
        return new ModelUnderTest(new Checkpoint(checkpoint), List.of());
    }

    private static String hash(Path checkpoint) {
        return Fingerprint.of(of(checkpoint), new FileHashes()).hash();
    }

    /** Puts a part of the model elsewhere, with a link in its place. */
    private Path linked(String part) throws IOException {
        Path place = folder.resolve("elsewhere");
        Files.move(model.resolve(part), place);
        Files.createSymbolicLink(model.resolve(part), place);
        return place;
    }

    @Test
    void of_a_folder_and_of_a_file_it_is_what_it_always_was() throws IOException {
        assertThat(Fingerprint.of(of(model), new FileHashes()).files())
                .extracting(Fingerprint.Part::file)
                .containsExactly(
                        "model_index.json",
                        "tokenizer/merges.txt",
                        "unet/config.json",
                        "unet/diffusion_pytorch_model.safetensors");
        assertThat(hash(model)).isEqualTo("cc0e2d8307aebb01a02e378642709ca7c355847718b60a888fe7b24202450052");
        Path file = folder.resolve("one.safetensors");
        Files.writeString(file, "weights");
        assertThat(hash(file)).isEqualTo("04680b3cd817ca64ab991e2804fe4022b7b89aa1d8a3f8fa8b4134f264cd7504");
    }

    @Test
    void a_linked_component_is_part_of_it_and_watched() throws IOException {
        String before = hash(model);
        Path unet = linked("unet");
        assertThat(hash(model)).isEqualTo(before);

        FileHashes hashes = new FileHashes();
        Fingerprint.files(of(model)).forEach(hashes::watch);
        write(unet, "diffusion_pytorch_model.safetensors", "others");
        assertThat(hash(model)).isNotEqualTo(before);
        assertThatThrownBy(() -> hashes.requireUnchanged("before it was loaded"))
                .hasMessageContaining("diffusion_pytorch_model.safetensors: changed before it was loaded");
    }

    @Test
    void a_linked_file_and_a_linked_model_are_read() throws IOException {
        String before = hash(model);
        Path link = Files.createSymbolicLink(folder.resolve("link"), model);
        assertThat(hash(link)).isEqualTo(before);
        Path weights = linked("unet/diffusion_pytorch_model.safetensors");
        assertThat(hash(link)).isEqualTo(before);
        Files.writeString(weights, "others");
        assertThat(hash(link)).isNotEqualTo(before);
    }

    @Test
    void links_to_nothing_and_in_circles_are_errors_that_name_them() throws IOException {
        Path unet = linked("unet");
        Files.move(unet, folder.resolve("away"));
        assertThatThrownBy(() -> hash(model))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(model.resolve("unet") + ": is a symbolic link to " + unet);
        Files.delete(model.resolve("unet"));
        Files.createSymbolicLink(model.resolve("unet"), model);
        assertThatThrownBy(() -> hash(model))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(model.resolve("unet") + ": is a link to a folder that it lies in itself");
        Files.delete(model.resolve("unet"));
        Files.createSymbolicLink(model.resolve("unet"), model.resolve("unet"));
        assertThatThrownBy(() -> hash(model))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(model.resolve("unet") + ": is a symbolic link to");
    }

    @Test
    void a_link_to_nothing_that_nobody_reads_harms_nothing() throws IOException {
        String before = hash(model);
        Files.createSymbolicLink(model.resolve("preview.png"), folder.resolve("gone.png"));
        assertThat(hash(model)).isEqualTo(before);
    }

    @Test
    void the_tokenizer_beside_a_file_is_part_of_it() throws IOException {
        Path file = folder.resolve("one.safetensors");
        Files.writeString(file, "weights");
        String alone = hash(file);
        write(folder, "tokenizer/vocab.json", "{}");
        String first = hash(file);
        write(folder, "tokenizer/vocab.json", "{\"a\": 1}");
        assertThat(List.of(alone, first, hash(file))).doesNotHaveDuplicates();
        assertThat(Fingerprint.of(of(file), new FileHashes()).files())
                .extracting(Fingerprint.Part::file)
                .containsExactly("one.safetensors", "tokenizer/vocab.json");
    }
}
