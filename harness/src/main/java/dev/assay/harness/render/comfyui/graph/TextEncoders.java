package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.family.TextEncoderFiles;
import dev.assay.harness.text.Numbers;
import java.util.List;
import java.util.stream.Collectors;

/** How ComfyUI loads text encoders. */
final class TextEncoders {
    private static final List<String> LOADERS =
            List.of("CLIPLoader", "DualCLIPLoader", "TripleCLIPLoader", "QuadrupleCLIPLoader");

    private TextEncoders() {}

    /** The loader's class for these files, of the GGUF pack if one of them is GGUF. */
    static String loader(List<String> chosen) {
        String name = LOADERS.get(chosen.size() - 1);
        return chosen.stream().anyMatch(ModelSource::isGguf) ? name + "GGUF" : name;
    }

    /** {@code clip_name}, or {@code clip_name1} and so on. */
    static String input(int index, int count) {
        return count == 1 ? "clip_name" : "clip_name" + (index + 1);
    }

    /** The loader's kind of text encoder for these files. */
    static String type(ComfyVariant variant, List<String> chosen) {
        String type = variant.textEncoders().types().get(chosen.size());
        if (type == null) {
            throw new GraphException(Keys.TEXT_ENCODERS + ": " + variant.title() + " expects "
                    + describe(variant.textEncoders()) + ", found "
                    + chosen.size() + " files: " + String.join(", ", chosen));
        }
        return type;
    }

    /** Like {@code 2 text encoders, e.g. clip_l.safetensors, t5xxl_fp16.safetensors}. */
    static String describe(TextEncoderFiles encoders) {
        List<List<String>> files = encoders.files();
        return Numbers.counted(files.size(), "text encoder", "text encoders") + ", e.g. "
                + files.stream().map(names -> names.get(0)).collect(Collectors.joining(", "));
    }
}
