package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One way in which ComfyUI lets a LoRA name the modules of a model.
 *
 * @param prefix what every name begins with; may be empty
 * @param names which names follow
 * @param flat whether dots are underscores
 * @param only which modules have such names; null for all
 */
record ComfyUiSpelling(String prefix, Names names, boolean flat, Pattern only) {
    enum Names {
        /** Those of the authors, which are ComfyUI's own. */
        ORIGINAL,
        /** Those of diffusers, where they differ. */
        DIFFUSERS,
        /** Those of diffusers' attention processors: {@code attn1.processor.to_out} for {@code attn1.to_out.0}. */
        PROCESSORS,
        /** Those of diffusion-pipe for Hunyuan Video. */
        HUNYUAN
    }

    static ComfyUiSpelling flat(String prefix, Names names) {
        return new ComfyUiSpelling(prefix, names, true, null);
    }

    static ComfyUiSpelling dotted(String prefix, Names names) {
        return new ComfyUiSpelling(prefix, names, false, null);
    }

    ComfyUiSpelling only(String pattern) {
        return new ComfyUiSpelling(prefix, names, flat, Pattern.compile(pattern));
    }

    /** In which order ComfyUI maps the names of one layer: of two, it keeps what the later says. Equal where the families' list tells. */
    int inOrder() {
        return names != Names.ORIGINAL || only != null
                ? 2
                : prefix.equals("lora_unet_") ? 0 : prefix.equals("diffusion_model.") ? 1 : 2;
    }

    /** Every name of a base's modules in this spelling. */
    Map<String, BaseLayer> of(BaseModules base) {
        Map<String, BaseLayer> result = new LinkedHashMap<>();
        Map<String, BaseLayer> modules =
                names == Names.ORIGINAL || names == Names.HUNYUAN ? base.original() : base.diffusers();
        modules.forEach((name, layer) -> {
            if (only == null || only.matcher(name).find()) {
                result.put(written(name), layer);
            }
        });
        return result;
    }

    /** A module's name as a LoRA writes it. */
    String written(String module) {
        String name = switch (names) {
            case ORIGINAL, DIFFUSERS -> module;
            case PROCESSORS -> processor(module);
            case HUNYUAN -> hunyuan(module);
        };
        return prefix + (flat ? name.replace('.', '_') : name);
    }

    private static String processor(String module) {
        String name = module.replace(".to_", ".processor.to_");
        return name.endsWith(".to_out.0") ? name.substring(0, name.length() - 2) : name;
    }

    private static String hunyuan(String module) {
        return (module + ".")
                .replace("_mod.lin.", "_mod.linear.")
                .replace("_attn.qkv.", "_attn_qkv.")
                .replace("_attn.proj.", "_attn_proj.")
                .replace("mlp.0.", "mlp.fc1.")
                .replace("mlp.2.", "mlp.fc2.")
                .replace(".modulation.lin.", ".modulation.linear.")
                .replaceAll("\\.$", "");
    }
}
