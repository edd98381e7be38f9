package dev.assay.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.nn.embed.VectorStore;
import dev.assay.harness.nn.ops.Compute;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.vision.ImageTower;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.nn.vision.VisionLayouts;
import dev.assay.harness.nn.vision.VisionTransformer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import dev.assay.harness.nn.weights.WeightReader;
import dev.assay.harness.score.Metric;
import dev.assay.harness.suite.PromptCase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/**
 * Times CLIP's image half; the other half of {@code bench_encoders.py}, which runs both in turns. Not a test. A line {@code bare N} on
 * standard input is one forward of N pictures whose pixels are ready; {@code metrics N} is everything that scoring N new pictures of 512 x 512
 * costs once the prompts are encoded: preparing, the same forward, and clip-score, clip-iqa, aesthetic and vendi.
 *
 * <p>Arguments: a CLIP folder of transformers, threads.
 */
final class EncoderBenchmark {
    private static final PromptCase CASE = new PromptCase("cat", "a cat", "", List.of(1L), List.of(), null);

    private EncoderBenchmark() {}

    @SuppressWarnings("try") // scopes and guards work by being open
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        torch.set_num_threads(Integer.parseInt(args[1]));
        Random random = new Random(1);
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope();
                WeightFile file = WeightFile.open(folder.resolve("model.safetensors"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            JsonNode json =
                    new ObjectMapper().readTree(folder.resolve("config.json").toFile());
            VisionConfig config = VisionConfig.of(VisionConfig.Kind.CLIP, json.path("vision_config"));
            StateDict all = file.weights();
            WeightReader reader = new WeightReader("vision", VisionLayouts.names(all.below("vision_model.")));
            VisionTransformer vision = new VisionTransformer(config, reader);
            Linear projection = Linear.withoutBias(
                    new WeightReader("projection", all),
                    "visual_projection",
                    config.hiddenSize(),
                    json.path("projection_dim").asInt());
            int width = json.path("projection_dim").asInt();
            Preprocessing preprocessing = Preprocessing.clip(config.imageSize());
            ImageTower tower = new ImageTower(
                    preprocessing, config, new Compute("cpu"), x -> projection.forward(vision.forward(x)));
            Embeddings embeddings = new Embeddings(VectorStore.NONE, tower.batch(), tower::vectors, text -> {
                float[] vector = new float[width];
                Arrays.fill(vector, 1);
                return vector;
            });
            ImageEncoder images = new ImageEncoder() {
                @Override
                public float[] embed(Image image) {
                    return embeddings.of(image);
                }

                @Override
                public void prefetch(Collection<Image> pictures) {
                    embeddings.prefetch(pictures);
                }
            };
            List<Metric> metrics = List.of(
                    ClipScoreMetric.with(images, embeddings::of),
                    ClipIqaMetric.with(images, embeddings::of),
                    AestheticMetric.with(images, v -> v[0]), // the head is one product of 768 numbers
                    new VendiMetric(images, 1));
            score(metrics, pictures(2, random));
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 2);
                int n = Integer.parseInt(words[1]);
                List<Image> some = pictures(n, random);
                double seconds;
                if (words[0].equals("bare")) {
                    List<float[]> pixels =
                            some.stream().map(preprocessing::pixels).toList();
                    try (PointerScope inner = new PointerScope()) {
                        var x = new Compute("cpu").pictures(pixels, config.imageSize());
                        long begin = System.nanoTime();
                        projection.forward(vision.forward(x));
                        seconds = (System.nanoTime() - begin) / 1e9;
                    }
                } else {
                    long begin = System.nanoTime();
                    score(metrics, some);
                    seconds = (System.nanoTime() - begin) / 1e9;
                }
                System.out.println(seconds);
            }
        }
    }

    private static void score(List<Metric> metrics, List<Image> images) {
        for (Metric metric : metrics) {
            metric.prepare(images);
            if (metric instanceof Metric.ImageMetric one) {
                images.forEach(i -> one.score(CASE, i));
            } else if (metric instanceof Metric.SetMetric set) {
                set.score(CASE, images);
            }
        }
    }

    private static List<Image> pictures(int n, Random random) {
        List<Image> pictures = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            byte[] rgb = new byte[512 * 512 * 3];
            random.nextBytes(rgb);
            pictures.add(Image.of(512, 512, rgb));
        }
        return pictures;
    }
}
