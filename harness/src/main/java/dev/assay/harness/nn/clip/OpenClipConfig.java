package dev.assay.harness.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.ops.Activation;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import java.nio.file.Path;
import java.util.Set;

/**
 * Sizes of a CLIP as open_clip writes them. Heads and activation decide every number and cannot be told from weights, so nothing is
 * guessed, and what is not known here is refused.
 *
 * @param projection length of the vectors
 */
public record OpenClipConfig(VisionConfig vision, ClipTextConfig text, int projection, Preprocessing preprocessing) {
    static final String FILE = "open_clip_config.json";
    private static final int MAX_SIZE = 65_536; // of any size but the vocabulary's
    private static final int HEAD = 64; // usual width of a head
    private static final int ARGMAX = 2; // open_clip finds the end of a text as the highest id

    private static final Set<String> MODEL =
            Set.of("embed_dim", "vision_cfg", "text_cfg", "quick_gelu", "init_logit_scale");
    private static final Set<String> VISION =
            Set.of("image_size", "layers", "width", "head_width", "patch_size", "mlp_ratio", "patch_dropout");
    private static final Set<String> TEXT =
            Set.of("context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio");

    /** LAION's ViT-H/14, on which HPS and PickScore were trained. */
    public static OpenClipConfig vitH14() {
        return new OpenClipConfig(
                vision(224, 14, 1280, 5120, 32, 16, Activation.GELU),
                text(77, 49408, 1024, 4096, 24, 16, Activation.GELU),
                1024,
                Preprocessing.clip(new Preprocessing.Framing.Crop(224, true), 224));
    }

    /** Reads {@code open_clip_config.json}. */
    static OpenClipConfig read(Path file) {
        JsonNode json = JsonFile.config(file, "open_clip");
        JsonNode model = json.path("model_cfg");
        JsonNode v = model.path("vision_cfg");
        JsonNode t = model.path("text_cfg");
        requireKnown(file, "model_cfg", model, MODEL);
        requireKnown(file, "vision_cfg", v, VISION);
        requireKnown(file, "text_cfg", t, TEXT);
        Activation activation = model.path("quick_gelu").asBoolean(false) ? Activation.QUICK_GELU : Activation.GELU;
        int size = required(file, v, "image_size");
        int width = required(file, v, "width");
        int textWidth = required(file, t, "width");
        int head = JsonFile.whole(file + ": ", v, "head_width", HEAD, 1, MAX_SIZE);
        if (head < 1 || width % head != 0) {
            throw new ModelFileException(file, "head_width: expected a divisor of width " + width + ", found " + head);
        }
        return new OpenClipConfig(
                vision(
                        size,
                        required(file, v, "patch_size"),
                        width,
                        (int) (width * JsonFile.real(file + ": ", v, "mlp_ratio", 4, 0.01, 8)),
                        required(file, v, "layers"),
                        width / head,
                        activation),
                text(
                        JsonFile.whole(file + ": ", t, "context_length", 77, 1, MAX_SIZE),
                        JsonFile.whole(file + ": ", t, "vocab_size", 49408, 1, 64 * MAX_SIZE),
                        textWidth,
                        (int) (textWidth * JsonFile.real(file + ": ", t, "mlp_ratio", 4, 0.01, 8)),
                        required(file, t, "layers"),
                        required(file, t, "heads"),
                        activation),
                required(file, model, "embed_dim"),
                Preprocessing.openClip(file, json.path("preprocess_cfg"), size));
    }

    private static VisionConfig vision(
            int size, int patch, int width, int intermediate, int layers, int heads, Activation activation) {
        return new VisionConfig(
                VisionConfig.Kind.CLIP, width, intermediate, layers, heads, size, patch, activation, 1e-5, 0);
    }

    private static ClipTextConfig text(
            int length, int vocabulary, int width, int intermediate, int layers, int heads, Activation activation) {
        return new ClipTextConfig(
                vocabulary, width, intermediate, layers, heads, length, activation, 1e-5, ARGMAX, true);
    }

    private static void requireKnown(Path file, String part, JsonNode json, Set<String> known) {
        if (!json.isObject()) {
            throw new ModelFileException(file, "expected " + part + ", found none");
        }
        json.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            boolean off = value.isNull() || (value.isBoolean() && !value.asBoolean());
            if (!known.contains(entry.getKey()) && !off) {
                throw new ModelFileException(
                        file,
                        part + "." + entry.getKey() + " is not supported (" + value
                                + "): only plain CLIP transformers are; use a ViT of OpenAI or LAION");
            }
        });
    }

    private static int required(Path file, JsonNode json, String key) {
        if (!json.hasNonNull(key)) {
            throw new ModelFileException(file, key + ": expected a whole number above 0, found none");
        }
        return JsonFile.whole(file + ": ", json, key, 0, 1, MAX_SIZE);
    }
}
