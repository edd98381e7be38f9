package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Flux.2 dev and klein: the blocks of Flux.1, with one modulation for all of them and gated feed-forwards. */
final class Flux2 implements ModelFamily {
    private static final Pattern MODULATION = Pattern.compile("(double|single)_stream_modulation");
    private static final Pattern DIFFUSERS =
            Pattern.compile("attn_to_qkv_mlp_proj|^transformer_blocks_N_ff_(context_)?linear_in");
    private static final Pattern BLOCKS = Pattern.compile("^(double_blocks_N_img_attn|single_blocks_N_linear1)");
    private static final Set<Long> HIDDEN = Set.of(4096L, 6144L); // klein 9B, dev

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
        return Optional.of(
                FamilyMatch.of(word(), "Flux.2").detail(hidden == 6144 ? "dev" : "klein, " + hidden + " wide"));
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        boolean wide = layers.widths(BLOCKS).stream().anyMatch(HIDDEN::contains);
        return layers.any(MODULATION) || layers.any(DIFFUSERS) || wide
                ? Optional.of(FamilyMatch.of(word(), "Flux.2"))
                : Optional.empty();
    }
}
