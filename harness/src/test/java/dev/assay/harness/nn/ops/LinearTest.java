package dev.assay.harness.nn.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class LinearTest {
    @Test
    @SuppressWarnings("try") // scopes and guards work by being open
    void large_layers_go_to_onednn_with_all_threads_and_give_the_same() {
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            Tensor weight = torch.randn(1024, 1024).div_(new org.bytedeco.pytorch.Scalar(32));
            Tensor bias = torch.randn(1024);
            Tensor x = torch.randn(2, 7, 1024);
            Linear large = Linear.rows(weight, bias, 0, 1024);
            Linear small = Linear.rows(weight, bias, 0, 512);
            assertThat(large.usesOneDnn()).isTrue();
            assertThat(small.usesOneDnn()).isFalse();
            double difference = large.forward(x)
                    .sub(torch.linear(x, weight, new TensorOptional(bias)))
                    .abs()
                    .max()
                    .item()
                    .toDouble();
            assertThat(difference).isCloseTo(0, within(2e-5));
            assertThat(large.forward(x)
                            .narrow(2, 0, 512)
                            .sub(small.forward(x))
                            .abs()
                            .max()
                            .item()
                            .toDouble())
                    .isCloseTo(0, within(2e-5));
        }
    }
}
