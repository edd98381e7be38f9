package dev.assay.suites.comfyui;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Makes the models of the live test: the smallest that a ComfyUI server accepts as the real thing, of random weights. Needs
 * the JDK only: {@code java suites/src/test/java/dev/assay/suites/comfyui/TinyModels.java DIR} with the server's {@code
 * models} folder. The same bytes on every machine: a tensor's values depend on its file and its name alone.
 *
 * <p>Flux.1 with one block of each kind, hidden size 128 = one head of 16 + 56 + 56 (the server reads these sizes from the
 * weights). The text encoder has the full size of CLIP-L (12 layers, 49,408 tokens), because the server does not read its
 * size from the file; used as {@code CLIPLoader} of type {@code stable_diffusion} it gives the 768 channels that this Flux
 * takes. The autoencoder has the layers of TAESD for 16 channels and is loaded as {@code taef1}.
 */
final class TinyModels {
    static final String BASE = "tiny-flux.safetensors";
    /** Every linear layer of {@link #BASE} moved a little: a finetune, to be compared as a checkpoint. */
    static final String FINETUNE = "tiny-flux-finetune.safetensors";

    static final String TEXT_ENCODER = "tiny-clip-l.safetensors";
    static final String AUTOENCODER = "taef1";
    /** Stable Diffusion 1.5 with one level instead of four; UNet, text encoder and autoencoder in one file. */
    static final String CHECKPOINT = "tiny-sd15.safetensors";

    /** Fits, and changes the picture plainly. */
    static final String LORA = "tiny-flux-style.safetensors";
    /** As {@link #LORA}, with every {@code lora_up} 0: an untrained file, matches and changes nothing. */
    static final String LORA_ZERO = "tiny-flux-untrained.safetensors";
    /** As {@link #LORA}, half of the modules renamed to blocks that the base does not have. */
    static final String LORA_HALF = "tiny-flux-half.safetensors";
    /** The names of {@link #LORA} with factors for a hidden size of 192: the server logs it and renders the base. */
    static final String LORA_SHAPE = "tiny-flux-wrong-shape.safetensors";
    /** Trains the text encoder too. */
    static final String LORA_TEXT = "tiny-flux-text.safetensors";
    /** Fits {@link #CHECKPOINT}, UNet and text encoder. */
    static final String LORA_SD15 = "tiny-sd15-style.safetensors";
    /** Made for SDXL: no name matches, the server logs it and renders the base. */
    static final String LORA_SDXL = "sdxl-style.safetensors";

    private static final int HIDDEN = 128;
    private static final int CONTEXT = 768;
    private static final int RANK = 4;

    private TinyModels() {}

