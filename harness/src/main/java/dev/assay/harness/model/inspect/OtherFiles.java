package dev.assay.harness.model.inspect;

import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.family.FamilyTrait;
import dev.assay.harness.model.family.Layers;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.family.TextEncoder;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** VAEs, embeddings, and files of kinds that Assay names and does not judge. */
final class OtherFiles {
    private static final int MAX_BUNDLED = 12;
    private static final Pattern BUNDLED_PART = Pattern.compile("\\.(string_to_param\\.[^.]*|[^.]*)$");

    /** A file that is neither a model nor a LoRA: family, what people call it, and what it is for. */
    record Small(ModelKind kind, String family, String title, List<String> contents) {}

    private OtherFiles() {}

    static Optional<Small> embedding(ModelHeader header) {
        List<Tensor> tensors = new ArrayList<>(header.tensors().values());
        List<String> parts = List.of("clip_l", "clip_g", "t5xxl");
        if (tensors.isEmpty() || tensors.size() > 4) {
            return Optional.empty();
        }
        if (tensors.stream().allMatch(t -> parts.contains(t.name()))) {
            TextEncoder last = header.tensors().containsKey("clip_g") ? TextEncoder.CLIP_G : TextEncoder.CLIP_L;
            return Optional.of(embedding(
                    last, tensors.stream().map(t -> t.name().replace('_', '-')).toList()));
        }
        for (Tensor tensor : tensors) {
            int rank = tensor.shape().size();
            long width = rank == 0 ? 0 : tensor.shape().get(rank - 1);
            boolean named = tensor.name().equals("emb_params") || tensor.name().startsWith("string_to_param.");
            boolean alone = tensors.size() == 1
                    && rank >= 1
                    && rank <= 2
                    && !tensor.name().endsWith(".weight");
            Optional<TextEncoder> encoder = Arrays.stream(TextEncoder.values())
                    .filter(e -> e.isClip() && e.width() == width)
                    .findFirst();
            if (rank <= 2 && encoder.isPresent() && (named || alone)) {
                return encoder.map(e -> embedding(e, List.of(e.id())));
            }
        }
        return Optional.empty();
    }

    /** For the first UNet that this encoder reads prompts for. */
    private static Small embedding(TextEncoder encoder, List<String> contents) {
        ModelFamily family = ModelFamilies.ALL.stream()
                .filter(f -> f.has(FamilyTrait.UNET) && f.textEncoders().all().contains(encoder))
                .findFirst()
                .orElseThrow();
        return new Small(ModelKind.EMBEDDING, family.id(), family.title(), contents);
    }

