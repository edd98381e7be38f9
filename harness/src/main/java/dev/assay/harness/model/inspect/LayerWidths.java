package dev.assay.harness.model.inspect;

import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import java.util.List;

/** What the shapes of a LoRA's tensors tell of the layer that they change. */
final class LayerWidths {
    private LayerWidths() {}

    /** Width of the layer's input; -1 where the tensors do not tell. */
    static long in(LoraModule module) {
        return switch (module.kind()) {
            case LORA, LOCON -> dimension(module, LoraRole.DOWN, 1);
            case LOHA -> dimension(module, LoraRole.HADA_W1_B, 1);
            case LOKR ->
                product(
                        side(module, LoraRole.LOKR_W1, LoraRole.LOKR_W1_B, 1),
                        side(module, LoraRole.LOKR_W2, LoraRole.LOKR_W2_B, 1));
            // Both layouts: the rank is the smaller of the two.
            case GLORA -> Math.max(dimension(module, LoraRole.GLORA_B1, 1), dimension(module, LoraRole.GLORA_B2, 1));
            case FULL_DIFF -> dimension(module, LoraRole.DIFF, 1);
            case OFT, BOFT, IA3, DORA -> -1;
        };
    }

    /** Width of the layer's output; -1 where the tensors do not tell. */
    static long out(LoraModule module) {
        return switch (module.kind()) {
            case LORA, LOCON -> dimension(module, LoraRole.UP, 0);
            case LOHA ->
                module.has(LoraRole.HADA_T1)
                        ? dimension(module, LoraRole.HADA_W1_A, 1)
                        : dimension(module, LoraRole.HADA_W1_A, 0);
            case LOKR ->
                product(
                        side(module, LoraRole.LOKR_W1, LoraRole.LOKR_W1_A, 0),
                        side(module, LoraRole.LOKR_W2, LoraRole.LOKR_W2_A, module.has(LoraRole.LOKR_T2) ? 1 : 0));
            case GLORA -> Math.max(dimension(module, LoraRole.GLORA_B1, 0), dimension(module, LoraRole.GLORA_B2, 0));
            case FULL_DIFF -> dimension(module, LoraRole.DIFF, 0);
            case OFT -> product(dimension(module, LoraRole.OFT_BLOCKS, 0), dimension(module, LoraRole.OFT_BLOCKS, 1));
            case BOFT -> product(dimension(module, LoraRole.OFT_BLOCKS, 1), dimension(module, LoraRole.OFT_BLOCKS, 2));
            case IA3 ->
                module.has(LoraRole.IA3_WEIGHT)
                        ? module.shape(LoraRole.IA3_WEIGHT).stream().reduce(1L, (a, b) -> a * b)
                        : -1;
            case DORA -> -1;
        };
    }

    private static long side(LoraModule module, LoraRole full, LoraRole factor, int index) {
        return module.has(full) ? dimension(module, full, index) : dimension(module, factor, index);
    }

    private static long product(long a, long b) {
        return a < 0 || b < 0 || (b > 0 && a > Long.MAX_VALUE / b) ? -1 : a * b;
    }

    private static long dimension(LoraModule module, LoraRole role, int index) {
        if (!module.has(role)) {
            return -1;
        }
        List<Long> shape = module.shape(role);
        return shape.size() <= index ? -1 : shape.get(index);
    }
}
