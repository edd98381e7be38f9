package dev.assay.harness.model.inspect;

import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.family.Layers;
import dev.assay.harness.model.family.ModelFamilies;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The networks in a file that is no LoRA, by the prefixes of single-file checkpoints or the folders of diffusers.
 *
 * @param family of the diffusion model; empty where there is none, or none that is known
 * @param denoiser whether there is a diffusion model, known or not
 * @param contents networks by name, the diffusion model first
 * @param layers names of the modules of a diffusion model that is of no known family
 */
record Components(Optional<FamilyMatch> family, boolean denoiser, List<String> contents, List<String> layers) {
    /** Where single files keep the diffusion model; the one with the most tensors is tried first. */
    private static final List<String> PREFIXES =
            List.of("model.diffusion_model.", "model.model.", "net.", "diffusion_model.", "unet/", "transformer/");

    private static final int MIN_TENSORS = 5; // fewer under a prefix are an accident

    /** Prefix of a part of a checkpoint, and its name; an empty name: what the tensors say. */
    private static final List<Map.Entry<String, String>> PARTS = List.of(
            Map.entry("first_stage_model.", "vae"),
            Map.entry("vae.", "vae"),
            Map.entry("vae/", "vae"),
            Map.entry("cond_stage_model.transformer.", "clip-l"),
            Map.entry("cond_stage_model.model.", "clip-h"),
            Map.entry("conditioner.embedders.0.transformer.", "clip-l"),
            Map.entry("conditioner.embedders.0.model.", "clip-g"), // the refiner's only one
            Map.entry("conditioner.embedders.1.model.", "clip-g"),
            Map.entry("text_encoders.clip_l.", "clip-l"),
            Map.entry("text_encoders.clip_g.", "clip-g"),
            Map.entry("text_encoders.t5xxl.", "t5-xxl"),
            Map.entry("text_encoders.llama.", "llama"),
            Map.entry("text_encoders.qwen25_7b.", "qwen2.5-vl-7b"),
            Map.entry("text_encoders.", "text encoder"),
            Map.entry("text_encoder/", ""),
            Map.entry("text_encoder_2/", ""),
            Map.entry("text_encoder_3/", ""),
            Map.entry("text_encoder_4/", ""),
            Map.entry("safety_checker/", "safety checker"));

    static Components of(ModelHeader header) {
        Layers all = Layers.of(header.tensors());
        List<String> prefixes = new ArrayList<>(PREFIXES.stream()
                .filter(p -> all.under(p).size() > MIN_TENSORS)
                .sorted(Comparator.comparingInt((String p) -> all.under(p).size())
                        .reversed())
                .toList());
        boolean certain = !prefixes.isEmpty();
        prefixes.add("model.");
        prefixes.add("");
        for (String prefix : prefixes) {
            Optional<FamilyMatch> family = ModelFamilies.model(all.under(prefix));
            if (family.isPresent()) {
                return new Components(family, true, contents(all, all.under(prefix)), List.of());
            }
        }
        Optional<FamilyMatch> packed = byClass(header);
        if (packed.isPresent()) {
            return new Components(packed, true, List.of("dit"), List.of());
        }
        String architecture = header.metadata().getOrDefault("general.architecture", "");
        if (header.container() == Container.GGUF && !all.hasUnder("blk.") && !all.hasUnder("enc.blk.")) {
            return new Components(Optional.empty(), !architecture.isEmpty(), List.of(), all.modules());
        }
        boolean unet =
                all.has("input_blocks.0.0.weight") || (all.has("conv_in.weight") && all.hasUnder("down_blocks.0."));
        Layers own = certain ? all.under(prefixes.get(0)) : all;
        return certain || unet
                ? new Components(Optional.empty(), true, contents(all, own), own.modules())
                : new Components(Optional.empty(), false, List.of(), all.modules());
    }

    /** Which part of a file a tensor belongs to: {@code text encoder}, {@code vae}, or else {@code diffusion model}. */
    static String part(String name) {
        return PARTS.stream()
                .filter(p -> name.startsWith(p.getKey()))
                .map(p -> p.getValue().equals("vae") ? "vae" : "text encoder")
                .findFirst()
                .orElse("diffusion model");
    }

    /** What Nunchaku writes of a model that it packed. */
    private static Optional<FamilyMatch> byClass(ModelHeader header) {
        String name = header.metadata().getOrDefault("model_class", "");
        return ModelFamilies.packed(name).map(f -> f.match(f.title()));
    }

    private static List<String> contents(Layers all, Layers denoiser) {
        List<String> contents = new ArrayList<>();
        boolean unet = denoiser.has("input_blocks.0.0.weight") || denoiser.has("conv_in.weight");
        contents.add(unet ? "unet" : "dit");
        for (Map.Entry<String, String> part : PARTS) {
            String name = part.getValue().isEmpty()
                    ? TextEncoders.name(all.under(part.getKey())).orElse("text encoder")
                    : part.getValue();
            boolean named =
                    contents.stream().anyMatch(c -> c.contains("clip") || c.contains("t5") || c.contains("llama"));
            boolean extra = name.equals("text encoder") && part.getKey().equals("text_encoders.") && named;
            if (all.hasUnder(part.getKey()) && !contents.contains(name) && !extra) {
                contents.add(name.toLowerCase(Locale.ROOT));
            }
        }
        return contents;
    }

    /** Whether text encoders or a VAE lie beside the diffusion model. */
    boolean whole() {
        return contents.size() > 1;
    }
}
