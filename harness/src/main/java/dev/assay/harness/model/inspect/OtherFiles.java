package dev.assay.harness.model.inspect;

import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.model.family.Layers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** VAEs, embeddings, and files of kinds that Assay can only name. */
final class OtherFiles {
    private static final Set<Long> TEXT_WIDTHS = Set.of(768L, 1024L, 1280L);

    /** A VAE or an embedding: family, what people call it, and what it is for. */
    record Small(ModelKind kind, String family, String title, List<String> contents) {}

    private OtherFiles() {}

    static Optional<Small> embedding(ModelHeader header) {
        List<Tensor> tensors = new ArrayList<>(header.tensors().values());
        List<String> parts = List.of("clip_l", "clip_g", "t5xxl");
        if (tensors.isEmpty() || tensors.size() > 4) {
            return Optional.empty();
        }
        if (tensors.stream().allMatch(t -> parts.contains(t.name()))) {
            boolean sdxl = header.tensors().containsKey("clip_g");
            return Optional.of(new Small(
                    ModelKind.EMBEDDING,
                    sdxl ? "sdxl" : "sd15",
                    sdxl ? "SDXL" : "Stable Diffusion 1.5",
                    tensors.stream().map(t -> t.name().replace('_', '-')).toList()));
        }
        for (Tensor tensor : tensors) {
            int rank = tensor.shape().size();
            long width = rank == 0 ? 0 : tensor.shape().get(rank - 1);
            boolean named = tensor.name().equals("emb_params") || tensor.name().startsWith("string_to_param.");
            boolean alone = tensors.size() == 1
                    && rank >= 1
                    && rank <= 2
                    && !tensor.name().endsWith(".weight");
            if (rank <= 2 && TEXT_WIDTHS.contains(width) && (named || alone)) {
                return Optional.of(
                        width == 768
                                ? new Small(ModelKind.EMBEDDING, "sd15", "Stable Diffusion 1.5", List.of("clip-l"))
                                : width == 1024
                                        ? new Small(ModelKind.EMBEDDING, "sd2", "Stable Diffusion 2", List.of("clip-h"))
                                        : new Small(ModelKind.EMBEDDING, "sdxl", "SDXL", List.of("clip-g")));
            }
        }
        return Optional.empty();
    }

    static Optional<Small> vae(Layers layers) {
        Layers vae = layers.hasUnder("first_stage_model.")
                ? layers.under("first_stage_model.")
                : layers.hasUnder("vae.") ? layers.under("vae.") : layers;
        String input = vae.has("decoder.conv_in.weight") ? "decoder.conv_in.weight" : "decoder.conv1.weight";
        long channels = vae.dimension(input, 1);
        boolean both = vae.hasUnder("encoder.") || vae.hasUnder("decoder.");
        if (channels > 0 && both && (vae.has("encoder.conv_in.weight") || vae.has("encoder.conv1.weight"))) {
            boolean video = vae.rank(input) == 5;
            String use = video
                    ? " channels, three-dimensional (Qwen-Image, Wan)"
                    : channels == 4
                            ? " channels (Stable Diffusion 1.5, 2 or SDXL)"
                            : channels == 16
                                    ? " channels (Flux.1, Chroma, HiDream-I1, Z-Image or SD 3)"
                                    : channels == 32 ? " channels (Flux.2)" : " channels";
            return Optional.of(new Small(ModelKind.VAE, "unknown", channels + use, List.of("vae")));
        }
        boolean tiny =
                vae.hasUnder("taesd_decoder.") || vae.has("decoder.layers.0.weight") || vae.has("decoder.1.weight");
        return tiny
                ? Optional.of(new Small(ModelKind.VAE, "unknown", "TAESD (small approximation)", List.of("vae")))
                : Optional.empty();
    }

    /** What else a file may be; empty if nothing is recognised. */
    static Optional<String> named(Layers layers) {
        if (layers.hasUnder("control_model.")
                || layers.hasUnder("controlnet_")
                || layers.hasUnder("controlnet_cond_embedding.")) {
            return Optional.of("a ControlNet, which Assay does not judge");
        }
        if (layers.hasUnder("ip_adapter.") || layers.hasUnder("image_proj.")) {
            return Optional.of("an IP-Adapter, which Assay does not judge");
        }
        if (layers.hasUnder("vision_model.") || layers.hasUnder("visual.")) {
            return Optional.of("a vision encoder, which Assay does not judge");
        }
        if (layers.hasUnder("conv_first.") || layers.hasUnder("model.0.weight") || layers.hasUnder("body.0.")) {
            return Optional.of("an upscaler, by its layers' names, which Assay does not judge");
        }
        return Optional.empty();
    }

    static String someNames(ModelHeader header) {
        Iterator<String> names = header.tensors().keySet().iterator();
        List<String> some = new ArrayList<>();
        while (names.hasNext() && some.size() < 3) {
            some.add(HostileText.clean(names.next(), 60));
        }
        return String.join(", ", some);
    }
}
