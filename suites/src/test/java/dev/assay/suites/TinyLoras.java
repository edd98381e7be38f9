package dev.assay.suites;

import dev.assay.harness.model.DType;
import dev.assay.harness.model.SafetensorsWriter;
import dev.assay.harness.model.SafetensorsWriter.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** LoRAs of random numbers for attention layers of the bundled base, (96, 96) each, in every algorithm. */
final class TinyLoras {
    private static final List<String> LAYERS =
            List.of("mid_block_attentions_0", "up_blocks_0_attentions_0", "up_blocks_0_attentions_1");

    private TinyLoras() {}

    /** Tensors of one module: shapes by suffix. */
    private static Map<String, List<Long>> shapes(String algorithm) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        switch (algorithm) {
            case "loha" ->
                List.of("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")
                        .forEach(s -> shapes.put(s, s.endsWith("a") ? List.of(96L, 4L) : List.of(4L, 96L)));
            case "lokr" -> {
                shapes.put("lokr_w1", List.of(8L, 8L));
                shapes.put("lokr_w2", List.of(12L, 12L));
            }
            case "dora" -> {
                shapes.put("lora_up.weight", List.of(96L, 4L));
                shapes.put("lora_down.weight", List.of(4L, 96L));
                shapes.put("dora_scale", List.of(96L, 1L));
            }
            case "oft" -> shapes.put("oft_blocks", List.of(8L, 12L, 12L));
            case "boft" -> shapes.put("oft_blocks", List.of(2L, 8L, 12L, 12L));
            default -> throw new IllegalArgumentException(algorithm);
        }
        return shapes;
    }

    static void write(Path file, String algorithm) {
        Random random = new Random(5);
        List<Entry> tensors = new ArrayList<>();
        for (String layer : LAYERS) {
            for (String projection : List.of("to_q", "to_v", "to_out_0")) {
                String module = "lycoris_" + layer + "_transformer_blocks_0_attn1_" + projection + ".";
                shapes(algorithm).forEach((suffix, shape) -> tensors.add(entry(module + suffix, shape, random)));
            }
        }
        SafetensorsWriter.write(file, tensors, Map.of());
    }

    private static Entry entry(String name, List<Long> shape, Random random) {
        int count = Math.toIntExact(shape.stream().reduce(1L, (a, b) -> a * b));
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat((float) (0.5 * random.nextGaussian()) + (name.endsWith("dora_scale") ? 2 : 0));
        }
        bytes.flip();
        return new Entry(name, DType.F32, shape, bytes.remaining(), () -> bytes);
    }
}
