package dev.assay.harness.render.comfyui;

import dev.assay.harness.model.HeaderFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A {@link FakeComfy} for whole runs, in tests of other packages. It lists {@code sd15.safetensors} and {@code style.safetensors}. */
public final class ComfyStandIn implements AutoCloseable {
    private static final List<String> MODULES = List.of(
            "lora_te_text_model_encoder_layers_0_self_attn_q_proj",
            "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q");

    private final FakeComfy fake = new FakeComfy();

    public String url() {
        return fake.url();
    }

    /** A LoRA of a text encoder and of the diffusion model in the server's own folder, which this machine can look into. */
    public Path lora(Path folder, String name) throws IOException {
        List<HeaderFiles.Entry> tensors = new ArrayList<>();
        for (String module : MODULES) {
            tensors.add(HeaderFiles.Entry.of(module + ".lora_down.weight", "F16", 4, 64));
            tensors.add(HeaderFiles.Entry.of(module + ".lora_up.weight", "F16", 64, 4));
        }
        Path file = HeaderFiles.safetensors(folder.resolve(name), Map.of(), tensors);
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Arrays.fill(bytes, 8 + header, bytes.length, (byte) 0x30); // numbers of 0.13
        Files.write(file, bytes);
        fake.sizes.put(name, file.toFile().length());
        fake.metadata.put(name, FakeComfy.object());
        fake.folderPaths.putArray("loras").add(folder.toString());
        return file;
    }

    /** What the server tells of a LoRA's metadata. */
    public void metadata(String name, String key, String value) {
        fake.metadata.put(name, FakeComfy.object().put(key, value));
    }

    @Override
    public void close() {
        fake.close();
    }
}
