package dev.assay.harness.nn.diffusion;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.nn.weights.WeightChange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch;

/**
 * Times pictures, one per seed on standard input, and leaves the pixels of the last one beside; the other half of
 * {@code bench_diffusers.py}, which runs both in turns. Not a test.
 *
 * <p>Arguments: checkpoint, prompt, size, steps, guidance, threads, file for the raw pixels.
 */
final class RenderBenchmark {
    private RenderBenchmark() {}

    public static void main(String[] args) throws IOException {
        int size = Integer.parseInt(args[2]);
        int steps = Integer.parseInt(args[3]);
        double guidance = Double.parseDouble(args[4]);
        torch.set_num_threads(Integer.parseInt(args[5]));
        long begin = System.nanoTime();
        try (ModelParts parts = ModelParts.open(new Checkpoint(Path.of(args[0])));
                StableDiffusion model = StableDiffusion.load(parts, WeightChange.NONE, "cpu");
                BufferedReader seeds = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("loaded " + (System.nanoTime() - begin) / 1e9);
            for (String seed = seeds.readLine(); seed != null; seed = seeds.readLine()) {
                begin = System.nanoTime();
                var image = model.render(
                        args[1], "", Long.parseLong(seed), size, size, steps, guidance, "ddim", "normal", 0);
                double seconds = (System.nanoTime() - begin) / 1e9;
                Files.write(Path.of(args[6]), image.rgb());
                System.out.println(seconds);
            }
        }
    }
}
