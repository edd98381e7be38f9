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
class PreferenceMetricsTest {
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
        PickScoreMetric metric = new PickScoreMetric(
                i -> image, t -> text, golden.path("logitScale").asDouble());
        assertThat(value(score(metric))).isCloseTo(golden.path("pick").asDouble(), within(1e-5));
    }

    @Test
    void hps_is_that_of_its_authors() {
        assertThat(value(score(new HpsMetric(i -> image, t -> text))))
                .isCloseTo(golden.path("hps").asDouble(), within(1e-6));
    }

    @Test
    void a_picture_whose_prompt_nobody_knows_has_no_preference() {
        PromptCase unknown = new PromptCase("cat", "cat (no prompt is known)", "", List.of(1L), List.of(), null, false);
        for (Metric.ImageMetric metric :
                List.of(new PickScoreMetric(i -> image, t -> text, 100), new HpsMetric(i -> image, t -> text))) {
            assertThat(metric.score(unknown, Golden.flat(2, 0, 0, 0)))
                    .isEqualTo(new Score.Unscored("no prompt is known for this picture"));
            assertThat(metric.info().family()).isEqualTo(Family.AESTHETIC); // never a witness of adherence
        }
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
        new HpsMetric(encoder, t -> text).prepare(pictures);
        assertThat(announced).isEqualTo(pictures);
    }
}
