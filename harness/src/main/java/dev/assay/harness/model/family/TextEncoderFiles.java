package dev.assay.harness.model.family;

import java.util.List;
import java.util.Map;

/**
 * Files of a variant's text encoders.
 *
 * @param files for each encoder its usual names, the best first
 * @param types the loader's kind of text encoder by number of encoders; a number that is absent does not work
 */
public record TextEncoderFiles(List<List<String>> files, Map<Integer, String> types) {
    /** For loaders that tell the encoders by their content. */
    public static final String NO_TYPE = "";

    static final List<String> CLIP_L = List.of("clip_l.safetensors");
    static final List<String> CLIP_G = List.of("clip_g.safetensors");
    static final List<String> T5_LARGE =
            List.of("t5xxl_fp16.safetensors", "t5xxl_fp8_e4m3fn_scaled.safetensors", "t5xxl_fp8_e4m3fn.safetensors");
    static final List<String> T5_SMALL =
            List.of("t5xxl_fp8_e4m3fn_scaled.safetensors", "t5xxl_fp16.safetensors", "t5xxl_fp8_e4m3fn.safetensors");

    public TextEncoderFiles {
        files = List.copyOf(files);
        types = Map.copyOf(types);
    }
}
