package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.fuzz.Formats;
import dev.assay.harness.fuzz.Fuzz;
import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.inspect.Inspector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Headers of every container, damaged: each is read or refused in words, quickly, and costs at most 64 KiB and 64 bytes for each
 * of its own. Many more inputs than {@link dev.assay.harness.fuzz.FuzzTest} has: {@code -Dassay.fuzz=N} in all, a million if not
 * given; they follow from {@code -Dassay.fuzz.seed=N}, so that a failure can be run again.
 */
@Tag("slow")
class HeaderFuzzTest {
    private static final int INPUTS = Integer.getInteger("assay.fuzz", 1_000_000);
    private static final long SEED = Long.getLong("assay.fuzz.seed", 20_261_124);

    @TempDir
    static Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"safetensors", "gguf", "pickle"})
    void damaged_headers_are_read_or_refused_and_cost_no_more_than_their_length(String format) {
        Fuzz.Result result = new Formats(folder).all().get(format).inputs(INPUTS / 3, SEED);
        assertThat(result.failures()).isEmpty();
        // Mutations that are always refused at the first byte, or never, would test little.
        assertThat(result.read()).isGreaterThan(INPUTS / 300);
        assertThat(result.refused()).isGreaterThan(INPUTS / 6);
    }

    /** What can be read can be inspected; the scalars that the inspection wants are not there, which it may say. */
    @ParameterizedTest
    @ValueSource(strings = {"safetensors", "gguf", "pickle"})
    void whatever_can_be_read_can_be_inspected(String format) {
        Fuzz headers = new Formats(folder).all().get(format);
        Fuzz inspected = new Fuzz(format, false, headers.seeds(), HeaderFuzzTest::inspected, input -> 1L << 30);
        assertThat(inspected.inputs(Math.max(200, INPUTS / 20), SEED).failures())
                .isEmpty();
    }

    private static Object inspected(byte[] file) {
        ModelHeader header = ModelHeader.read(Path.of("fuzz"), new MemoryChannel(file));
        try {
            return Inspector.ofHeaders().inspect(header);
        } catch (ModelFileException e) {
            assertThat(e).hasMessageContaining("NoSuchFileException");
            return header;
        }
    }

    private static byte[] safetensors(String json, int data) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(text.length).put(text).array();
    }

    private static byte[] repeated(String start, int times, String each, String end) {
        return (start + each.repeat(times) + end).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] pickle(int times, int... each) {
        Pickles pickle = new Pickles();
        for (int i = 0; i < times; i++) {
            pickle.raw(each);
        }
        return Pickles.zip(pickle.stop());
    }

    static Stream<byte[]> bombs() {
        List<byte[]> bombs = new ArrayList<>();
        // Dictionaries in dictionaries, each a hundred times in the next.
        Pickles nested = new Pickles().raw('}', 'q', 0);
        for (int level = 1; level < 20; level++) {
            nested.raw('}', 'q', level, '(');
            for (int i = 0; i < 100; i++) {
                nested.text("k" + i).raw('h', level - 1);
            }
            nested.raw('u');
        }
        bombs.add(Pickles.zip(nested.stop()));
        // A long list that is copied by each of many calls.
        Pickles copies = new Pickles().raw(']', '(');
        for (int i = 0; i < 10_000; i++) {
            copies.raw('N');
        }
        copies.raw('e', 'q', 0);
        for (int i = 0; i < 10_000; i++) {
            copies.global("collections", "OrderedDict").raw('h', 0, 0x85, 'R', '0');
        }
        bombs.add(Pickles.zip(copies.stop()));
        // A few hundred pairs of which many dictionaries are made.
        Pickles pairs = new Pickles().raw(']', '(');
        for (int i = 0; i < 250; i++) {
            pairs.raw('K', i, 'N', 0x86);
        }
        pairs.raw('e', 'q', 0).global("collections", "OrderedDict").raw('q', 1);
        for (int i = 0; i < 1000; i++) {
            pairs.raw('h', 1, 'h', 0, 0x85, 'R');
        }
        bombs.add(Pickles.zip(pairs.stop()));
        // A name of a megabyte before a thousand others, and one of 400 letters before many of one tensor.
        for (int letters : new int[] {1 << 20, 400}) {
            Pickles prefix = new Pickles().raw('}').text("x".repeat(letters)).raw('}', '(');
            prefix.text("first").tensor("HalfStorage", "0", 6, List.of(2L, 3L), List.of(3L, 1L));
            prefix.raw('q', 7);
            for (int i = 0; i < 20_000; i++) {
                prefix.raw('M', i & 0xff, i >> 8, 'h', 7);
            }
            bombs.add(Pickles.zip(prefix.raw('u', 's').stop(), 12));
        }
        // One instruction again and again: each makes an object, a memory or a mark.
        for (int[] each : new int[][] {
            {'}'},
            {']'},
            {')'},
            {'('},
            {'N'},
            {'(', 't'},
            {'(', 'd'},
            {'(', 'l'},
            {'}', 0x94},
            {'N', 0x85},
            {'}', 'N', 'N', 's'},
            {0x8c, 0},
            {0x8c, 2, 0xc3, 0xa9},
            {'U', 0},
            {0x8a, 1, 200},
            {'M', 1, 2},
            {'C', 0},
            {'G', 0, 0, 0, 0, 0, 0, 0, 0},
            {'}', '2'}
        }) {
            bombs.add(pickle(200_000, each));
        }
        int[] memos = new int[200_001];
        Arrays.fill(memos, 0x94);
        memos[0] = 'N';
        bombs.add(Pickles.zip(new Pickles().raw(memos).stop()));
        // Tensors and keys as short as they can be.
        StringBuilder tensors = new StringBuilder("{");
        StringBuilder keys = new StringBuilder("{\"__metadata__\":{");
        StringBuilder fields = new StringBuilder("{\"a\":{");
        for (int i = 0; i < 100_000; i++) {
            String comma = i == 0 ? "" : ",";
            tensors.append(comma)
                    .append('"')
                    .append(Integer.toString(i, 36))
                    .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
            keys.append(comma).append('"').append(Integer.toString(i, 36)).append("\":\"\"");
            fields.append(comma).append('"').append(Integer.toString(i, 36)).append("\":0");
        }
        bombs.add(safetensors(tensors + "}", 0));
        bombs.add(safetensors(keys + "}}", 0));
        bombs.add(safetensors(fields + "}}", 0));
        bombs.add(safetensors("{\"__metadata__\":{\"a\":\"" + "x".repeat(3_000_000) + "\"}}", 0));
        bombs.add(safetensors("{\"a\":" + "[".repeat(1_000_000) + "}", 0));
        List<Entry> many = new ArrayList<>();
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < 9_000; i++) {
            many.add(Entry.of(Integer.toString(i, 36), "F32"));
            texts.put(Integer.toString(i, 36), "");
        }
        long[] data = new long[1];
        byte[] head = HeaderFiles.ggufHead(3, texts, Map.of(), many, data);
        bombs.add(Arrays.copyOf(head, head.length + (int) data[0]));
        return bombs.stream();
    }

    /** Files that ask for much with few bytes. */
    @ParameterizedTest
    @MethodSource("bombs")
    void bombs_cost_no_more_than_their_length(byte[] bomb) {
        Fuzz fuzz = new Formats(folder).all().get("pickle");
        fuzz.tryOne(bomb);
        assertThat(fuzz.tryOne(bomb)).isEmpty();
    }

    @Test
    void what_only_a_bomb_has_is_refused_by_name() {
        byte[] many = pickle(17 << 20, '}');
        assertThatThrownBy(() -> ModelHeader.read(Path.of("m"), new MemoryChannel(many)))
                .hasMessageContaining("its data.pkl has 17825795 bytes; names and shapes take at most 16777216");
        byte[] legacy = Arrays.copyOf(Pickles.legacy(Pickles.stateDict()), 20);
        byte[] old = repeated(new String(legacy, StandardCharsets.ISO_8859_1), 17 << 20, "}", ".");
        assertThatThrownBy(() -> ModelHeader.read(Path.of("m"), new MemoryChannel(old)))
                .isInstanceOf(ModelFileException.class);
    }
}
