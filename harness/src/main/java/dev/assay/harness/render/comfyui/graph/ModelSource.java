package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.text.DidYouMean;
import java.util.List;
import java.util.Locale;

/**
 * Where a diffusion model comes from.
 *
 * @param file name as the server lists it
 * @param weightDtype what {@code UNETLoader} makes of the weights: {@code default} leaves them as they are, the others
 *     quantise again and so make another model
 */
public record ModelSource(Kind kind, String file, String weightDtype) {
    public static final String DEFAULT_DTYPE = "default";
    public static final List<String> WEIGHT_DTYPES =
            List.of(DEFAULT_DTYPE, "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2");

    /** The loader that a file needs. */
    public enum Kind {
        /** Model, text encoders and VAE in one file. */
        CHECKPOINT("CheckpointLoaderSimple", "ckpt_name"),
        /** The model only, safetensors. */
        DIFFUSION_MODEL("UNETLoader", "unet_name"),
        /** The model only, GGUF. */
        GGUF("UnetLoaderGGUF", "unet_name");

        private final String loader;
        private final String input;

        Kind(String loader, String input) {
            this.loader = loader;
            this.input = input;
        }

        public String loader() {
            return loader;
        }

        public String input() {
            return input;
        }
    }

    public ModelSource {
        Require.file(Keys.MODEL, file);
        weightDtype = weightDtype == null ? DEFAULT_DTYPE : weightDtype;
        if (!WEIGHT_DTYPES.contains(weightDtype)) {
            throw new GraphException(Keys.WEIGHT_DTYPE + ": expected one of " + String.join(", ", WEIGHT_DTYPES)
                    + ", found " + weightDtype + DidYouMean.hint(weightDtype, WEIGHT_DTYPES));
        }
        if (kind != Kind.DIFFUSION_MODEL && !weightDtype.equals(DEFAULT_DTYPE)) {
            throw new GraphException(Keys.WEIGHT_DTYPE + ": " + weightDtype + " is for model-only safetensors; " + file
                    + " is loaded by " + kind.loader() + ", which takes none; leave it out");
        }
        if ((kind == Kind.GGUF) != isGguf(file)) {
            throw new GraphException(file + ": expected "
                    + (kind == Kind.GGUF ? "a name that ends in .gguf" : "no .gguf file") + " for " + kind.loader());
        }
    }

    public ModelSource(Kind kind, String file) {
        this(kind, file, DEFAULT_DTYPE);
    }

    /**
     * Where the server has a file.
     *
     * @param nodes knows the three loaders
     * @throws GraphException if no loader lists it, or two do
     */
    public static ModelSource onServer(String file, String weightDtype, ServerNodes nodes) {
        List<Kind> kinds = List.of(Kind.values()).stream()
                .filter(k -> nodes.file(k.loader(), k.input(), file).isPresent())
                .toList();
        if (kinds.size() == 1) {
            Kind kind = kinds.get(0);
            return new ModelSource(
                    kind, nodes.file(kind.loader(), kind.input(), file).orElseThrow(), weightDtype);
        }
        if (kinds.size() > 1) {
            throw new GraphException(
                    Keys.MODEL + ": " + file + " is on the server in two places, as a checkpoint and as"
                            + " a diffusion model; rename one of them");
        }
        List<String> all = List.of(Kind.values()).stream()
                .flatMap(k -> nodes.options(k.loader(), k.input()).orElse(List.of()).stream())
                .toList();
        String hint = isGguf(file) && !nodes.has(Kind.GGUF.loader()) ? "; " + NodePacks.advice(Kind.GGUF.loader()) : "";
        throw new GraphException(ServerFiles.absent(Keys.MODEL, file, all) + hint);
    }

    static boolean isGguf(String file) {
        return file.toLowerCase(Locale.ROOT).endsWith(".gguf");
    }
}
