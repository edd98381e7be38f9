package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    /** Two tensors listed against the order of their bytes. */
    private static final String TWO = "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"two\\nlines\"},"
            + "\"b\":{\"dtype\":\"I16\",\"shape\":[],\"data_offsets\":[8,10]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}  ";

    @Test
    void tensors_and_metadata_are_read() {
        ByteBuffer data = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(1.5f).putFloat(-2f).putShort((short) -7);
        try (SafetensorsFile file = SafetensorsFile.open(write(Bytes.safetensors(TWO, data.array())))) {
            assertThat(file.tensors().keySet()).containsExactly("a", "b");
            assertThat(file.tensors().get("a").shape()).containsExactly(1L, 2L);
            assertThat(file.tensors().get("b").elements()).isEqualTo(1);
            assertThat(file.tensors().get("a").begin()).isEqualTo(8 + TWO.length());
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "note", "two\nlines"));
            ByteBuffer a = file.bytes("a");
            assertThat(a.remaining()).isEqualTo(8);
            assertThat(List.of(a.getFloat(), a.getFloat())).containsExactly(1.5f, -2f);
            assertThat(file.bytes("b").getShort()).isEqualTo((short) -7);
            assertThatThrownBy(() -> file.bytes("a").put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
            assertThatThrownBy(() -> file.bytes("A.x"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageEndingWith("has no tensor \"A.x\"");
        }
    }

    @Test
    void an_unknown_tensor_is_an_error_with_a_suggestion() {
        String json = "{\"unet.conv_in\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
        try (SafetensorsFile file = SafetensorsFile.open(write(Bytes.safetensors(json, new byte[1])))) {
            assertThatThrownBy(() -> file.bytes("unet.conv_ni")).hasMessageContaining("did you mean unet.conv_in?");
        }
    }

    @Test
    void a_closed_file_maps_nothing_new() {
        SafetensorsFile file = SafetensorsFile.open(write(Bytes.safetensors(entry("U8", "[1]", 0, 1), new byte[1])));
        file.close();
        assertThatThrownBy(() -> file.bytes("x")).isInstanceOf(ModelFileException.class);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void every_element_type_is_read(DType dtype) {
        int bytes = dtype.bits(); // of 8 elements
        Path path = write(Bytes.safetensors(entry(dtype.name(), "[2,4]", 0, bytes), new byte[bytes]));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensors().get("x").dtype()).isEqualTo(dtype);
            assertThat(file.bytes("x").remaining()).isEqualTo(bytes);
        }
    }

    @Test
    void empty_tensors_and_files_without_tensors_are_read() {
        try (SafetensorsFile file = SafetensorsFile.open(
                write(Bytes.safetensors(entry("F32", "[9000000000,0,9000000000]", 0, 0), new byte[0])))) {
            assertThat(file.bytes("x").remaining()).isZero();
        }
        assertThat(SafetensorsHeader.read(write(Bytes.safetensors("{}", new byte[0])))
                        .tensors())
                .isEmpty();
    }

    @Test
    void tensors_beyond_two_gibibytes_are_read() throws IOException {
        long small = 100; // bytes before the large ones, so that windows do not begin with tensors
        long large = 1_600_000_000L;
        long huge = 3_000_000_000L;
        String json = "{\"small\":{\"dtype\":\"U8\",\"shape\":[100],\"data_offsets\":[0,100]},"
                + "\"large\":{\"dtype\":\"U8\",\"shape\":[" + large + "],\"data_offsets\":[100," + (small + large)
                + "]},"
                + "\"huge\":{\"dtype\":\"U8\",\"shape\":[" + huge + "],\"data_offsets\":[" + (small + large) + ","
                + (small + large + huge) + "]},"
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" + (small + large + huge) + ","
                + (small + large + huge + 8) + "]}}";
        byte[] head = Bytes.safetensors(json, new byte[0]);
        Path path = folder.resolve("sparse.safetensors");
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(head));
            channel.write(ByteBuffer.wrap(new byte[] {42}), head.length + small + large - 1);
            ByteBuffer last = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            last.putFloat(3f).putFloat(4f).flip();
            channel.write(last, head.length + small + large + huge);
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.bytes("last").getFloat(4)).isEqualTo(4f);
            assertThat(file.bytes("large").get((int) large - 1)).isEqualTo((byte) 42);
            assertThat(file.bytes("small").remaining()).isEqualTo(100);
            assertThatThrownBy(() -> file.bytes("huge"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("has 3000000000 bytes; expected at most 2147483647");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]} | malformed JSON",
                "{\"x\":[[[[[[1]]]]]]} | expected an object, found a list",
                "{\"x\":{\"y\":[[[[[[1]]]]]]}} | depth",
                "{\"x\" 1} | malformed JSON",
                "{\"x\":1} | tensor \"x\": expected an object, found a whole number",
                "{} {} | more text after the end",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}} | expected dtype, shape and two data_offsets",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8]}} | not two offsets",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,9]}} | at most 2 numbers",
                "{\"x\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}} | unknown element type \"F33\"",
                "{\"x\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}} | expected text, found a whole number",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | whole numbers from 0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}} | found a fraction",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]}} | found a fraction",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}} | found text",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}} | whole numbers from 0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}} | overflows",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}} | at most 8 numbers",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | reversed",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}} | out of range",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | needs 12 bytes, but data_offsets give 8",
                "{\"x\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,1]}} | 12 bits, not whole bytes",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}} | 4 bytes too many after the last tensor",
                "{} | 8 bytes too many",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[10],\"data_offsets\":[0,10]}} | 2 bytes are missing, the download was cut",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}} | leaves a hole of 4 bytes after the header",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[3,8]}} | overlaps by 1 bytes with tensor \"x\"",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[5,8]}} | leaves a hole of 1 bytes after tensor \"x\"",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]},\"x\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}} | appears twice",
                "{\"x\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}} | \"dtype\": appears twice",
                "{\"__metadata__\":{},\"__metadata__\":{}} | __metadata__: appears twice",
                "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}} | \"a\": appears twice",
                "{\"__metadata__\":{\"a\":1}} | __metadata__, \"a\": expected text, found a whole number",
                "{\"__metadata__\":[]} | __metadata__: expected an object, found a list",
                "{\"a\\u001b[31m\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}} | tensor \"a\\u001b[31m\": the name has control",
            })
    void a_malformed_header_is_an_error(String header, String expected) {
        assertRefused(Bytes.safetensors(header, new byte[8]), expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | says that its header has 0 bytes; expected at least 2",
                "-1 | has 18446744073709551615 bytes; expected at most 100000000",
                "100000001 | has 100000001 bytes; expected at most 100000000",
                "1000 | has 1000 bytes; only 10 follow, 990 bytes are missing",
            })
    void a_wrong_header_length_is_an_error(long length, String expected) {
        assertRefused(Bytes.prefixed(length, "?123456789".getBytes(StandardCharsets.UTF_8), new byte[0]), expected);
    }

    @Test
    void a_cut_header_is_an_error() {
        byte[] whole = Bytes.safetensors(TWO, new byte[10]);
        for (int kept = 0; kept < whole.length; kept++) {
            byte[] cut = java.util.Arrays.copyOf(whole, kept);
            assertThatThrownBy(() -> SafetensorsHeader.read(write(cut))).isInstanceOf(ModelFileException.class);
        }
        assertRefused(java.util.Arrays.copyOf(whole, 0), "is empty");
        assertRefused(java.util.Arrays.copyOf(whole, 5), "too small for a safetensors file");
        assertRefused(java.util.Arrays.copyOf(whole, 8), "too small for a safetensors file");
        assertRefused(java.util.Arrays.copyOf(whole, whole.length - 3), "3 bytes are missing");
    }

    @Test
    void a_header_that_does_not_start_with_a_brace_is_an_error() {
        assertRefused(Bytes.safetensors(" {}", new byte[0]), "start with '{', found byte 0x20");
    }

    @Test
    void a_header_in_another_encoding_is_an_error() {
        byte[] latin = "{\"\u00e9\":1}".getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(Bytes.prefixed(latin.length, latin, new byte[0]), "not UTF-8");
        byte[] wide = "{}".getBytes(StandardCharsets.UTF_16LE);
        assertRefused(Bytes.prefixed(wide.length, wide, new byte[0]), "malformed JSON");
    }

    @Test
    void too_many_tensors_are_an_error() {
        String header = IntStream.range(0, SafetensorsJson.MAX_TENSORS + 1)
                .mapToObj(i -> "\"" + i + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}")
                .collect(Collectors.joining(",", "{", "}"));
        assertRefused(Bytes.safetensors(header, new byte[0]), "at most 200000 tensors");
    }

    @Test
    void other_files_are_named_for_what_they_are() {
        assertRefused(text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"), "git lfs pull");
        assertRefused(text("<!DOCTYPE html><html>404</html>"), "is a web page");
        assertRefused(text("\n <HTML><body>login</body>"), "is a web page");
        assertRefused(text("PK\u0003\u0004archive/data.pkl"), "is a zip archive");
        assertRefused(
                new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, 9, 'F', 1, 2}, "is a Python pickle");
        assertRefused(text("GGUF\u0003\u0000\u0000\u0000\u0001"), "is a GGUF file");
        assertRefused(text("{\"weight_map\": {}}"), "is JSON text");
    }

    @Test
    void a_header_length_that_looks_like_a_pickle_is_no_pickle() {
        String header = "{}" + " ".repeat(0x0280 - 2); // 80 02 00 00 ...
        assertThat(SafetensorsHeader.read(write(Bytes.safetensors(header, new byte[0])))
                        .tensors())
                .isEmpty();
    }

    @Test
    void a_folder_or_nothing_is_an_error() {
        assertThatThrownBy(() -> SafetensorsFile.open(folder))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found a folder");
        assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void a_broken_link_or_a_fifo_is_an_error() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("gone"));
        assertThatThrownBy(() -> SafetensorsFile.open(link)).hasMessageContaining("which does not exist");
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> SafetensorsFile.open(fifo)).hasMessageContaining("found a FIFO");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void random_damage_gives_only_model_file_exceptions(long seed) {
        byte[] sound = Bytes.safetensors(TWO, new byte[10]);
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 150; i++) {
            byte[] damaged = sound.clone();
            for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
                int at = random.nextInt(damaged.length);
                damaged[at] = switch (random.nextInt(3)) {
                    case 0 -> (byte) (damaged[at] ^ (1 << random.nextInt(8)));
                    case 1 -> (byte) random.nextInt(256);
                    default -> (byte) "{}[]\",:0123456789-.e".charAt(random.nextInt(20));
                };
            }
            Path path = write(damaged);
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                file.tensors().keySet().forEach(file::bytes);
            } catch (ModelFileException e) {
                assertThat(e).hasMessageStartingWith(path + ": ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(75);
    }

    private void assertRefused(byte[] bytes, String expected) {
        Path path = write(bytes);
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(path + ": ")
                .hasMessageContaining(expected);
    }

    private static String entry(String dtype, String shape, long begin, long end) {
        return "{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + "," + end
                + "]}}";
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private Path write(byte[] bytes) {
        return Bytes.write(folder.resolve("model.safetensors"), bytes);
    }
}
