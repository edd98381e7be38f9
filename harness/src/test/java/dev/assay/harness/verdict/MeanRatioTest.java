package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.verdict.MeanRatio.Pair;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against scipy, which finds the same interval by inverting its t test: {@code golden_ratio.py}. */
class MeanRatioTest {
    private static final double CONFIDENCE = 0.9;

    @Test
    void ratio_and_interval_are_those_that_a_test_inverted_by_scipy_gives() throws Exception {
        JsonNode golden = golden();
        assertThat(golden.get("confidence").doubleValue()).isEqualTo(CONFIDENCE);
        assertThat(golden.get("cases")).hasSize(4);
        for (JsonNode c : golden.get("cases")) {
            MeanRatio ratio = MeanRatio.of(pairs(c.get("groups")), CONFIDENCE);
            String name = c.get("name").textValue();
            assertThat(ratio.ratio()).as(name).isCloseTo(c.get("ratio").doubleValue(), offset(1e-9));
            assertThat(ratio.hasInterval()).as(name).isEqualTo(!c.get("lower").isNull());
            if (ratio.hasInterval()) {
                assertThat(ratio.lower()).as(name).isCloseTo(c.get("lower").doubleValue(), offset(1e-9));
                assertThat(ratio.upper()).as(name).isCloseTo(c.get("upper").doubleValue(), offset(1e-9));
            }
        }
    }

    @Test
    void the_interval_holds_the_true_ratio_about_as_often_as_it_says() throws Exception {
        for (JsonNode c : golden().get("coverage")) { // of scipy's
            assertThat(c.get("held").doubleValue()).isBetween(0.87, 0.92);
        }
        Random random = new Random(12);
        int held = 0;
        int runs = 2000;
        for (int run = 0; run < runs; run++) {
            List<Pair> pairs = new ArrayList<>();
            for (int prompt = 0; prompt < 24; prompt++) {
                double strong = 20 + 6 * random.nextGaussian();
                double weak = 3 + random.nextGaussian();
                for (int seed = 0; seed < 4; seed++) {
                    pairs.add(new Pair(
                            "p" + prompt, weak + 0.5 * random.nextGaussian(), strong + 3 * random.nextGaussian()));
                }
            }
            MeanRatio ratio = MeanRatio.of(pairs, CONFIDENCE);
            held += ratio.lower() <= 0.15 && 0.15 <= ratio.upper() ? 1 : 0;
        }
        assertThat(held / (double) runs).isBetween(0.88, 0.92); // 0.9 +- 3 standard errors
    }

    @Test
    void exact_effects_have_an_exact_ratio() {
        List<Pair> half = List.of(new Pair("a", 1, 2), new Pair("b", 4, 8), new Pair("c", 3, 6));
        assertThat(MeanRatio.of(half, CONFIDENCE)).isEqualTo(new MeanRatio(0.5, 0.5, 0.5));
        List<Pair> none = List.of(new Pair("a", 0, 2), new Pair("b", 0, 8), new Pair("c", 0, 6));
        assertThat(MeanRatio.of(none, CONFIDENCE)).isEqualTo(new MeanRatio(0, 0, 0));
    }

    @Test
    void one_prompt_and_no_effect_have_no_interval() {
        assertThat(MeanRatio.of(List.of(new Pair("a", 1, 2), new Pair("a", 2, 3)), CONFIDENCE)
                        .hasInterval())
                .isFalse();
        assertThat(MeanRatio.of(List.of(new Pair("a", 0, 0), new Pair("b", 0, 0)), CONFIDENCE)
                        .hasInterval())
                .isFalse();
        assertThat(MeanRatio.of(List.of(), CONFIDENCE).ratio()).isNaN();
    }

    private static List<Pair> pairs(JsonNode groups) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            for (JsonNode pair : groups.get(i)) {
                pairs.add(new Pair(
                        "prompt" + i, pair.get(0).doubleValue(), pair.get(1).doubleValue()));
            }
        }
        return pairs;
    }

    private static JsonNode golden() throws Exception {
        try (InputStream in = MeanRatioTest.class.getResourceAsStream("/golden/ratio.json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
