package dev.assay.harness.nn.ops;

import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A square convolution: (n, in, h, w) to (n, out, h', w'). */
public final class Conv2d {
    private static final long[] ONE = {1, 1};

    private final Tensor weight; // (out, in, kernel, kernel)
    private final TensorOptional bias; // (out)
    private final long[] stride;
    private final long[] padding;

    private Conv2d(WeightReader w, String name, long in, long out, long kernel, long stride, long padding) {
        this.weight = w.take(name + ".weight", out, in, kernel, kernel);
        this.bias = new TensorOptional(w.take(name + ".bias", out));
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {padding, padding};
    }

    /** Odd kernel, stride 1, zero padding that keeps the size. */
    public static Conv2d same(WeightReader w, String name, long in, long out, long kernel) {
        return new Conv2d(w, name, in, out, kernel, 1, kernel / 2);
    }

    /** Kernel 3, stride 2. */
    public static Conv2d halving(WeightReader w, String name, long channels, long padding) {
        return new Conv2d(w, name, channels, channels, 3, 2, padding);
    }

    /** Any kernel, stride and zero padding. */
    public static Conv2d of(WeightReader w, String name, long in, long out, long kernel, long stride, long padding) {
        return new Conv2d(w, name, in, out, kernel, stride, padding);
    }

    public Tensor forward(Tensor x) {
        return torch.conv2d(x, weight, bias, stride, padding, ONE, 1);
    }
}