    /** Names of the embeddings in a LoRA's file: what a prompt must say. */
    static List<String> bundled(ModelHeader header) {
        return header.tensors().keySet().stream()
                .filter(n -> n.startsWith(LoraGrammar.BUNDLED))
                .map(n -> BUNDLED_PART
                        .matcher(n.substring(LoraGrammar.BUNDLED.length()))
                        .replaceFirst(""))
                .map(n -> PlainText.line(n, 80))
                .distinct()
                .limit(MAX_BUNDLED)
                .toList();
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
            String families = ModelFamilies.titles(
                    f -> f.has(FamilyTrait.VIDEO_LATENTS) == video && (video || f.latentChannels() == channels));
            String use = " channels" + (video ? ", three-dimensional" : "")
                    + (families.isEmpty() ? "" : " (" + families + ")");
            return Optional.of(new Small(ModelKind.VAE, "unknown", channels + use, List.of("vae")));
        }
        boolean tiny =
                vae.hasUnder("taesd_decoder.") || vae.has("decoder.layers.0.weight") || vae.has("decoder.1.weight");
        return tiny
                ? Optional.of(new Small(ModelKind.VAE, "unknown", "TAESD (small approximation)", List.of("vae")))
                : Optional.empty();
    }

    /** A kind of file, and how any of its names begins. */
    private record Sign(ModelKind kind, List<String> starts) {
        static Sign of(ModelKind kind, String... starts) {
            return new Sign(kind, List.of(starts));
        }

        boolean isIn(Layers layers) {
            return starts.stream().anyMatch(layers::hasUnder);
        }
    }

    /** In this order: an IP-Adapter may hold LoRAs, and a ControlNet half a diffusion model. */
    private static final List<Sign> SIGNS = List.of(
            Sign.of(
                    ModelKind.IP_ADAPTER,
                    "ip_adapter.",
                    "image_proj.",
                    "image_proj_model.",
                    "ip_adapter_proj_model.",
                    "ip_adapter_image_proj",
                    "double_blocks.0.processor.ip_adapter_",
                    "id_adapter.",
                    "id_encoder.",
                    "pulid_"),
            Sign.of(
                    ModelKind.CONTROLNET,
                    "control_model.",
                    "controlnet_",
                    "controlnet.",
                    "input_hint_block.",
                    "zero_convs.",
                    "lora_controlnet",
                    "lllite_",
                    "control_layers.",
                    "control_add_embedding.",
                    "vace_blocks."),
            Sign.of(ModelKind.T2I_ADAPTER, "adapter.body.", "adapter.conv_in.", "body.0.block1.", "body.0.resnets."),
            // By the width of the text features that it changes; of A1111.
            Sign.of(
                    ModelKind.HYPERNETWORK,
                    "768.0.linear.",
                    "1024.0.linear.",
                    "1280.0.linear.",
                    "320.0.linear.",
                    "640.0.linear."),
            Sign.of(ModelKind.STYLE_MODEL, "redux_up.", "redux_down."),
            Sign.of(ModelKind.MOTION_MODULE, "down_blocks.0.motion_modules.", "module.down_blocks.0.motion_modules."),
            Sign.of(ModelKind.UPSCALER, "conv_first.", "model.0.weight", "body.0.rdb1.", "body.0.weight"));

    /** By one end of all its names' ends. */
    private static final Map<String, ModelKind> ENDS = Map.of(
            ".exp_avg", ModelKind.OPTIMIZER_STATE,
            ".exp_avg_sq", ModelKind.OPTIMIZER_STATE,
            ".momentum_buffer", ModelKind.OPTIMIZER_STATE);

    /** A file that is no model and no LoRA although its layers' names may be theirs; asked before those. */
    static Optional<Small> special(ModelHeader header, Layers layers) {
        String type = header.metadata().getOrDefault("general.type", "").toLowerCase(Locale.ROOT);
        String architecture = header.metadata().getOrDefault("general.architecture", "");
        if (type.equals("adapter") || header.metadata().containsKey("adapter.type")) {
            return Optional.of(of(ModelKind.GGUF_ADAPTER, FamilyMatch.none()));
        }
        if (type.equals("mmproj") || architecture.equals("clip")) {
            return Optional.of(of(ModelKind.VISION_ENCODER, FamilyMatch.none()));
        }
        Optional<ModelKind> kind = SIGNS.stream()
                .filter(s -> s.isIn(layers))
                .map(Sign::kind)
                .findFirst()
                .or(() -> byEnds(header));
        return kind.map(k -> of(k, family(k, layers)));
    }

    private static Small of(ModelKind kind, FamilyMatch family) {
        return new Small(kind, family.word(), family.title(), List.of(kind.word()));
    }

    private static Optional<ModelKind> byEnds(ModelHeader header) {
        boolean factors = false;
        for (String name : header.tensors().keySet()) {
            if (name.endsWith(".qweight")) {
                return Optional.empty(); // a whole model of Nunchaku has such factors too
            }
            factors |= name.endsWith(".lora_down");
            int dot = name.lastIndexOf('.');
            ModelKind kind = dot < 0 ? null : ENDS.get(name.substring(dot));
            if (kind != null) {
                return Optional.of(kind);
            }
        }
        return factors ? Optional.of(ModelKind.NUNCHAKU_LORA) : Optional.empty();
    }

    /** The family that such a file is for, where it has enough of its layers. */
    private static FamilyMatch family(ModelKind kind, Layers layers) {
        return switch (kind) {
            case CONTROLNET ->
                ModelFamilies.model(layers.under("control_model."))
                        .or(() -> ModelFamilies.control(layers))
                        .orElse(FamilyMatch.none());
            case IP_ADAPTER -> ModelFamilies.imagePrompt(layers).orElse(FamilyMatch.none());
            default -> FamilyMatch.none();
        };
    }

    /** A vision encoder, alone in its file. */
    static Optional<Small> vision(Layers layers) {
        boolean vision = layers.hasUnder("vision_model.")
                || layers.hasUnder("visual.")
                || layers.hasUnder("vision_tower.")
                || layers.hasUnder("embeddings.patch_embeddings.")
                || layers.hasUnder("v.blk.");
        return vision ? Optional.of(of(ModelKind.VISION_ENCODER, FamilyMatch.none())) : Optional.empty();
    }

    static String someNames(ModelHeader header) {
        Iterator<String> names = header.tensors().keySet().iterator();
        List<String> some = new ArrayList<>();
        while (names.hasNext() && some.size() < 3) {
            some.add(PlainText.line(names.next(), 60));
        }
        return String.join(", ", some);
    }
}
