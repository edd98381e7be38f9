package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.LoraModule;
import java.util.List;

/** What may stand before a module's path in a LoRA that Assay's own renderer merges. */
public final class LocalNames {
    public static final List<String> TEXT_FLAT = List.of("lora_te_", "lora_te1_");
    public static final List<String> TEXT_DOTTED = List.of(
            "",
            "text_encoder.",
            "base_model.model.",
            "text_encoder.base_model.model.",
            "base_model.model.text_encoder.",
            "text_encoders.clip_l.transformer.");
    public static final List<String> UNET_FLAT = List.of("lora_unet_", "lycoris_");
    public static final List<String> UNET_DOTTED = List.of(
            "",
            "unet.",
            "base_model.model.",
            "unet.base_model.model.",
            "base_model.model.unet.",
            "diffusion_model.",
            "model.diffusion_model.");

    private LocalNames() {}

    static List<String> prefixes(boolean text, boolean flat) {
        return text ? (flat ? TEXT_FLAT : TEXT_DOTTED) : flat ? UNET_FLAT : UNET_DOTTED;
    }

    /** What stands before a module's path. */
    static String prefix(LoraModule module) {
        return module.name().endsWith(module.layer())
                ? module.name()
                        .substring(0, module.name().length() - module.layer().length())
                : "";
    }
}
