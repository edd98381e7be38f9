package dev.assay.harness.model.family;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One way in which ComfyUI lets a LoRA name the modules of a model.
 *
 * @param prefix what every name begins with; may be empty
 * @param names which names follow
 * @param flat whether dots are underscores
 * @param only which modules have such names; null for all
 */
public record ComfyUiSpelling(
        String prefix, Names names, boolean flat, @Nullable Pattern only) {
    public enum Names {
        /** Those of the authors, which are ComfyUI's own. */
        ORIGINAL,
        /** Those of diffusers, where they differ. */
        DIFFUSERS,
        /** Those of diffusers' attention processors: {@code attn1.processor.to_out} for {@code attn1.to_out.0}. */
        PROCESSORS,
        /** Those of diffusers with {@code to_out} for {@code to_out.0}. */
        SHORT_OUT,
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
    public int inOrder() {
        return names != Names.ORIGINAL || only != null
                ? 2
                : prefix.equals("lora_unet_") ? 0 : prefix.equals("diffusion_model.") ? 1 : 2;
    }

    /** Whether a module has a name of this kind. */
    public boolean has(String module) {
        return only == null || only.matcher(module).find();
    }

    /** Whether the names are made from those of the authors. */
    public boolean isOfAuthors() {
        return names == Names.ORIGINAL || names == Names.HUNYUAN;
    }

    /** A module's name as a LoRA writes it. */
    public String written(String module) {
        String name = switch (names) {
            case ORIGINAL, DIFFUSERS -> module;
            case PROCESSORS -> processor(module);
            case SHORT_OUT -> shortOut(module);
            case HUNYUAN -> hunyuan(module);
        };
        return prefix + (flat ? name.replace('.', '_') : name);
    }

    private static String processor(String module) {
        return shortOut(module.replace(".to_", ".processor.to_"));
    }

    private static String shortOut(String name) {
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
