package dev.assay.harness.usage;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Files that lie beside a model {@code NAME.safetensors} and speak of it, by their endings. */
public final class Beside {
    /** A person's word for Assay: {@code docs/usage.md}. */
    public static final String ASSAY = ".assay.yaml";

    /** Of ComfyUI LoRA Manager. */
    public static final String LORA_MANAGER = ".metadata.json";

    /** Of Civitai's helpers: its answer for one version of a model. */
    public static final String CIVITAI = ".civitai.info";

    /** Of AUTOMATIC1111's web UI: what its editor of metadata saves. */
    public static final String WEB_UI = ".json";

    /** In the order of their word. */
    public static final List<String> ALL = List.of(ASSAY, LORA_MANAGER, CIVITAI, WEB_UI);

    /**
     * A field in those of other programs with what Assay wrote there itself, by the names of {@link #STRENGTH} and so on: it is a verdict's
     * word, and never read back as a person's.
     */
    public static final String WROTE = "assayWrote";

    public static final String STRENGTH = "strength";
    public static final String TRIGGERS = "trainedWords";

    private static final Pattern ENDING = Pattern.compile("\\.(safetensors|gguf|ckpt|pt|pth|bin)$");

    private Beside() {}

    /** {@code my-style.safetensors} and {@code .assay.yaml} are {@code my-style.assay.yaml}. */
    public static Path of(Path model, String ending) {
        return model.resolveSibling(stem(model) + ending);
    }

    /** The file's name without its ending. */
    public static String stem(Path model) {
        Path name = model.getFileName();
        return name == null ? "" : ENDING.matcher(name.toString()).replaceFirst("");
    }
}
