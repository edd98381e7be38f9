package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.ModelHeader.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelHeaderTest {
    private static final Path NAME = Path.of("model");

    @TempDir
    Path folder;

    private static ModelHeader read(byte[] bytes) {
        return ModelHeader.read(NAME, new MemoryChannel(bytes));
    }

    private static byte[] gguf(Map<String, String> metadata, Entry... tensors) {
        long[] data = new long[1];
        byte[] head = HeaderFiles.ggufHead(3, metadata, Map.of(), List.of(tensors), data);
        return Arrays.copyOf(head, head.length + (int) data[0]);
    }

    @Test
    void safetensors_gives_names_types_shapes_and_places() {
        Path file = HeaderFiles.safetensors(
                folder.resolve("a.safetensors"),
                Map.of("format", "pt"),
                List.of(Entry.of("w", "F8_E4M3", 4, 3), Entry.of("alpha", "F16")));
        ModelHeader header = ModelHeader.read(file);
        assertThat(header.container()).isEqualTo(Container.SAFETENSORS);
        assertThat(header.metadata()).containsExactly(Map.entry("format", "pt"));
        long start = header.bytes() - 14;
        assertThat(header.tensors().values())
                .containsExactly(
                        new Tensor("w", "F8_E4M3", List.of(4L, 3L), 0, start, start + 12),
                        new Tensor("alpha", "F16", List.of(), 0, start + 12, start + 14));
    }

    @Test
    void gguf_gives_shapes_in_the_order_of_PyTorch() {
        ModelHeader header = read(gguf(
                Map.of("general.architecture", "flux", "general.file_type", "7"),
                Entry.of("img_in.weight", "F16", 3072, 64),
                Entry.of("q", "Q8_0", 2, 64)));
        assertThat(header.container()).isEqualTo(Container.GGUF);
        assertThat(header.metadata())
                .containsEntry("general.architecture", "flux")
                .containsEntry("general.file_type", "7");
        Tensor quantised = header.tensors().get("q");
        assertThat(quantised.dtype()).isEqualTo("Q8_0");
        assertThat(quantised.shape()).containsExactly(2L, 64L);
        assertThat(quantised.end() - quantised.begin()).isEqualTo(2 * 2 * 34);
        assertThat(header.tensors().get("img_in.weight").shape()).containsExactly(3072L, 64L);
    }

    @Test
    void gguf_of_a_reshaped_convolution_tells_the_true_shape() {
        long[] data = new long[1];
        byte[] head = HeaderFiles.ggufHead(
                2, Map.of(), Map.of("conv", List.of(8L, 4L, 3L, 3L)), List.of(Entry.of("conv", "F16", 8, 36)), data);
        assertThat(read(Arrays.copyOf(head, head.length + (int) data[0]))
                        .tensors()
                        .get("conv")
                        .shape())
                .containsExactly(8L, 4L, 3L, 3L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 6, 8, 12, 14, 30, 39, 40})
    void gguf_types_have_the_numbers_of_ggml(int number) {
        assertThat(GgmlType.of(number).map(Enum::name)).contains(GgmlTypeNumbers.NUMBERS[number]);
    }

    @Test
    void gguf_lies_are_refused_before_anything_is_allocated() {
        byte[] tensors = gguf(Map.of());
        Arrays.fill(tensors, 8, 15, (byte) 0xff);
        assertThatThrownBy(() -> read(tensors)).hasMessageContaining("tensors; expected at most 100000");
        byte[] longKey = gguf(Map.of("key", "text"));
        longKey[24 + 3] = 0x7f; // fourth byte of the key's length
        assertThatThrownBy(() -> read(longKey)).hasMessageContaining("expected at most 65535");
        byte[] cut = gguf(Map.of(), Entry.of("w", "F32", 1000));
        assertThatThrownBy(() -> read(Arrays.copyOf(cut, cut.length - 8)))
                .hasMessageContaining("8 bytes are missing, the download was cut short");
    }

    @Test
    void gguf_in_big_endian_order_and_of_version_1_are_refused_in_words() {
        byte[] big = gguf(Map.of());
        big[4] = 0;
        big[7] = 3;
        assertThatThrownBy(() -> read(big)).hasMessageContaining("big-endian");
        byte[] old = gguf(Map.of());
        old[4] = 1;
        assertThatThrownBy(() -> read(old)).hasMessageContaining("version 1; expected 2 or 3");
    }

    @Test
    void a_pickle_in_a_zip_gives_its_tensors_and_their_places() {
        byte[] file = Pickles.zip(Pickles.stateDict(), 12, 8);
        for (int i = 0; i < 12; i++) {
            file[indexOf(file, "archive/data/0") + "archive/data/0".length() + i] = (byte) (i + 1);
        }
        ModelHeader header = read(file);
        assertThat(header.container()).isEqualTo(Container.PICKLE);
        assertThat(header.metadata()).containsEntry("epoch", "3");
        assertThat(header.tensors()).containsOnlyKeys("layer.weight", "layer.bias");
        Tensor weight = header.tensors().get("layer.weight");
        assertThat(weight.dtype()).isEqualTo("F16");
        assertThat(weight.shape()).containsExactly(2L, 3L);
        assertThat(Arrays.copyOfRange(file, (int) weight.begin(), (int) weight.end()))
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
    }

    @Test
    void a_pickle_from_before_zip_gives_the_same() {
        byte[] file = Pickles.legacy(Pickles.stateDict());
        ModelHeader header = read(file);
        assertThat(header.tensors()).containsOnlyKeys("layer.weight", "layer.bias");
        assertThat(header.tensors().get("layer.bias").end()).isEqualTo(file.length);
        assertThat(header.tensors().get("layer.weight").begin()).isEqualTo(file.length - 8 - 8 - 12);
    }

    /** Whoever multiplies in another order meets the overflow. */
    @Test
    void a_dimension_of_zero_hides_no_shape_that_overflows() {
        for (List<Long> shape : List.of(List.of(0L, 1L << 31, 1L << 32), List.of(1L << 32, 0L, 1L << 31))) {
            long[] dimensions = shape.stream().mapToLong(d -> d).toArray();
            assertThatThrownBy(() -> read(gguf(Map.of(), Entry.of("w", "F32", dimensions))))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("\"w\": its shape overflows");
        }
        long most = Integer.MAX_VALUE;
        byte[] pickle = new Pickles()
                .tensor("FloatStorage", "0", 0, List.of(0L, most, most, most), List.of(0L, 0L, 0L, 0L))
                .stop();
        assertThatThrownBy(() -> read(Pickles.zip(pickle, 0))).hasMessageContaining("overflows");
        assertThat(TensorInfo.elements(List.of(1L << 40, 1L << 40, 0L))).isZero(); // which safetensors allows
    }

    /** What we check would not be what PyTorch loads. */
    @ParameterizedTest
    @CsvSource({
        "archive/data/0, two entries \"archive/data/0\"",
        "abcde/data.pkl, has two pickles",
    })
    void a_zip_archive_of_two_meanings_is_refused(String name, String said) {
        String file = new String(Pickles.zip(Pickles.stateDict(), 12, 8), StandardCharsets.ISO_8859_1)
                .replace("archive/data/1", name);
        assertThatThrownBy(() -> read(file.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(said)
                .hasMessageContaining("do not trust this file");
    }

    @Test
    void os_system_is_refused_by_name_and_nothing_runs() {
        byte[] evil = new Pickles()
                .global("os", "system")
                .raw('(')
                .text("touch " + folder.resolve("pwned"))
                .raw('t', 'R')
                .stop();
        assertThatThrownBy(() -> read(Pickles.zip(evil)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("\"os.system\"")
                .hasMessageContaining("nothing was run");
        assertThatThrownBy(() -> read(Pickles.legacy(evil))).hasMessageContaining("\"os.system\"");
        assertThat(folder.resolve("pwned")).doesNotExist();
    }

    @Test
    void names_that_are_put_together_on_the_stack_are_refused_too() {
        byte[] evil = new Pickles()
                .text("builtins")
                .text("eval")
                .raw(0x93, '(')
                .text("1")
                .raw('t', 'R')
                .stop();
        assertThatThrownBy(() -> read(Pickles.zip(evil))).hasMessageContaining("\"builtins.eval\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"i:INST", "o:OBJ", "\u0081:NEWOBJ", "\u0082:EXT", "P:PERSID", "\u0096:BYTEARRAY8"})
    void other_instructions_are_refused_by_name(String instruction) {
        byte[] evil =
                new Pickles().raw('(', ')', instruction.charAt(0), '\n', '\n').stop();
        assertThatThrownBy(() -> read(Pickles.zip(evil)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("the instruction " + instruction.substring(2));
    }

    @Test
    void a_known_name_is_no_function_to_call() {
        byte[] evil = new Pickles()
                .global("torch", "UntypedStorage")
                .raw('(')
                .number(1)
                .raw('t', 'R')
                .stop();
        assertThatThrownBy(() -> read(Pickles.zip(evil))).hasMessageContaining("a call of");
    }

    @Test
    void a_dictionary_that_holds_itself_ends() {
        byte[] circle = new Pickles()
                .raw('}', 'q', 0)
                .text("self")
                .raw('h', 0, 's')
                .text("w")
                .tensor("HalfStorage", "0", 6, List.of(2L, 3L), List.of(3L, 1L))
                .raw('s')
                .stop();
        assertThat(read(Pickles.zip(circle, 12)).tensors()).containsOnlyKeys("w");
    }

    @Test
    void a_dictionary_made_from_pairs_as_python_2_wrote_it_is_read() {
        byte[] pairs = new Pickles()
                .global("collections", "OrderedDict")
                .raw('(', ']', ']')
                .text("w")
                .raw('a')
                .tensor("HalfStorage", "0", 6, List.of(2L, 3L), List.of(3L, 1L))
                .raw('a', 'a', 't', 'R')
                .stop();
        assertThat(read(Pickles.zip(pairs, 12)).tensors()).containsOnlyKeys("w");
    }

    @Test
    void a_few_bytes_cannot_ask_for_many_copies_of_a_list_of_pairs() {
        Pickles many = new Pickles()
                .raw(']', 'q', 0, ']', 'q', 1)
                .text("k")
                .raw('a')
                .number(1)
                .raw('a', '0');
        for (int i = 0; i < 1000; i++) {
            many.raw('h', 1, 'a');
        }
        for (int i = 0; i < 100; i++) {
            many.global("collections", "OrderedDict").raw('(', 'h', 0, 't', 'R', '0');
        }
        assertThatThrownBy(() -> read(Pickles.zip(many.stop())))
                .hasMessageContaining(
                        "an OrderedDict made from something else than a list of pairs, or from the same pairs again");
    }

    @Test
    void a_tensor_that_is_a_view_has_no_place_in_one_piece() {
        byte[] transposed = new Pickles()
                .raw('}')
                .text("w")
                .tensor("HalfStorage", "0", 6, List.of(3L, 2L), List.of(1L, 3L))
                .raw('s')
                .stop();
        assertThat(read(Pickles.zip(transposed, 12)).tensors().get("w").begin()).isEqualTo(-1);
    }

    @Test
    void a_pickle_of_something_else_is_named() {
        byte[] plain = new Pickles().raw('}').text("just").text("text").raw('s').stop();
        assertThatThrownBy(() -> read(plain)).hasMessageContaining("not one of torch.save");
        assertThatThrownBy(() -> read(Pickles.zip(plain))).hasMessageContaining("has no tensors");
    }

    @Test
    void a_zip_that_was_cut_short_or_holds_something_else_is_named() {
        byte[] whole = Pickles.zip(Pickles.stateDict(), 12, 8);
        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length / 2))).hasMessageContaining("cut short");
    }

    @Test
    void shards_are_one_model() throws IOException {
        HeaderFiles.safetensors(
                folder.resolve("m-00001-of-00002.safetensors"), Map.of(), List.of(Entry.of("a", "F16", 2)));
        HeaderFiles.safetensors(
                folder.resolve("m-00002-of-00002.safetensors"), Map.of(), List.of(Entry.of("b", "F16", 3)));
        Path index = Files.writeString(folder.resolve("m.safetensors.index.json"), """
            {"metadata": {"total_size": 10}, "weight_map": {"a": "m-00001-of-00002.safetensors",
             "b": "m-00002-of-00002.safetensors"}}\
            """);
        ModelHeader header = ModelHeader.read(index);
        assertThat(header.tensors()).containsOnlyKeys("a", "b");
        assertThat(header.files()).hasSize(2);
        assertThat(header.tensors().get("b").file()).isEqualTo(1);
        Files.delete(folder.resolve("m-00002-of-00002.safetensors"));
        assertThatThrownBy(() -> ModelHeader.read(index))
                .hasMessageContaining("its shard \"m-00002-of-00002.safetensors\" is missing (2 are needed)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.safetensors.index.json", "n.safetensors.index.json", "folder", "x.json"})
    void a_shard_is_a_file_and_no_index(String shard) throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        Files.writeString(folder.resolve("folder/model_index.json"), "{}");
        String names = "{\"weight_map\": {\"a\": \"" + shard + "\"}}";
        Path index = Files.writeString(folder.resolve("m.safetensors.index.json"), names);
        Files.writeString(folder.resolve("n.safetensors.index.json"), names.replace(shard, "m.safetensors.index.json"));
        Files.writeString(folder.resolve("x.json"), names);
        assertThatThrownBy(() -> ModelHeader.read(index))
                .isInstanceOf(ModelFileException.class)
                .hasMessage(index + ": names the shard \"" + shard
                        + "\", which is an index or a folder; expected a file of weights: do not trust this file");
    }

    @Test
    void an_index_of_more_shards_than_any_model_has_is_refused() throws IOException {
        String many = IntStream.range(0, 1001)
                .mapToObj(i -> "\"t" + i + "\": \"s" + i + ".safetensors\"")
                .collect(Collectors.joining(", ", "{\"weight_map\": {", "}}"));
        Path index = Files.writeString(folder.resolve("m.safetensors.index.json"), many);
        assertThatThrownBy(() -> ModelHeader.read(index))
                .hasMessageContaining("names 1001 shards; expected at most 1000");
    }

    @Test
    void an_index_cannot_lead_out_of_its_folder() throws IOException {
        Path index = Files.writeString(
                folder.resolve("m.safetensors.index.json"), "{\"weight_map\": {\"a\": \"../../secret.safetensors\"}}");
        assertThatThrownBy(() -> ModelHeader.read(index)).hasMessageContaining("expected a plain file name");
    }

    @Test
    void a_diffusers_folder_is_one_model_of_its_components() throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{}");
        for (String component : List.of("unet", "vae", "scheduler")) {
            Files.createDirectory(folder.resolve(component));
        }
        HeaderFiles.safetensors(
                folder.resolve("unet/diffusion_pytorch_model.safetensors"), Map.of(), List.of(Entry.of("w", "F32", 2)));
        HeaderFiles.safetensors(
                folder.resolve("unet/diffusion_pytorch_model.fp16.safetensors"),
                Map.of(),
                List.of(Entry.of("w", "F16", 2)));
        HeaderFiles.safetensors(
                folder.resolve("vae/diffusion_pytorch_model.safetensors"), Map.of(), List.of(Entry.of("w", "F32", 2)));
        assertThat(ModelHeader.isModelFolder(folder)).isTrue();
        ModelHeader header = ModelHeader.read(folder);
        assertThat(header.tensors()).containsOnlyKeys("unet/w", "vae/w");
        assertThat(header.tensors().get("unet/w").dtype()).isEqualTo("F32");
    }

    @Test
    void a_folder_of_files_is_no_model() {
        HeaderFiles.safetensors(folder.resolve("a.safetensors"), Map.of(), List.of(Entry.of("a", "F16", 2)));
        assertThat(ModelHeader.isModelFolder(folder)).isFalse();
    }
}
