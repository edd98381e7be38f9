package dev.assay.harness.model.lora;

import java.util.List;

/**
 * A module's name without what tools put before it.
 *
 * @param layer the rest: a path with dots, or flattened with underscores
 * @param flat whether dots were turned into underscores
 */
record LoraName(LoraNaming naming, LoraPart part, String layer, boolean flat) {
    private record Prefix(String text, LoraNaming naming, LoraPart part) {}

    /** The first that fits wins: longer before shorter. */
    private static final List<Prefix> PREFIXES = List.of(
            new Prefix("lora_unet__", LoraNaming.KOHYA, LoraPart.DENOISER), // VideoX-Fun
            new Prefix("lora_unet_", LoraNaming.KOHYA, LoraPart.DENOISER),
            new Prefix("lora_prior_unet_", LoraNaming.KOHYA, LoraPart.DENOISER),
            new Prefix("lora_te_", LoraNaming.KOHYA, LoraPart.TEXT_ENCODER_1),
            new Prefix("lora_te1_", LoraNaming.KOHYA, LoraPart.TEXT_ENCODER_1),
            new Prefix("lora_te2_", LoraNaming.KOHYA, LoraPart.TEXT_ENCODER_2),
            new Prefix("lora_te3_", LoraNaming.KOHYA, LoraPart.TEXT_ENCODER_3),
            new Prefix("lora_te4_", LoraNaming.KOHYA, LoraPart.TEXT_ENCODER_4),
            new Prefix("lora_prior_te_", LoraNaming.KOHYA, LoraPart.TEXT_ENCODER_1),
            new Prefix("oft_unet_", LoraNaming.KOHYA_OFT, LoraPart.DENOISER),
            new Prefix("oft_te_", LoraNaming.KOHYA_OFT, LoraPart.TEXT_ENCODER_1),
            new Prefix("oft_te1_", LoraNaming.KOHYA_OFT, LoraPart.TEXT_ENCODER_1),
            new Prefix("oft_te2_", LoraNaming.KOHYA_OFT, LoraPart.TEXT_ENCODER_2),
            new Prefix("lora_transformer_", LoraNaming.ONE_TRAINER, LoraPart.DENOISER),
            new Prefix("lycoris_", LoraNaming.LYCORIS, LoraPart.DENOISER),
            new Prefix("base_model.model.unet.", LoraNaming.PEFT, LoraPart.DENOISER),
            new Prefix("base_model.model.transformer.", LoraNaming.PEFT, LoraPart.DENOISER),
            new Prefix("base_model.model.diffusion_model.", LoraNaming.PEFT, LoraPart.DENOISER),
            new Prefix("base_model.model.text_encoder.", LoraNaming.PEFT, LoraPart.TEXT_ENCODER_1),
            new Prefix("base_model.model.text_encoder_2.", LoraNaming.PEFT, LoraPart.TEXT_ENCODER_2),
            new Prefix("base_model.model.text_encoder_3.", LoraNaming.PEFT, LoraPart.TEXT_ENCODER_3),
            new Prefix("base_model.model.text_model.", LoraNaming.PEFT, LoraPart.TEXT_ENCODER_1),
            new Prefix("base_model.model.", LoraNaming.PEFT, LoraPart.DENOISER),
            new Prefix("unet.base_model.model.", LoraNaming.PEFT, LoraPart.DENOISER),
            new Prefix("transformer.base_model.model.", LoraNaming.PEFT, LoraPart.DENOISER),
            new Prefix("text_encoder.base_model.model.", LoraNaming.PEFT, LoraPart.TEXT_ENCODER_1),
            new Prefix("text_encoder_2.base_model.model.", LoraNaming.PEFT, LoraPart.TEXT_ENCODER_2),
            new Prefix("model.diffusion_model.", LoraNaming.DIFFUSION_MODEL, LoraPart.DENOISER),
            new Prefix("diffusion_model.", LoraNaming.DIFFUSION_MODEL, LoraPart.DENOISER),
            new Prefix("text_encoders.clip_l.transformer.", LoraNaming.DIFFUSION_MODEL, LoraPart.TEXT_ENCODER_1),
            new Prefix("text_encoders.clip_g.transformer.", LoraNaming.DIFFUSION_MODEL, LoraPart.TEXT_ENCODER_2),
            new Prefix("text_encoders.t5xxl.transformer.", LoraNaming.DIFFUSION_MODEL, LoraPart.TEXT_ENCODER_3),
            new Prefix("text_encoders.llama.transformer.", LoraNaming.DIFFUSION_MODEL, LoraPart.TEXT_ENCODER_4),
            new Prefix("text_encoders.", LoraNaming.DIFFUSION_MODEL, LoraPart.TEXT_ENCODER_1),
            new Prefix("unet.", LoraNaming.UNET, LoraPart.DENOISER),
            new Prefix("transformer.", LoraNaming.TRANSFORMER, LoraPart.DENOISER),
            new Prefix("text_encoder.", LoraNaming.UNET, LoraPart.TEXT_ENCODER_1),
            new Prefix("text_encoder_2.", LoraNaming.UNET, LoraPart.TEXT_ENCODER_2),
            new Prefix("text_encoder_3.", LoraNaming.UNET, LoraPart.TEXT_ENCODER_3),
            new Prefix("text_encoder_4.", LoraNaming.UNET, LoraPart.TEXT_ENCODER_4));

    /** How CLIP's own layers begin, in files that name nothing else. */
    private static final List<String> BARE_TEXT = List.of("text_model.", "encoder.layers.");

    static LoraName of(String module) {
        for (Prefix prefix : PREFIXES) {
            if (module.startsWith(prefix.text) && module.length() > prefix.text.length()) {
                String layer = module.substring(prefix.text.length());
                boolean inside = prefix.text.endsWith("text_model."); // the prefix is a part of the path
                LoraNaming naming = isXLabs(layer) ? LoraNaming.XLABS : prefix.naming;
                return new LoraName(
                        naming, prefix.part, inside ? "text_model." + layer : layer, prefix.text.endsWith("_"));
            }
        }
        LoraPart part = BARE_TEXT.stream().anyMatch(module::startsWith) ? LoraPart.TEXT_ENCODER_1 : LoraPart.DENOISER;
        return new LoraName(isXLabs(module) ? LoraNaming.XLABS : LoraNaming.BARE, part, module, false);
    }

    private static boolean isXLabs(String layer) {
        return layer.contains(".processor.")
                && (layer.startsWith("double_blocks.") || layer.startsWith("single_blocks."));
    }
}
