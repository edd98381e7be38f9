package dev.assay.harness.nn.diffusion;

import dev.assay.harness.nn.ops.Conv2d;
import dev.assay.harness.nn.ops.GroupNorm;
import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;

/** Two convolutions with norms before them and a way around; the UNet's adds the time between them. */
final class ResnetBlock {
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final Conv2d shortcut; // null where the channels stay

    ResnetBlock(WeightReader w, String name, long in, long out, long groups, double eps) {
        norm1 = new GroupNorm(w, name + "norm1", groups, in, eps);
        conv1 = Conv2d.same(w, name + "conv1", in, out, 3);
        norm2 = new GroupNorm(w, name + "norm2", groups, out, eps);
        conv2 = Conv2d.same(w, name + "conv2", out, out, 3);
        shortcut = in == out ? null : Conv2d.same(w, name + "conv_shortcut", in, out, 1);
    }

    /**
     * @param x (n, in, h, w)
     * @param time (1, out, 1, 1), or null
     * @return (n, out, h, w)
     */
    Tensor forward(Tensor x, Tensor time) {
        Tensor h = conv1.forward(norm1.silu(x));
        if (time != null) {
            h.add_(time);
        }
        h = conv2.forward(norm2.silu(h));
        return h.add_(shortcut == null ? x : shortcut.forward(x));
    }
}
