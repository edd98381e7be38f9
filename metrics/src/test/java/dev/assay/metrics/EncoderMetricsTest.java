package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scores of given vectors, as the authors' snippets compute them; golden file of {@code golden_preference.py}. */
class EncoderMetricsTest {
    private final JsonNode golden = read();
    private final float[] image = floats(golden.path("image"));
    private final float[] text = floats(golden.path("text"));

    private static JsonNode read() {
        try {
            return new ObjectMapper()
                    .readTree(
                            Path.of("src/test/resources/golden/preference.json").toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static float[] floats(JsonNode values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values.get(i).asDouble();
        }
        return floats;
    }

    private static double value(Score score) {
        return ((Score.Measured) score).value();
    }

    private Score score(Metric.ImageMetric metric) {
        return metric.score(Golden.prompt("cat"), Golden.flat(2, 0, 0, 0));
    }

    @Test
    void pick_score_is_that_of_its_model_card() {
        EmbeddingMetric metric = PickScoreMetric.with(
                i -> image, t -> text, golden.path("logitScale").asDouble());
        assertThat(value(score(metric))).isCloseTo(golden.path("pick").asDouble(), within(1e-5));
    }

    @Test
    void hps_is_that_of_its_authors() {
        assertThat(value(score(HpsMetric.with(i -> image, t -> text))))
                .isCloseTo(golden.path("hps").asDouble(), within(1e-6));
    }

    @Test
    void image_reward_is_that_of_the_prompt_and_says_when_its_end_was_not_read() {
        Metric.ImageMetric metric = new ImageRewardMetric((p, i) -> p.length() + i.width() / 10.0, p -> p.length() > 5);
        assertThat(score(metric)).isEqualTo(new Score.Measured(5.2, "ImageReward 5.20"));
        assertThat(metric.score(Golden.prompt("cats"), Golden.flat(3, 0, 0, 0)))
                .isEqualTo(new Score.Measured(
                        6.3, "ImageReward 6.30; the end of the prompt was not read, it is too long"));
    }

    @Test
    void siglip_score_is_the_logit_of_transformers() {
        double scale = golden.path("logitScale").asDouble();
        double bias = golden.path("logitBias").asDouble();
        EmbeddingMetric metric = SiglipScoreMetric.with(i -> image, t -> text, cosine -> scale * cosine + bias);
        assertThat(value(score(metric))).isCloseTo(golden.path("siglip").asDouble(), within(1e-5));
        assertThat(((Score.Measured) score(metric)).evidence())
                .contains("log odds")
                .contains("%)");
    }

    @Test
    void dino_diversity_is_the_mean_over_all_pairs_of_seeds() {
        List<float[]> vectors = new ArrayList<>();
        golden.path("images").forEach(v -> vectors.add(floats(v)));
        DinoDiversityMetric metric = new DinoDiversityMetric(i -> vectors.get(i.value(0, 0, 0)));
        List<Image> pictures = java.util.stream.IntStream.range(0, vectors.size())
                .mapToObj(i -> Golden.flat(2, i, 0, 0))
                .toList();
        assertThat(vectors).hasSize(5);
        assertThat(value(metric.score(Golden.prompt("cat"), pictures)))
                .isCloseTo(golden.path("diversity").asDouble(), within(1e-6));
        List<Image> turned = new ArrayList<>(pictures);
        java.util.Collections.reverse(turned);
        assertThat(value(metric.score(Golden.prompt("cat"), turned)))
                .isCloseTo(value(metric.score(Golden.prompt("cat"), pictures)), within(1e-12));
    }

    @Test
    void equal_pictures_have_no_diversity_and_one_picture_has_no_score() {
        DinoDiversityMetric metric = new DinoDiversityMetric(i -> image);
        Image flat = Golden.flat(2, 0, 0, 0);
        assertThat(value(metric.score(Golden.prompt("cat"), List.of(flat, flat, flat))))
                .isCloseTo(0, within(1e-12));
        assertThat(metric.score(Golden.prompt("cat"), List.of(flat)))
                .isEqualTo(
                        new Score.Unscored("few-pictures", "diversity needs at least 2 pictures of a prompt, found 1"));
    }

    @Test
    void a_picture_whose_prompt_nobody_knows_has_no_preference_and_no_adherence() {
        PromptCase unknown = new PromptCase("cat", "cat (no prompt is known)", "", List.of(1L), List.of(), null, false);
        for (Metric.ImageMetric metric : List.of(
                PickScoreMetric.with(i -> image, t -> text, 100),
                HpsMetric.with(i -> image, t -> text),
                new ImageRewardMetric((p, i) -> 1, p -> false))) {
            assertThat(metric.score(unknown, Golden.flat(2, 0, 0, 0)))
                    .isEqualTo(new Score.Unscored("no-prompt", "no prompt is known for this picture"));
            assertThat(metric.info().family()).isEqualTo(Family.AESTHETIC); // never a witness of adherence
        }
        assertThat(SiglipScoreMetric.with(i -> image, t -> text, c -> c).score(unknown, Golden.flat(2, 0, 0, 0)))
                .isEqualTo(new Score.Unscored("no-prompt", "no prompt is known for this picture"));
    }

    @Test
    void pictures_are_announced_to_the_encoder_together() {
        List<Image> announced = new ArrayList<>();
        ImageEncoder encoder = new ImageEncoder() {
            @Override
            public float[] embed(Image picture) {
                return image;
            }

            @Override
            public void prefetch(Collection<Image> pictures) {
                announced.addAll(pictures);
            }
        };
        List<Image> pictures = List.of(Golden.flat(2, 0, 0, 0), Golden.flat(2, 9, 9, 9));
        HpsMetric.with(encoder, t -> text).prepare(pictures);
        assertThat(announced).isEqualTo(pictures);
    }
}
