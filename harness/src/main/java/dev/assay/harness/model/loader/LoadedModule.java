package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a loader makes of one module of a LoRA.
 *
 * @param layer that the module means, whether or not the loader sees it; empty where the base has none, or does not hold that part
 * @param loss why the module, or a part of it, is lost; {@link Loss#NONE} where it is loaded whole
 * @param dropped its keys that the loader does not use
 * @param why in words, for {@link Loss#SHAPE}, {@link Loss#STOP} and some of {@link Loss#SUFFIX}; else empty
 */
public record LoadedModule(LoraModule module, Optional<BaseLayer> layer, Loss loss, Set<String> dropped, String why) {
    /** Why something is lost. */
    public enum Loss {
        NONE,
        /** The change of the weight is loaded, something else of the module is not: see {@link LoadedModule#without}. */
        PART,
        /** The base has the layer, and the loader knows no name that begins so. */
        PREFIX,
        /** The base has the layer, and the loader does not know it by this name. */
        BODY,
        /** The loader knows the layer, and not this form of change. */
        SUFFIX,
        /** The base has no such layer. */
        LAYER,
        /** The layer has another shape. */
        SHAPE,
        /** Another module of the file changes the layer under another name, and the loader keeps that. */
        TWICE,
        /** The loader, or the renderer after it, ends with an error: nothing of the file is of use. */
        STOP
    }

    private static final Map<LoraRole, String> PARTS = Map.of(
            LoraRole.DORA_SCALE, "its DoRA magnitudes",
            LoraRole.UP_BIAS, "its bias",
            LoraRole.DIFF_BIAS, "its bias",
            LoraRole.NORM_BIAS, "its bias",
            LoraRole.OFT_RESCALE, "its rescaling",
            LoraRole.UP, "its low-rank product",
            LoraRole.DOWN, "its low-rank product",
            LoraRole.MID, "its core tensor",
            LoraRole.ALPHA, "its alpha");

    public LoadedModule {
        dropped = Set.copyOf(dropped);
    }

    /** Whether all of it is used. */
    public boolean whole() {
        return loss == Loss.NONE;
    }

    /** Whether nothing of it changes the model. */
    public boolean lost() {
        return loss != Loss.NONE && loss != Loss.PART;
    }

    public boolean inDenoiser() {
        return !module.part().isTextEncoder();
    }

    /** What the loader leaves out of a module that it loads: {@code its DoRA magnitudes}. */
    public Set<String> without() {
        return loss != Loss.PART
                ? Set.of()
                : module.keys().entrySet().stream()
                        .filter(e -> dropped.contains(e.getValue()))
                        .map(e -> PARTS.getOrDefault(e.getKey(), "a tensor of it"))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    static LoadedModule lost(LoraModule module, Optional<BaseLayer> layer, Loss loss, String why) {
        return new LoadedModule(
                module, layer, loss, Set.copyOf(List.copyOf(module.keys().values())), why);
    }
}
