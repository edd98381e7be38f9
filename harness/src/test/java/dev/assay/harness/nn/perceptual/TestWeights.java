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

    static final int WIDTH = 128;
    static final int LAYERS = 12;
    static final int OUT = 64;
    static final int RANK = 4;

    /** One of DreamSim's networks under the names of its file; {@code clip.} and {@code open_clip.} have a norm before the layers. */
    static Map<String, Tensor> vit(String prefix) {
        Map<String, Tensor> all = new TreeMap<>();
        vit(all, prefix, "cls_token", 1, 1, WIDTH);
        vit(all, prefix, "pos_embed", 1, 14 * 14 + 1, WIDTH);
        vit(all, prefix, "patch_embed.proj.weight", WIDTH, 3, 16, 16);
        vit(all, prefix, "patch_embed.proj.bias", WIDTH);
        List<String> norms = new ArrayList<>(List.of("norm"));
        if (prefix.endsWith("clip.")) {
            norms.add("pos_drop");
        }
        for (int i = 0; i < LAYERS; i++) {
            String block = "blocks." + i + ".";
            norms.add(block + "norm1");
            norms.add(block + "norm2");
            vit(all, prefix, block + "attn.qkv.weight", 3 * WIDTH, WIDTH);
            vit(all, prefix, block + "attn.qkv.bias", 3 * WIDTH);
            vit(all, prefix, block + "attn.proj.weight", WIDTH, WIDTH);
            vit(all, prefix, block + "attn.proj.bias", WIDTH);
            vit(all, prefix, block + "mlp.fc1.weight", 4 * WIDTH, WIDTH);
            vit(all, prefix, block + "mlp.fc1.bias", 4 * WIDTH);
            vit(all, prefix, block + "mlp.fc2.weight", WIDTH, 4 * WIDTH);
            vit(all, prefix, block + "mlp.fc2.bias", WIDTH);
        }
        for (String norm : norms) {
            vit(all, prefix, norm + ".weight", WIDTH);
            vit(all, prefix, norm + ".bias", WIDTH);
        }
        return all;
    }

    /** As {@code fill_vit}. */
    private static void vit(Map<String, Tensor> all, String prefix, String name, long... shape) {
        boolean norm = name.contains("norm") || name.contains("pos_drop");
        long row = 1;
        for (int i = 1; i < shape.length; i++) {
            row *= shape[i];
        }
        double spread = norm || shape.length < 2 ? 0.2 : shape.length == 3 ? 1 : Math.sqrt(3.0 / row);
        all.put(name, HashedWeights.tensor(prefix + name, norm && name.endsWith("weight") ? 1 : 0, spread, shape));
    }

    static Tensor projection(String branch) {
        return HashedWeights.tensor(branch + ".proj", 0, 0.3, WIDTH, OUT);
    }

    /** The LoRA under PEFT's names. */
    static Map<String, Tensor> dreamSimLora() {
        Map<String, Tensor> all = new TreeMap<>();
        for (int branch = 0; branch < 3; branch++) {
            for (int i = 0; i < LAYERS; i++) {
                String layer = "base_model.model.extractor_list." + branch + ".model.blocks." + i + ".attn.qkv.lora_";
                String a = layer + "A.weight";
                String b = layer + "B.weight";
                all.put(a, HashedWeights.tensor(a, 0, 0.4, RANK, WIDTH));
                all.put(b, HashedWeights.tensor(b, 0, 0.4, 3 * WIDTH, RANK));
            }
        }
        return all;
    }

    /** As {@code sscd_vector}. */
    static Map<String, Tensor> resnet50() {
        Map<String, Tensor> all = new TreeMap<>();
        convolution(all, "conv1", "bn1", 64, 3, 7);
        long in = 64;
        int[] blocks = {3, 4, 6, 3};
        for (int stage = 0; stage < blocks.length; stage++) {
            long width = 64L << stage;
            for (int i = 0; i < blocks[stage]; i++) {
                String name = "layer" + (stage + 1) + "." + i + ".";
                convolution(all, name + "conv1", name + "bn1", width, in, 1);
                convolution(all, name + "conv2", name + "bn2", width, width, 3);
                convolution(all, name + "conv3", name + "bn3", 4 * width, width, 1);
                if (i == 0) {
                    convolution(all, name + "downsample.0", name + "downsample.1", 4 * width, in, 1);
                }
                in = 4 * width;
            }
        }
        all.put("fc.weight", HashedWeights.tensor("fc.weight", 0, Math.sqrt(6.0 / in), 512, in));
        all.put("fc.bias", HashedWeights.tensor("fc.bias", 0, 0.2, 512));
        return all;
    }

    private static void convolution(Map<String, Tensor> all, String conv, String norm, long out, long in, long kernel) {
        String weight = conv + ".weight";
        all.put(
                weight,
                HashedWeights.tensor(weight, 0, Math.sqrt(6.0 / (in * kernel * kernel)), out, in, kernel, kernel));
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
            String name = norm + "." + part;
            boolean half = part.equals("weight") || part.equals("running_var");
            all.put(name, HashedWeights.tensor(name, half ? 0.5 : 0, 0.2, out));
        }
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
