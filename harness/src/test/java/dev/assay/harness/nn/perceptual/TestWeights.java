package dev.assay.harness.nn.perceptual;

import dev.assay.harness.nn.HashedWeights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Weights from hashes, as in {@code golden_perceptual.py}, and files of them. */
final class TestWeights {
    private TestWeights() {}

    static Map<String, Tensor> lpips(LpipsTrunk trunk) {
        Map<String, Tensor> all = new TreeMap<>();
        for (int k = 0; k < trunk.stages().size(); k++) {
            LpipsTrunk.Stage stage = trunk.stages().get(k);
            for (LpipsTrunk.Layer c : stage.layers()) {
                String name = "features." + c.index();
                double spread = Math.sqrt(6.0 / (c.in() * c.kernel() * c.kernel()));
                all.put(
                        name + ".weight",
                        HashedWeights.tensor(name + ".weight", 0, spread, c.out(), c.in(), c.kernel(), c.kernel()));
                all.put(name + ".bias", HashedWeights.tensor(name + ".bias", 0, 0.1, c.out()));
            }
            String lin = "lin" + k + ".model.1.weight";
            all.put(
                    lin,
                    HashedWeights.tensor(lin, 0, 1, 1, stage.channels(), 1, 1).clamp_min(new Scalar(0.0)));
        }
        return all;
    }

    /** Those whose names begin so. */
    static Map<String, Tensor> only(Map<String, Tensor> all, String prefix) {
        Map<String, Tensor> some = new TreeMap<>(all);
        some.keySet().removeIf(name -> !name.startsWith(prefix));
        return some;
    }

    /** A safetensors file of float32. */
    static Path write(Path file, Map<String, Tensor> tensors) throws IOException {
        List<String> header = new ArrayList<>();
        long at = 0;
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            long end = at + e.getValue().numel() * Float.BYTES;
            header.add("\"" + e.getKey() + "\":{\"dtype\":\"F32\",\"shape\":"
                    + Arrays.toString(e.getValue().shape()) + ",\"data_offsets\":[" + at + "," + end + "]}");
            at = end;
        }
        byte[] json = ("{" + String.join(",", header) + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(8 + json.length + at)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        for (Tensor t : tensors.values()) {
            float[] values = new float[(int) t.numel()];
            t.contiguous().data_ptr_float().get(values);
            for (float v : values) {
                bytes.putFloat(v);
            }
        }
        return Files.write(file, bytes.array());
    }
}