    /** @param args the server's {@code models} folder */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java TinyModels.java DIR (the models folder of a ComfyUI server)");
            System.exit(2);
        }
        for (Path made : make(Path.of(args[0]))) {
            System.out.printf("%,12d bytes  %s%n", Files.size(made), made);
        }
    }

    /** Writes what is not there yet, whole or not at all. Returns all files. */
    static List<Path> make(Path models) throws IOException {
        List<Path> files = new ArrayList<>();
        Map<String, Tensor> flux = flux();
        Path diffusion = models.resolve("diffusion_models");
        files.add(write(diffusion.resolve(BASE), "flux", Map.of(), flux));
        files.add(write(diffusion.resolve(FINETUNE), "flux", Map.of(), moved(flux)));
        files.add(write(models.resolve("text_encoders").resolve(TEXT_ENCODER), "clip", Map.of(), clip("")));
        Path autoencoder = models.resolve("vae_approx");
        files.add(write(autoencoder.resolve(AUTOENCODER + "_encoder.safetensors"), "encoder", Map.of(), encoder(16)));
        files.add(write(autoencoder.resolve(AUTOENCODER + "_decoder.safetensors"), "decoder", Map.of(), decoder(16)));
        files.add(write(models.resolve("checkpoints").resolve(CHECKPOINT), "sd15", Map.of(), stableDiffusion()));
        files.addAll(makeLoras(models.resolve("loras")));
        return files;
    }

    /** The LoRAs alone: small, and without the server's folders. */
    static List<Path> makeLoras(Path loras) throws IOException {
        List<Path> files = new ArrayList<>();
        Map<String, Tensor> flux = flux();
        Map<String, Tensor> lora = lora(fluxLinears(flux));
        files.add(write(loras.resolve(LORA), "lora", kohya("flux1"), lora));
        files.add(write(loras.resolve(LORA_ZERO), "lora", kohya("flux1"), scaled(lora, ".lora_up.weight", 0)));
        files.add(write(loras.resolve(LORA_HALF), "lora", kohya("flux1"), halfRenamed(lora)));
        files.add(write(loras.resolve(LORA_SHAPE), "lora", kohya("flux1"), lora(wider(fluxLinears(flux)))));
        Map<String, Tensor> withText = new LinkedHashMap<>(lora);
        withText.putAll(lora(clipLinears("lora_te1_")));
        files.add(write(loras.resolve(LORA_TEXT), "lora", kohya("flux1"), withText));
        Map<String, Tensor> sd15 = lora(unetLinears());
        sd15.putAll(lora(clipLinears("lora_te_")));
        files.add(write(loras.resolve(LORA_SD15), "lora", kohya("sd_v1"), sd15));
        files.add(write(loras.resolve(LORA_SDXL), "sdxl", kohya("sdxl_base_v1-0"), lora(sdxlLinears())));
        return files;
    }

    // ---- Tensors ----

    /**
     * @param shape C order
     * @param deviation standard deviation of its values around {@code mean}; they are uniform, so that no library's normal
     *     distribution decides the bytes
     * @param source whose random stream it takes: its own name's, or that of the tensor it was copied from
     * @param more a second tensor to add, or null
     */
    private record Tensor(List<Integer> shape, double mean, double deviation, String source, Tensor more) {
        static Tensor random(String name, double deviation, int... shape) {
            return new Tensor(boxed(shape), 0, deviation, name, null);
        }

        static Tensor constant(String name, double value, int... shape) {
            return new Tensor(boxed(shape), value, 0, name, null);
        }

        private static List<Integer> boxed(int... shape) {
            return Arrays.stream(shape).boxed().toList();
        }

        /** Another random tensor of this shape. */
        Tensor like(String name, double other) {
            return new Tensor(shape, 0, other, name, null);
        }

        Tensor times(double factor) {
            return new Tensor(shape, mean * factor, deviation * factor, source, null);
        }

        Tensor plus(Tensor other) {
            return new Tensor(shape, mean, deviation, source, other);
        }

        int elements() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }

        /** @param seed of the file */
        float[] values(String seed) {
            SplittableRandom random = new SplittableRandom(31L * seed.hashCode() + source.hashCode());
            float[] added = more == null ? new float[elements()] : more.values(seed);
            double halfWidth = deviation * Math.sqrt(3);
            for (int i = 0; i < added.length; i++) {
                added[i] += (float) (mean + halfWidth * (2 * random.nextDouble() - 1));
            }
            return added;
        }
    }

    private static void linear(Map<String, Tensor> to, String name, int out, int in, double gain) {
        to.put(name + ".weight", Tensor.random(name + ".weight", gain / Math.sqrt(in), out, in));
        to.put(name + ".bias", Tensor.random(name + ".bias", 0.02, out));
    }

    private static void norm(Map<String, Tensor> to, String name, int size) {
        to.put(name + ".weight", Tensor.constant(name + ".weight", 1, size));
        to.put(name + ".bias", Tensor.constant(name + ".bias", 0, size));
    }

    private static void conv(Map<String, Tensor> to, String name, int out, int in, double gain, Double bias) {
        to.put(name + ".weight", Tensor.random(name + ".weight", gain / Math.sqrt(9.0 * in), out, in, 3, 3));
        if (bias != null) {
            to.put(name + ".bias", Tensor.constant(name + ".bias", bias, out));
        }
    }

    // ---- Models ----

    /** Names and shapes of Flux.1 dev (the guidance embedder tells dev from schnell). */
    private static Map<String, Tensor> flux() {
        Map<String, Tensor> t = new LinkedHashMap<>();
        linear(t, "img_in", HIDDEN, 64, 1);
        linear(t, "txt_in", HIDDEN, CONTEXT, 1);
        for (String embedder : List.of("time_in", "vector_in", "guidance_in")) {
            linear(t, embedder + ".in_layer", HIDDEN, embedder.equals("vector_in") ? CONTEXT : 256, 1);
            linear(t, embedder + ".out_layer", HIDDEN, HIDDEN, 1);
        }
        for (String stream : List.of("img", "txt")) {
            String block = "double_blocks.0." + stream;
            linear(t, block + "_mod.lin", 6 * HIDDEN, HIDDEN, 1);
            linear(t, block + "_attn.qkv", 3 * HIDDEN, HIDDEN, 1);
            attentionNorms(t, block + "_attn.norm");
            linear(t, block + "_attn.proj", HIDDEN, HIDDEN, 1);
            linear(t, block + "_mlp.0", 4 * HIDDEN, HIDDEN, 1);
            linear(t, block + "_mlp.2", HIDDEN, 4 * HIDDEN, 1);
        }
        linear(t, "single_blocks.0.modulation.lin", 3 * HIDDEN, HIDDEN, 1);
        linear(t, "single_blocks.0.linear1", 7 * HIDDEN, HIDDEN, 1);
        attentionNorms(t, "single_blocks.0.norm");
        linear(t, "single_blocks.0.linear2", HIDDEN, 5 * HIDDEN, 1);
        linear(t, "final_layer.adaLN_modulation.1", 2 * HIDDEN, HIDDEN, 1);
        linear(t, "final_layer.linear", 64, HIDDEN, 1);
        return t;
    }

    private static void attentionNorms(Map<String, Tensor> t, String name) {
        t.put(name + ".query_norm.scale", Tensor.constant(name + ".query_norm.scale", 1, HIDDEN));
        t.put(name + ".key_norm.scale", Tensor.constant(name + ".key_norm.scale", 1, HIDDEN));
    }

    /** @param prefix before every name */
    private static Map<String, Tensor> clip(String prefix) {
        int width = 768;
        Map<String, Tensor> t = new LinkedHashMap<>();
        String model = prefix + "text_model.";
        String tokens = model + "embeddings.token_embedding.weight";
        String positions = model + "embeddings.position_embedding.weight";
        t.put(tokens, Tensor.random(tokens, 1, 49408, width));
        t.put(positions, Tensor.random(positions, 0.3, 77, width));
        for (int layer = 0; layer < 12; layer++) {
            String block = model + "encoder.layers." + layer + ".";
            norm(t, block + "layer_norm1", width);
            for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                linear(t, block + "self_attn." + projection, width, width, 1);
            }
            norm(t, block + "layer_norm2", width);
            linear(t, block + "mlp.fc1", 4 * width, width, 1);
            linear(t, block + "mlp.fc2", width, 4 * width, 1);
        }
        norm(t, model + "final_layer_norm", width);
        String projection = prefix + "text_projection.weight";
        t.put(projection, Tensor.random(projection, 1 / Math.sqrt(width), width, width));
        return t;
    }

    /** Layers of TAESD's decoder, numbered as its {@code Sequential} numbers them. */
    private static Map<String, Tensor> decoder(int channels) {
        Map<String, Tensor> t = new LinkedHashMap<>();
        conv(t, "1", 64, channels, 1.4, 0.0);
        for (int block : new int[] {3, 4, 5, 8, 9, 10, 13, 14, 15, 18}) {
            residual(t, block);
        }
        for (int upsampled : new int[] {7, 12, 17}) {
            conv(t, Integer.toString(upsampled), 64, 64, 1, null);
        }
        conv(t, "19", 3, 64, 0.35, 0.5);
        return t;
    }

    /** Layers of TAESD's encoder. */
    private static Map<String, Tensor> encoder(int channels) {
        Map<String, Tensor> t = new LinkedHashMap<>();
        conv(t, "0", 64, 3, 1.4, 0.0);
        for (int block : new int[] {1, 3, 4, 5, 7, 8, 9, 11, 12, 13}) {
            residual(t, block);
        }
        for (int halved : new int[] {2, 6, 10}) {
            conv(t, Integer.toString(halved), 64, 64, 1, null);
        }
        conv(t, "14", channels, 64, 1, 0.0);
        return t;
    }

    private static void residual(Map<String, Tensor> t, int block) {
        conv(t, block + ".conv.0", 64, 64, 1.4, 0.0);
        conv(t, block + ".conv.2", 64, 64, 1.4, 0.0);
        conv(t, block + ".conv.4", 64, 64, 0.3, 0.0);
    }

    /** Names of the original single file. The server finds the family by 320 channels and a context of 768. */
    private static Map<String, Tensor> stableDiffusion() {
        Map<String, Tensor> t = new LinkedHashMap<>();
        unet(t, "model.diffusion_model.");
        t.putAll(clip("cond_stage_model.transformer."));
        t.remove("cond_stage_model.transformer.text_projection.weight"); // Stable Diffusion 1.5 has none
        decoder(4).forEach((name, tensor) -> t.put("first_stage_model.taesd_decoder." + name, tensor));
        encoder(4).forEach((name, tensor) -> t.put("first_stage_model.taesd_encoder." + name, tensor));
        // A random UNet takes no noise away: its latents stay at the size of the first noise, about 14.
        t.put("first_stage_model.vae_scale", Tensor.constant("vae_scale", 0.025));
        t.put("first_stage_model.vae_shift", Tensor.constant("vae_shift", 0));
        return t;
    }

    private static void unet(Map<String, Tensor> t, String prefix) {
        int width = 320;
        linear(t, prefix + "time_embed.0", 4 * width, width, 1);
        linear(t, prefix + "time_embed.2", 4 * width, 4 * width, 1);
        conv(t, prefix + "input_blocks.0.0", width, 4, 1, 0.0);
        unetBlock(t, prefix + "input_blocks.1.", width);
        unetBlock(t, prefix + "middle_block.", width);
        resnet(t, prefix + "middle_block.2", width);
        unetBlock(t, prefix + "output_blocks.0.", 2 * width);
        unetBlock(t, prefix + "output_blocks.1.", 2 * width);
        norm(t, prefix + "out.0", width);
        conv(t, prefix + "out.2", 4, width, 1, 0.0);
    }

    private static void unetBlock(Map<String, Tensor> t, String name, int in) {
        int width = 320;
        resnet(t, name + "0", in);
        String attention = name + "1.";
        norm(t, attention + "norm", width);
        for (String projection : List.of("proj_in", "proj_out")) {
            String key = attention + projection;
            t.put(key + ".weight", Tensor.random(key + ".weight", 1 / Math.sqrt(width), width, width, 1, 1));
            t.put(key + ".bias", Tensor.constant(key + ".bias", 0, width));
        }
        String block = attention + "transformer_blocks.0.";
        for (String layer : List.of("attn1", "attn2")) {
            int context = layer.equals("attn1") ? width : CONTEXT;
            matrix(t, block + layer + ".to_q.weight", width, width);
            matrix(t, block + layer + ".to_k.weight", width, context);
            matrix(t, block + layer + ".to_v.weight", width, context);
            linear(t, block + layer + ".to_out.0", width, width, 1);
        }
        linear(t, block + "ff.net.0.proj", 8 * width, width, 1);
        linear(t, block + "ff.net.2", width, 4 * width, 1);
        for (String number : List.of("norm1", "norm2", "norm3")) {
            norm(t, block + number, width);
        }
    }

    private static void resnet(Map<String, Tensor> t, String name, int in) {
        int width = 320;
        norm(t, name + ".in_layers.0", in);
        conv(t, name + ".in_layers.2", width, in, 1, 0.0);
        linear(t, name + ".emb_layers.1", width, 4 * width, 1);
        norm(t, name + ".out_layers.0", width);
        conv(t, name + ".out_layers.3", width, width, 1, 0.0);
        if (in != width) {
            String skip = name + ".skip_connection";
            t.put(skip + ".weight", Tensor.random(skip + ".weight", 1 / Math.sqrt(in), width, in, 1, 1));
            t.put(skip + ".bias", Tensor.constant(skip + ".bias", 0, width));
        }
    }

    private static void matrix(Map<String, Tensor> t, String name, int out, int in) {
        t.put(name, Tensor.random(name, 1 / Math.sqrt(in), out, in));
    }

    /** Every weight matrix moved by a third of its own size, in a direction of its own. */
    private static Map<String, Tensor> moved(Map<String, Tensor> model) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        model.forEach((name, t) ->
                moved.put(name, t.shape().size() == 2 ? t.plus(t.like("moved " + name, t.deviation() / 3)) : t));
        return moved;
    }

    // ---- LoRAs: kohya's names ----

    /** Name of a module in kohya's spelling, and the shape (out, in) of its weight. */
    private static Map<String, List<Integer>> fluxLinears(Map<String, Tensor> flux) {
        return linears(
                flux, "lora_unet_", name -> name.startsWith("double_blocks") || name.startsWith("single_blocks"));
    }

    private static Map<String, List<Integer>> unetLinears() {
        Map<String, Tensor> unet = new LinkedHashMap<>();
        unet(unet, "");
        return linears(unet, "lora_unet_", name -> name.contains("transformer_blocks"));
    }

    private static Map<String, List<Integer>> clipLinears(String prefix) {
        return linears(clip(""), prefix, name -> name.contains(".mlp.") || name.contains(".self_attn."));
    }

    private static Map<String, List<Integer>> linears(
            Map<String, Tensor> model, String prefix, Predicate<String> wanted) {
        Map<String, List<Integer>> linears = new LinkedHashMap<>();
        model.forEach((name, tensor) -> {
            if (wanted.test(name) && tensor.shape().size() == 2) {
                String module = name.substring(0, name.length() - ".weight".length());
                linears.put(prefix + module.replace('.', '_'), tensor.shape());
            }
        });
        return linears;
    }

    /** Attention of SDXL's deepest stage: its context is 2048 wide, which no other family has. */
    private static Map<String, List<Integer>> sdxlLinears() {
        Map<String, List<Integer>> linears = new LinkedHashMap<>();
        for (String stage : List.of("input_blocks_7_1", "input_blocks_8_1", "middle_block_1")) {
            for (int depth = 0; depth < 10; depth++) {
                String block = "lora_unet_" + stage + "_transformer_blocks_" + depth;
                linears.put(block + "_attn1_to_q", List.of(1280, 1280));
                linears.put(block + "_attn2_to_k", List.of(1280, 2048));
            }
        }
        linears.put("lora_te1_text_model_encoder_layers_0_mlp_fc1", List.of(3072, 768));
        linears.put("lora_te2_text_model_encoder_layers_0_mlp_fc1", List.of(5120, 1280));
        return linears;
    }

    private static Map<String, List<Integer>> wider(Map<String, List<Integer>> linears) {
        Map<String, List<Integer>> wider = new LinkedHashMap<>();
        linears.forEach((name, shape) -> wider.put(name, List.of(shape.get(0) / 2 * 3, shape.get(1) / 2 * 3)));
        return wider;
    }

    /** The product of both factors has about the size of the weights it is added to. */
    private static Map<String, Tensor> lora(Map<String, List<Integer>> linears) {
        Map<String, Tensor> t = new LinkedHashMap<>();
        linears.forEach((module, shape) -> {
            String down = module + ".lora_down.weight";
            String up = module + ".lora_up.weight";
            t.put(module + ".alpha", Tensor.constant(module + ".alpha", RANK));
            t.put(down, Tensor.random(down, 1 / Math.sqrt(shape.get(1)), RANK, shape.get(1)));
            t.put(up, Tensor.random(up, 1 / Math.sqrt(RANK), shape.get(0), RANK));
        });
        return t;
    }

    private static Map<String, Tensor> scaled(Map<String, Tensor> lora, String suffix, double factor) {
        Map<String, Tensor> scaled = new LinkedHashMap<>();
        lora.forEach((name, tensor) -> scaled.put(name, name.endsWith(suffix) ? tensor.times(factor) : tensor));
        return scaled;
    }

    /** The single block's modules and the text stream's become those of blocks 7, which the base does not have. */
    private static Map<String, Tensor> halfRenamed(Map<String, Tensor> lora) {
        return lora.entrySet().stream()
                .collect(Collectors.toMap(
                        e -> e.getKey().contains("_txt_") || e.getKey().contains("single_blocks")
                                ? e.getKey().replace("blocks_0", "blocks_7")
                                : e.getKey(),
                        Map.Entry::getValue,
                        (a, b) -> a,
                        LinkedHashMap::new));
    }

    private static Map<String, String> kohya(String family) {
        return Map.of(
                "ss_base_model_version",
                family,
                "ss_network_module",
                family.equals("flux1") ? "networks.lora_flux" : "networks.lora",
                "ss_network_dim",
                Integer.toString(RANK),
                "ss_network_alpha",
                Integer.toString(RANK));
    }

    // ---- safetensors, float16 ----

    private static Path write(Path file, String seed, Map<String, String> metadata, Map<String, Tensor> tensors)
            throws IOException {
        if (Files.exists(file)) {
            return file;
        }
        Files.createDirectories(file.getParent());
        StringBuilder header = new StringBuilder("{\"__metadata__\":{")
                .append(metadata.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(e -> '"' + e.getKey() + "\":\"" + e.getValue() + '"')
                        .collect(Collectors.joining(",")))
                .append('}');
        long offset = 0;
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            long end = offset + 2L * e.getValue().elements();
            header.append(",\"")
                    .append(e.getKey())
                    .append("\":{\"dtype\":\"F16\",\"shape\":")
                    .append(e.getValue().shape().toString().replace(" ", ""))
                    .append(",\"data_offsets\":[")
                    .append(offset)
                    .append(',')
                    .append(end)
                    .append("]}");
            offset = end;
        }
        header.append('}');
        while (header.length() % 8 != 0) {
            header.append(' ');
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 20)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            for (Tensor tensor : tensors.values()) {
                float[] values = tensor.values(seed);
                ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                for (float value : values) {
                    bytes.putShort(half(value));
                }
                out.write(bytes.array());
            }
        }
        return Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** float16, rounded to nearest (ties away from 0); what is below its smallest normal number becomes 0. */
    private static short half(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = (bits & 0x7fff_ffff) + 0x1000; // half of float16's last place
        if (magnitude < 113 << 23) {
            return (short) sign;
        }
        if (magnitude >= 143 << 23) {
            throw new IllegalArgumentException(value + " is no finite float16");
        }
        return (short) (sign | ((magnitude - (112 << 23)) >>> 13));
    }
}
