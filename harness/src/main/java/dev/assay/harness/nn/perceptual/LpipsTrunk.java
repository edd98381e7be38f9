package dev.assay.harness.nn.perceptual;

import dev.assay.harness.nn.ops.Conv2d;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The convolutions of torchvision's classifiers up to the last one that LPIPS looks at.
 *
 * @param window of max pooling, whose stride is 2
 * @param minEdge shortest edge of a picture that leaves a pixel at the last stage
 */
record LpipsTrunk(String title, long window, int minEdge, List<Stage> stages) {
    /** Krizhevsky 2014, "One weird trick". */
    static final LpipsTrunk ALEX = new LpipsTrunk(
            "AlexNet",
            3,
            31,
            List.of(
                    new Stage(false, List.of(new Layer(0, 3, 64, 11, 4, 2))),
                    new Stage(true, List.of(new Layer(3, 64, 192, 5, 1, 2))),
                    new Stage(true, List.of(same(6, 192, 384))),
                    new Stage(false, List.of(same(8, 384, 256))),
                    new Stage(false, List.of(same(10, 256, 256)))));

    /** Simonyan and Zisserman 2014, configuration D. */
    static final LpipsTrunk VGG = new LpipsTrunk(
            "VGG16",
            2,
            16,
            List.of(
                    new Stage(false, List.of(same(0, 3, 64), same(2, 64, 64))),
                    new Stage(true, List.of(same(5, 64, 128), same(7, 128, 128))),
                    new Stage(true, List.of(same(10, 128, 256), same(12, 256, 256), same(14, 256, 256))),
                    new Stage(true, List.of(same(17, 256, 512), same(19, 512, 512), same(21, 512, 512))),
                    new Stage(true, List.of(same(24, 512, 512), same(26, 512, 512), same(28, 512, 512)))));

    static final List<LpipsTrunk> ALL = List.of(ALEX, VGG);

    private static final long[] TWO = {2, 2};
    private static final long[] ZERO = {0, 0};
    private static final long[] ONE = {1, 1};

    /** Convolutions that end in features which LPIPS takes. */
    record Stage(boolean pooledBefore, List<Layer> layers) {
        int channels() {
            return layers.get(layers.size() - 1).out;
        }
    }

    /** A convolution, with its place in torchvision's {@code features}; a ReLU follows. */
    record Layer(int index, int in, int out, int kernel, int stride, int padding) {}

    private static Layer same(int index, int in, int out) {
        return new Layer(index, in, out, 3, 1, 1);
    }

    /** Shape of the first layer's weight, by which a file is recognised. */
    List<Long> firstShape() {
        Layer first = stages.get(0).layers().get(0);
        return List.of((long) first.out, (long) first.in, (long) first.kernel, (long) first.kernel);
    }

    /** The weights, stage by stage. */
    List<List<Conv2d>> read(WeightReader w) {
        List<List<Conv2d>> all = new ArrayList<>();
        for (Stage stage : stages) {
            all.add(stage.layers().stream()
                    .map(l -> Conv2d.of(w, "features." + l.index, l.in, l.out, l.kernel, l.stride, l.padding))
                    .toList());
        }
        return all;
    }

    /** One stage, from the end of the one before. */
    Tensor forward(int stage, List<Conv2d> layers, Tensor x) {
        long[] edges = {window, window};
        Tensor y = stages.get(stage).pooledBefore() ? torch.max_pool2d(x, edges, TWO, ZERO, ONE, false) : x;
        for (Conv2d layer : layers) {
            y = layer.forward(y).relu_();
        }
        return y;
    }
}
