package dev.assay.harness.nn.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AffineHeadTest {
    @TempDir
    Path folder;

    /** Tensors of zeros, or of the bytes given. */
    private AffineHead read(String header, int... bytes) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + json.length + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(json.length).put(json);
        for (int b : bytes) {
            all.put((byte) b);
        }
        Path file = Files.write(folder.resolve("head.safetensors"), all.array());
        return AffineHead.read(ModelHeader.read(file), "mlp.", "a head");
    }

    /** 2 a + 3 b + 1 in each of the short types; 0x4000 is 2 in both. */
    @ParameterizedTest
    @CsvSource({"F16, 0x42, 0x00, 0x3c, 0x00", "BF16, 0x40, 0x40, 0x3f, 0x80"})
    void short_floats_are_read(String type, String threeHigh, String threeLow, String oneHigh, String oneLow)
            throws IOException {
        AffineHead head = read(
                "{'mlp.weight':{'dtype':'TYPE','shape':[1,2],'data_offsets':[0,4]},'mlp.bias':{'dtype':'TYPE','shape':[1],'data_offsets':[4,6]}}"
                        .replace("TYPE", type),
                0,
                0x40,
                Integer.decode(threeLow),
                Integer.decode(threeHigh),
                Integer.decode(oneLow),
                Integer.decode(oneHigh));
        assertThat(head.inputs()).isEqualTo(2);
        assertThat(head.of(new float[] {10, 100})).isEqualTo(321);
        assertThatThrownBy(() -> head.of(new float[3])).hasMessage("expected a vector of 2 numbers, found 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'other.weight':{'dtype':'F16','shape':[1,1],'data_offsets':[0,2]}} | tensors mlp.layers.N.weight, found none",
                "{'mlp.norm':{'dtype':'F16','shape':[1,1],'data_offsets':[0,2]}} | found the tensor mlp.norm",
                "{'mlp.layers.12345.weight':{'dtype':'F16','shape':[1,1],'data_offsets':[0,2]}} | found the tensor mlp.layers.12345.weight",
                "{'mlp.weight':{'dtype':'F16','shape':[1,1],'data_offsets':[0,2]}} | a weight of two dimensions and a bias",
                "{'mlp.weight':{'dtype':'F16','shape':[2],'data_offsets':[0,4]},'mlp.bias':{'dtype':'F16','shape':[2],'data_offsets':[4,8]}} | a weight of two dimensions",
                "{'mlp.weight':{'dtype':'F16','shape':[1,1],'data_offsets':[0,2]},'mlp.bias':{'dtype':'F16','shape':[3],'data_offsets':[2,8]}} | a bias of as many numbers",
                "{'mlp.weight':{'dtype':'F16','shape':[2,1],'data_offsets':[0,4]},'mlp.bias':{'dtype':'F16','shape':[2],'data_offsets':[4,8]}} | found 2 outputs before 1 input",
                "{'mlp.weight':{'dtype':'I16','shape':[1,1],'data_offsets':[0,2]},'mlp.bias':{'dtype':'I16','shape':[1],'data_offsets':[2,4]}} | found mlp.weight as I16",
                "{'mlp.weight':{'dtype':'F16','shape':[1,0],'data_offsets':[0,0]},'mlp.bias':{'dtype':'F16','shape':[1],'data_offsets':[0,2]}} | found mlp.weight as F16 [1, 0]"
            })
    void layers_that_are_no_head_are_refused(String header, String problem) {
        String last = header.substring(0, header.lastIndexOf(']'));
        int size = Integer.parseInt(last.substring(last.lastIndexOf(',') + 1));
        assertThatThrownBy(() -> read(header, new int[size]))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("head.safetensors: expected a head: ")
                .hasMessageContaining(problem);
    }

    @Test
    void layers_are_taken_in_the_order_of_their_numbers() throws IOException {
        // 2 x first (layers.9), then 3 y + 1 (layers.10): 6 x + 1
        AffineHead head = read(
                "{'mlp.layers.10.weight':{'dtype':'F16','shape':[1,1],'data_offsets':[0,2]},'mlp.layers.10.bias':{'dtype':'F16','shape':[1],'data_offsets':[2,4]},"
                        + "'mlp.layers.9.weight':{'dtype':'F16','shape':[1,1],'data_offsets':[4,6]},'mlp.layers.9.bias':{'dtype':'F16','shape':[1],'data_offsets':[6,8]}}",
                0,
                0x42,
                0,
                0x3c,
                0,
                0x40,
                0,
                0);
        assertThat(head.of(new float[] {5})).isEqualTo(31);
    }
}
