package dev.assay.harness.model.inspect;

import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A folder of LoRAs to measure {@code assay inspect} with: kohya's names, all 722 linear layers of SDXL's UNet (2,166 tensors),
 * rank 16, metadata with 200 tags. {@code LoraShelf FOLDER COUNT} writes holes for numbers; with a third argument they are random.
 */
public final class LoraShelf {
    private static final int RANK = 16;
    private static final int TAGS = 200;

    private LoraShelf() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int count = Integer.parseInt(arguments[1]);
        List<Entry> tensors = tensors();
        for (int i = 0; i < count; i++) {
            Path file = folder.resolve(String.format("style-%04d.safetensors", i));
            HeaderFiles.safetensors(file, metadata(i), tensors);
            if (arguments.length > 2) {
                fill(file, tensors, new Random(i));
            }
        }
    }

    /** Of one file, in the order of kohya's trainer. */
    static List<Entry> tensors() {
        List<Entry> tensors = new ArrayList<>();
        for (int block : new int[] {4, 5, 7, 8}) {
            transformer(tensors, "input_blocks_" + block + "_1", block < 7 ? 640 : 1280, block < 7 ? 2 : 10);
        }
        transformer(tensors, "middle_block_1", 1280, 10);
        for (int block = 0; block < 6; block++) {
            transformer(tensors, "output_blocks_" + block + "_1", block < 3 ? 1280 : 640, block < 3 ? 10 : 2);
        }
        return tensors;
    }

    private static void transformer(List<Entry> tensors, String name, long width, int depth) {
        module(tensors, name + "_proj_in", width, width);
        module(tensors, name + "_proj_out", width, width);
        for (int i = 0; i < depth; i++) {
            String block = name + "_transformer_blocks_" + i;
            for (String attention : List.of("_attn1", "_attn2")) {
                long text = attention.equals("_attn1") ? width : 2048;
                module(tensors, block + attention + "_to_q", width, width);
                module(tensors, block + attention + "_to_k", width, text);
                module(tensors, block + attention + "_to_v", width, text);
                module(tensors, block + attention + "_to_out_0", width, width);
            }
            module(tensors, block + "_ff_net_0_proj", 8 * width, width);
            module(tensors, block + "_ff_net_2", width, 4 * width);
        }
    }

    private static void module(List<Entry> tensors, String name, long out, long in) {
        tensors.add(Entry.of("lora_unet_" + name + ".alpha", "F16"));
        tensors.add(Entry.of("lora_unet_" + name + ".lora_down.weight", "F16", RANK, in));
        tensors.add(Entry.of("lora_unet_" + name + ".lora_up.weight", "F16", out, RANK));
    }

    private static Map<String, String> metadata(int number) {
        StringBuilder tags = new StringBuilder("{\"10_style\": {\"style" + number + "\": 40");
        for (int tag = 0; tag < TAGS; tag++) {
            tags.append(", \"tag ").append(tag).append("\": ").append(TAGS - tag);
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("ss_network_module", "networks.lora");
        metadata.put("ss_network_dim", "" + RANK);
        metadata.put("ss_network_alpha", "8");
        metadata.put("ss_base_model_version", "sdxl_base_v1-0");
        metadata.put("ss_output_name", "style-" + number);
        metadata.put("ss_tag_frequency", tags.append("}}").toString());
        return metadata;
    }

    /** Numbers of both signs between 2^-6 and 2^-5 in size, and alphas of 8. */
    private static void fill(Path file, List<Entry> tensors, Random random) throws IOException {
        long elements = 0;
        for (Entry tensor : tensors) {
            elements += tensor.shape().stream().reduce(1L, (a, b) -> a * b);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long at = channel.size() - 2 * elements;
            for (Entry tensor : tensors) {
                int count = Math.toIntExact(tensor.shape().stream().reduce(1L, (a, b) -> a * b));
                byte[] bytes = new byte[2 * count];
                random.nextBytes(bytes);
                for (int i = 1; i < bytes.length; i += 2) {
                    bytes[i] = (byte) (tensor.shape().isEmpty() ? 0x48 : (bytes[i] & 0x87) | 0x24);
                }
                if (tensor.shape().isEmpty()) {
                    bytes[0] = 0;
                }
                channel.write(ByteBuffer.wrap(bytes), at);
                at += bytes.length;
            }
        }
    }
}
