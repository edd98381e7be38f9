package dev.assay.harness.nn.weights;

import dev.assay.harness.model.lora.LoraRole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * LoRA (Hu et al. 2021) and its form for convolutions (LoCon), with or without a core tensor (Tucker, "CP"): scale * up down.
 * Linear factors on a 1x1 convolution, and 1x1 convolutions on a linear layer, are reshaped.
 */
final class LowRank implements LoraAlgorithm {
    private static final Map<LoraRole, String> ROLES =
            Map.of(LoraRole.UP, "up", LoraRole.DOWN, "down", LoraRole.MID, "mid", LoraRole.UP_BIAS, "bias");

    @Override
    public String name() {
        return "LoRA and LoCon (lora_up and lora_down, or lora_A and lora_B, with or without lora_mid)";
    }

    @Override
    public Map<LoraRole, String> roles() {
        return ROLES;
    }

    @Override
    public Optional<String> missing(Set<String> roles) {
        return !roles.contains("down")
                ? Optional.of("lora_down (lora_A)")
                : !roles.contains("up") ? Optional.of("lora_up (lora_B)") : Optional.empty();
    }

    @Override
    public Optional<String> misfit(Map<String, List<Long>> shapes, Map<String, List<Long>> layer) {
        List<Long> weight = layer.get("weight");
        List<Long> up = LayerShape.linear(shapes.get("up"));
        List<Long> down = LayerShape.linear(shapes.get("down"));
        List<Long> mid = shapes.get("mid");
        boolean fits = weight.size() >= 2
                && up.size() == 2
                && down.size() >= 2
                && up.get(0).equals(weight.get(0));
        if (fits && mid == null) {
            fits = up.get(1).equals(down.get(0)) && rest(down).equals(rest(LayerShape.linear(weight)));
        } else if (fits) {
            fits = mid.size() == weight.size()
                    && mid.get(0).equals(up.get(1))
                    && mid.get(1).equals(down.get(0))
                    && down.size() == 2
                    && down.get(1).equals(weight.get(1))
                    && mid.subList(2, mid.size()).equals(weight.subList(2, weight.size()));
        }
        if (!fits) {
            return Optional.of("the layer's weight is " + weight + ", found up " + shapes.get("up") + ", down "
                    + shapes.get("down") + (mid == null ? "" : ", mid " + mid));
        }
        List<Long> bias = shapes.get("bias");
        if (bias != null && !bias.equals(layer.get("bias"))) {
            return Optional.of("the layer's bias is " + layer.get("bias") + ", found " + bias);
        }
        return Optional.empty();
    }

    @Override
    public Map<String, Tensor> delta(Map<String, Tensor> parts, Scale scale, Map<String, Tensor> current) {
        Tensor up = parts.get("up");
        Tensor down = parts.get("down");
        long rank = down.size(0);
        Scalar factor = new Scalar(scale.of(rank));
        Tensor up2 = up.reshape(up.size(0), up.size(1));
        Tensor product = parts.containsKey("mid")
                ? torch.einsum("mnkl,im,nj->ijkl", new TensorVector(parts.get("mid"), up2, down.reshape(rank, -1)))
                : up2.matmul(down.reshape(rank, -1));
        Map<String, Tensor> delta = new HashMap<>();
        delta.put("weight", product.mul(factor).reshape_as(current.get("weight")));
        if (parts.containsKey("bias")) {
            delta.put("bias", parts.get("bias").mul(factor));
        }
        return delta;
    }

    private static List<Long> rest(List<Long> shape) {
        return shape.subList(1, shape.size());
    }
}
