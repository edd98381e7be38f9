package dev.assay.harness.nn.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingsTest {
    @TempDir
    Path folder;

    private final List<Integer> batches = new ArrayList<>();

    private Embeddings embeddings(VectorStore store) {
        return new Embeddings(
                store,
                3,
                images -> {
                    batches.add(images.size());
                    return images.stream()
                            .map(i -> new float[] {3 * (i.value(0, 0, 0) + 1), 4 * (i.value(0, 0, 0) + 1)})
                            .toList();
                },
                text -> new float[] {0, text.length()});
    }

    private static Image flat(int grey) {
        byte[] rgb = new byte[12];
        java.util.Arrays.fill(rgb, (byte) grey);
        return Image.of(2, 2, rgb);
    }

    private static List<Image> pictures(int n) {
        return IntStream.range(0, n).mapToObj(EmbeddingsTest::flat).toList();
    }

    private VectorStore store(Path weights, Object... other) {
        return new VectorFolder(folder.resolve("vectors"), new FileHashes()).of(List.of(weights), other);
    }

    private Path weights(String content) throws IOException {
        return Files.writeString(folder.resolve("model.safetensors"), content);
    }

    @Test
    void each_picture_is_computed_once_and_in_batches() {
        Embeddings embeddings = embeddings(VectorStore.NONE);
        embeddings.prefetch(pictures(7));
        embeddings.prefetch(pictures(8));
        assertThat(embeddings.of(flat(2))).containsExactly(0.6f, 0.8f);
        assertThat(batches).containsExactly(3, 3, 1, 1);
    }

    @Test
    void a_second_run_with_the_same_encoder_computes_nothing() throws IOException {
        Path weights = weights("the weights");
        embeddings(store(weights, "float32")).prefetch(pictures(4));
        batches.clear();
        Embeddings second = embeddings(store(weights, "float32"));
        second.prefetch(pictures(4));
        assertThat(second.of(flat(3))).containsExactly(0.6f, 0.8f);
        assertThat(batches).isEmpty();
    }

    @Test
    void other_weights_precision_or_words_are_another_encoder() throws IOException {
        embeddings(store(weights("the weights"), "float32")).prefetch(pictures(1));
        batches.clear();
        embeddings(store(weights("the weights"), "float16")).prefetch(pictures(1));
        embeddings(store(weights("other weights"), "float32")).prefetch(pictures(1));
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        embeddings(store(weights("the weights"), "float32")).prefetch(pictures(1));
        assertThat(batches).containsExactly(1, 1, 1);
    }

    @Test
    void nothing_is_kept_of_weights_whose_bytes_changed_since_they_were_hashed() throws Exception {
        Embeddings first = embeddings(store(weights("the weights"), "float32"));
        Thread.sleep(30); // the clock of a file system is coarser than ours
        weights("bad weights");
        assertThatThrownBy(() -> first.prefetch(pictures(1)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("model.safetensors");
        assertThatThrownBy(() -> first.of("a cat")).isInstanceOf(ModelFileException.class);
        batches.clear();
        embeddings(store(weights("the weights"), "float32")).prefetch(pictures(1));
        assertThat(batches).containsExactly(1);
    }

    @Test
    void pictures_of_the_same_bytes_and_another_shape_are_not_the_same() {
        Embeddings embeddings = embeddings(VectorStore.NONE);
        embeddings.of(Image.of(2, 2, new byte[12]));
        embeddings.of(Image.of(4, 1, new byte[12]));
        assertThat(batches).containsExactly(1, 1);
    }

    @Test
    void what_is_given_out_may_be_changed() {
        Embeddings embeddings = embeddings(VectorStore.NONE);
        embeddings.of("a cat")[1] = 7;
        assertThat(embeddings.of("a cat")).containsExactly(0, 1);
    }

    @Test
    void a_vector_that_is_no_number_is_trouble_and_never_a_score() {
        Embeddings broken = new Embeddings(
                VectorStore.NONE, 1, images -> List.of(new float[] {Float.NaN, 1}), text -> new float[] {0, 0});
        assertThatThrownBy(() -> broken.of(flat(0))).hasMessageContaining("not finite");
        assertThatThrownBy(() -> broken.of("a cat")).hasMessageContaining("all zero");
    }
}
