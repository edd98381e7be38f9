package dev.assay.harness.model.family;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Flux.2 dev and klein: the blocks of Flux.1, with one modulation for all of them and gated feed-forwards. */
final class Flux2 implements ModelFamily {
    private static final Pattern MODULATION = Pattern.compile("(double|single)_stream_modulation");
    private static final Pattern DIFFUSERS =
            Pattern.compile("attn_to_qkv_mlp_proj|^transformer_blocks_N_ff_(context_)?linear_in");
    private static final Map<Long, String> SIZES = Map.of(3072L, "klein 4B", 4096L, "klein 9B", 6144L, "dev");

    @Override
    public String word() {
        return "flux2";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        if (!layers.has("double_stream_modulation_img.lin.weight")
                && !layers.has("double_stream_modulation_img.linear.weight")) {
            return Optional.empty();
        }
        long hidden = Math.max(layers.dimension("img_in.weight", 0), layers.dimension("x_embedder.weight", 0));
        String size = SIZES.getOrDefault(hidden, hidden + " wide, a size that nobody published");
        return Optional.of(FamilyMatch.of(word(), "Flux.2").detail(size));
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return layers.any(MODULATION) || layers.any(DIFFUSERS)
                ? Optional.of(FamilyMatch.of(word(), "Flux.2"))
                : Optional.empty();
    }
}
