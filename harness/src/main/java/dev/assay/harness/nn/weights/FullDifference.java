package dev.assay.harness.nn.weights;

import dev.assay.harness.model.lora.LoraRole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** The difference itself, without factors: of weights and biases, as LyCORIS stores full layers and norms. */
final class FullDifference implements LoraAlgorithm {
    private static final Map<LoraRole, String> ROLES = Map.of(
            LoraRole.DIFF, "weight",
            LoraRole.DIFF_BIAS, "bias",
            LoraRole.NORM, "weight",
            LoraRole.NORM_BIAS, "bias");

    @Override
    public String name() {
        return "full differences (diff, diff_b, w_norm, b_norm)";
    }

    @Override
    public Map<LoraRole, String> roles() {
        return ROLES;
    }

    @Override
    public Optional<String> missing(Set<String> roles) {
        return Optional.empty();
    }

    @Override
    public Optional<String> misfit(Map<String, List<Long>> shapes, Map<String, List<Long>> layer) {
        for (var part : shapes.entrySet()) {
            List<Long> expected = layer.get(part.getKey());
            if (expected == null || !LayerShape.linear(expected).equals(LayerShape.linear(part.getValue()))) {
                return Optional.of("the layer's " + part.getKey() + " is "
                        + (expected == null ? "missing" : expected.toString()) + ", found " + part.getValue());
            }
        }
        return Optional.empty();
    }

    @Override
    public Map<String, Tensor> delta(Map<String, Tensor> parts, Scale scale, Map<String, Tensor> current) {
        Map<String, Tensor> delta = new HashMap<>();
        parts.forEach((parameter, difference) -> delta.put(parameter, difference.reshape_as(current.get(parameter))));
        return delta;
    }
}
