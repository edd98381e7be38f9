package dev.assay.harness.model.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.inspect.TensorScan.Broken;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorScanTest {
    @TempDir
    Path folder;

    /** Zeros, but for the bytes of some tensors' first values. */
    private ModelHeader file(List<Entry> tensors, Map<String, String> hex) throws IOException {
        Path file = HeaderFiles.safetensors(folder.resolve("model.safetensors"), Map.of(), tensors);
        ModelHeader header = ModelHeader.read(file);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            for (Map.Entry<String, String> value : hex.entrySet()) {
                out.seek(header.tensors().get(value.getKey()).begin());
                out.write(HexFormat.of().parseHex(value.getValue()));
            }
        }
        return header;
    }

    private static TensorScan scan(ModelHeader header) {
        return TensorScan.of(header, (file, done, of) -> {});
    }

    @ParameterizedTest(name = "{0} {1}: {2} NaN, {3} infinite")
    @CsvSource({
        "F64, 000000000000f07f, 0, 1",
        "F64, 010000000000f0ff, 1, 0",
        "F64, ffffffffffffef7f, 0, 0",
        "F32, 000080ff, 0, 1",
        "F32, 0000c07f, 1, 0",
        "F32, ffff7f7f, 0, 0",
        "C64, 000000000000807f, 0, 1",
        "F16, 007c00fc, 0, 2",
        "F16, 017c00fe, 2, 0",
        "F16, ff7bfffb, 0, 0",
        "BF16, 807f80ff, 0, 2",
        "BF16, c07f817f, 2, 0",
        "BF16, 7f7f, 0, 0",
        "F8_E5M2, 7cfc7d7ffe7b, 3, 2",
        "F8_E4M3, 7fff7efe, 2, 0",
        "F8_E4M3FNUZ, 807fff, 1, 0",
        "F8_E5M2FNUZ, 807fff, 1, 0"
    })
    void values_that_are_no_numbers_are_counted_in_every_type(String type, String hex, long nan, long infinite)
            throws IOException {
        ModelHeader header =
                file(List.of(Entry.of("w", type, 4, 4), Entry.of("v", type, 4)), Map.of("w", hex, "v", "01"));
        List<Broken> expected = nan + infinite == 0 ? List.of() : List.of(new Broken("w", nan, infinite));
        TensorScan scan = scan(header);
        assertThat(scan.broken()).isEqualTo(expected);
        assertThat(scan.read()).isEqualTo(2);
        assertThat(scan.zeroWeights()).isEmpty();
        assertThat(scan.problems().stream().anyMatch(Finding::isError)).isEqualTo(nan + infinite > 0);
    }

    @ParameterizedTest
    @CsvSource({"F64, 0000000000000080", "F32, 00000080", "F16, 0080", "BF16, 0080", "F8_E4M3, 80", "F8_E5M2, 80"})
    void negative_zero_is_zero(String type, String hex) throws IOException {
        ModelHeader header = file(
                List.of(Entry.of("w", type, 4, 4), Entry.of("b", type, 4), Entry.of("v", type, 4)),
                Map.of("w", hex, "v", "01"));
        assertThat(scan(header).zeroWeights()).containsExactly("w");
        assertThat(scan(header).zeroVectors()).containsExactly("b");
        assertThat(scan(header).problems()).singleElement().satisfies(p -> {
            assertThat(p.isError()).isFalse();
            assertThat(p.text()).isEqualTo("1 of 3 tensors are weights of zeros alone: w");
        });
    }

    @Test
    void a_value_at_the_end_of_a_tensor_of_several_pieces_is_seen() throws IOException {
        List<Entry> tensors = List.of(Entry.of("large", "F16", 1000, 1500), Entry.of("next", "F16", 2, 2));
        ModelHeader header = file(tensors, Map.of("next", "0100"));
        try (RandomAccessFile out = new RandomAccessFile(header.path().toFile(), "rw")) {
            out.seek(header.tensors().get("large").end() - 2);
            out.write(new byte[] {1, 0x7c});
        }
        List<Long> done = new ArrayList<>();
        TensorScan scan = TensorScan.of(header, (file, read, of) -> done.add(read));
        assertThat(scan.broken()).containsExactly(new Broken("large", 1, 0));
        assertThat(scan.problems().get(0).text())
                .startsWith("NaN or infinite values in 1 of 2 tensors")
                .endsWith("large (1 NaN)");
        assertThat(done).isSorted().endsWith(header.bytes());
    }

    @Test
    void nothing_but_zeros_is_fatal() throws IOException {
        TensorScan scan = scan(file(List.of(Entry.of("w", "F16", 4, 4), Entry.of("b", "F16", 4)), Map.of()));
        assertThat(scan.allZero()).isTrue();
        assertThat(scan.problems()).singleElement().satisfies(p -> {
            assertThat(p.isError()).isTrue();
            assertThat(p.text()).startsWith("all of its 2 tensors are zero");
        });
    }

    @Test
    void infinities_of_an_attention_mask_are_meant_but_nan_is_not() throws IOException {
        List<Entry> tensors = List.of(Entry.of("text.attn_mask", "F16", 2, 2), Entry.of("mask.weight", "F16", 2, 2));
        TensorScan scan = scan(file(tensors, Map.of("text.attn_mask", "00fc00fe", "mask.weight", "00fc")));
        assertThat(scan.broken()).containsExactly(new Broken("text.attn_mask", 1, 0), new Broken("mask.weight", 0, 1));
    }

    @Test
    void quantised_numbers_are_said_to_be_unread_and_positions_are_not_missed() throws IOException {
        TensorScan scan = scan(file(
                List.of(Entry.of("w", "U8", 4, 4), Entry.of("position_ids", "I64", 1, 4), Entry.of("s", "F32", 4)),
                Map.of("s", "01")));
        assertThat(scan.read()).isEqualTo(1);
        assertThat(scan.problems())
                .containsExactly(Finding.warning("quantised numbers are not looked at: 1 tensors of U8"));
    }

    @Test
    void an_empty_tensor_is_no_tensor_of_zeros() throws IOException {
        TensorScan scan = scan(file(List.of(Entry.of("v_pred", "F32", 0), Entry.of("w", "F32", 1)), Map.of("w", "01")));
        assertThat(scan.zeroVectors()).isEmpty();
        assertThat(scan.problems()).isEmpty();
    }

    @Test
    void a_file_that_became_shorter_and_other_containers_are_refused() throws IOException {
        ModelHeader header = file(List.of(Entry.of("w", "F16", 4, 4)), Map.of());
        try (RandomAccessFile out = new RandomAccessFile(header.path().toFile(), "rw")) {
            out.setLength(header.bytes() - 1);
        }
        assertThatThrownBy(() -> scan(header))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("within tensor w");
        ModelHeader gguf = ModelHeader.read(HeaderFiles.gguf(
                folder.resolve("a.gguf"), Map.of("general.architecture", "flux"), List.of(Entry.of("w", "F16", 4, 4))));
        assertThat(TensorScan.canRead(gguf)).isFalse();
        assertThatThrownBy(() -> scan(gguf))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("are not read");
    }
}
