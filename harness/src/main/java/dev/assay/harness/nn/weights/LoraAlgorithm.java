package dev.assay.harness.nn.weights;

import dev.assay.harness.model.lora.LoraRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * One way of storing the change of a layer in a file. A new one is one file and one line in {@link LoraAlgorithms}.
 *
 * <p>Tensors are known by role, whatever tool wrote the file; {@link dev.assay.harness.model.lora.LoraGrammar} reads the keys.
 */
interface LoraAlgorithm {
    /** As users call it. */
    String name();

    /** What the tensors of a file are to this algorithm: the grammar's roles, each with the name that the other methods use. */
    Map<LoraRole, String> roles();

    /** What is missing among these roles, e.g. {@code lora_down}. */
    Optional<String> missing(Set<String> roles);

    /**
     * Why these tensors do not fit this layer.
     *
     * @param shapes of the tensors by role
     * @param layer shapes of the layer's parameters by name, {@code weight} and perhaps {@code bias}
     */
    Optional<String> misfit(Map<String, List<Long>> shapes, Map<String, List<Long>> layer);

    /**
     * The change at strength 1.
     *
     * @param parts the tensors in float32 by role
     * @param scale where the low-rank product's factor comes from
     * @param current the layer's parameters in float32, with the LoRAs merged so far; must not be written to
     * @return what to add to each changed parameter, in its shape
     */
    Map<String, Tensor> delta(Map<String, Tensor> parts, Scale scale, Map<String, Tensor> current);

    /** The factor of a low-rank product. */
    interface Scale {
        /** alpha / rank, alpha / sqrt(rank) for rank-stabilised LoRAs, or 1 where the file states no alpha. */
        double of(long rank);
    }
}
