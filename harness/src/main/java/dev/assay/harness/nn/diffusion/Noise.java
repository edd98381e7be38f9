package dev.assay.harness.nn.diffusion;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Unit noise of one picture: equal to {@code torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))}, and so
 * to ComfyUI's first noise and to diffusers with a CPU generator. Draws come from this picture's own generator, so pictures
 * do not disturb each other. Not for use by several threads at once.
 */
public final class Noise implements AutoCloseable {
    private final Generator generator;

    /** Seeds a new generator; torch uses the low 32 bits of the seed. */
    public Noise(long seed) {
        generator = torch.make_generator_cpu(seed);
        generator.retainReference(); // outlives the caller's PointerScope
    }

    /** The next draw: float32 on the CPU, in the caller's PointerScope. */
    public Tensor draw(long... shape) {
        return torch.randn(shape, new GeneratorOptional(generator));
    }

    @Override
    public void close() {
        generator.releaseReference();
    }
}
