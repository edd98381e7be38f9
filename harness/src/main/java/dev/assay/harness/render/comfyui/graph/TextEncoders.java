package dev.assay.harness.render.comfyui.graph;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text encoders of a family.
 *
 * @param files for each encoder its usual file names, the best first
 * @param types the loader's kind of text encoder by number of encoders; a number that is absent does not work
 */
public record TextEncoders(List<List<String>> files, Map<Integer, String> types) {
    /** For loaders that tell the encoders by their content. */
    static final String NO_TYPE = "";

    private static final List<String> LOADERS =
            List.of("CLIPLoader", "DualCLIPLoader", "TripleCLIPLoader", "QuadrupleCLIPLoader");

    public TextEncoders {
        files = List.copyOf(files);
        types = Map.copyOf(types);
    }

    /** The loader's class for these files, of the GGUF pack if one of them is GGUF. */
    static String loader(List<String> chosen) {
        String name = LOADERS.get(chosen.size() - 1);
        return chosen.stream().anyMatch(ModelSource::isGguf) ? name + "GGUF" : name;
    }

    /** {@code clip_name}, or {@code clip_name1} and so on. */
    static String input(int index, int count) {
        return count == 1 ? "clip_name" : "clip_name" + (index + 1);
    }

    String type(List<String> chosen, String family) {
        String type = types.get(chosen.size());
        if (type == null) {
            throw new GraphException(Keys.TEXT_ENCODERS + ": " + family + " expects " + describe() + ", found "
                    + chosen.size() + " files: " + String.join(", ", chosen));
        }
        return type;
    }

    /** Like {@code 2 text encoders, e.g. clip_l.safetensors, t5xxl_fp16.safetensors}. */
    String describe() {
        return files.size() + (files.size() == 1 ? " text encoder" : " text encoders") + ", e.g. "
                + files.stream().map(names -> names.get(0)).collect(Collectors.joining(", "));
    }
}
