package dev.assay.harness.render.comfyui.graph;

import java.util.Map;

/** The user's settings, as messages name them. */
final class Keys {
    static final String MODEL = "assay.base or assay.checkpoint";
    static final String LORA = "assay.lora";
    static final String VAE = "assay.comfyui.vae";
    static final String TEXT_ENCODERS = "assay.comfyui.textEncoders";
    static final String WEIGHT_DTYPE = "assay.comfyui.weightDtype";
    static final String VARIANT = "assay.comfyui.variant";
    static final String WORKFLOW = "assay.comfyui.workflow";

    private Keys() {}

    /** Notes that the inputs of a LoRA's loader come from the user's setting. */
    static void lora(Map<String, String> keys, String id) {
        keys.put(id + "/lora_name", LORA);
        keys.put(id + "/strength_model", LORA);
        keys.put(id + "/strength_clip", LORA);
    }

    /** A field of the suite's settings. */
    static String suite(String field) {
        return "the suite's settings." + field;
    }
}
