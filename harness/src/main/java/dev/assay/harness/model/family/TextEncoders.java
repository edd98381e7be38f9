package dev.assay.harness.model.family;

import java.util.List;
import java.util.Map;

/**
 * The text encoders of a family, in the order in which LoRAs number them.
 *
 * @param all of every size; empty where each size has its own
 * @param byWidth of the sizes, by the width of the diffusion model; empty where all have the same
 */
public record TextEncoders(List<TextEncoder> all, Map<Long, TextEncoder> byWidth) {
    public TextEncoders {
        all = List.copyOf(all);
        byWidth = Map.copyOf(byWidth);
    }

    static TextEncoders of(TextEncoder... encoders) {
        return new TextEncoders(List.of(encoders), Map.of());
    }

    static TextEncoders byWidth(Map<Long, TextEncoder> encoders) {
        return new TextEncoders(List.of(), encoders);
    }

    /** Of a model of this width; empty for a size that nobody published. */
    public List<TextEncoder> of(long width) {
        TextEncoder own = byWidth.get(width);
        return own == null ? all : List.of(own);
    }
}
