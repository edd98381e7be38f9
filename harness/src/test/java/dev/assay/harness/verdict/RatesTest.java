package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.verdict.Rates.Interval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class RatesTest {
    private static final double CONFIDENCE = 0.90;
    private static final JsonNode GOLDEN = golden();

    @Test
    void the_exact_mcnemar_test_is_that_of_statsmodels() {
        assertThat(GOLDEN.get("mcNemar").size()).isEqualTo(7);
        for (JsonNode c : GOLDEN.get("mcNemar")) {
            assertThat(Rates.mcNemar(c.get("worse").asInt(), c.get("better").asInt()))
                    .isCloseTo(c.get("p").asDouble(), within(1e-12));
        }
        assertThat(Rates.mcNemar(0, 0)).isEqualTo(1);
    }

    @Test
    void the_interval_of_wilson_is_that_of_statsmodels() {
        assertThat(GOLDEN.get("wilson").size()).isEqualTo(5);
        for (JsonNode c : GOLDEN.get("wilson")) {
            Interval found = Rates.wilson(
                    c.get("found").asDouble(),
                    c.get("n").asDouble(),
                    c.get("confidence").asDouble());
            assertThat(found.lower()).isCloseTo(c.get("ends").get(0).asDouble(), within(1e-12));
            assertThat(found.upper()).isCloseTo(c.get("ends").get(1).asDouble(), within(1e-12));
        }
        assertThatThrownBy(() -> Rates.wilson(0, 0, 0.9)).hasMessage("expected 0 to n of n > 0, found 0.0 of 0.0");
    }

    /** The other side maximises the likelihood numerically, so it knows its ends to about 1e-7. */
    @Test
    void the_interval_of_tango_is_that_of_a_numerical_likelihood() {
        assertThat(GOLDEN.get("tango").size()).isEqualTo(8);
        for (JsonNode c : GOLDEN.get("tango")) {
            Interval found = Rates.tango(
                    c.get("worse").asDouble(),
                    c.get("better").asDouble(),
                    c.get("n").asDouble(),
                    c.get("confidence").asDouble());
            assertThat(found.lower())
                    .as(c.toString())
                    .isCloseTo(c.get("ends").get(0).asDouble(), within(1e-6));
            assertThat(found.upper())
                    .as(c.toString())
                    .isCloseTo(c.get("ends").get(1).asDouble(), within(1e-6));
        }
    }

    /** Fagerland, Lydersen, Laake 2014, Statistics in Medicine 33, airway hyper-responsiveness: 1 and 7 of 21 children. */
    @Test
    void the_interval_of_tango_is_the_published_one() {
        Interval found = Rates.tango(1, 7, 21, 0.95);
        assertThat(found.lower()).isCloseTo(-0.517, within(5e-4));
        assertThat(found.upper()).isCloseTo(-0.026, within(5e-4));
    }

    @Test
    void exchanging_better_and_worse_mirrors_the_interval_and_more_pairs_narrow_it() {
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            int n = 5 + random.nextInt(200);
            int worse = random.nextInt(n / 2);
            int better = random.nextInt(n / 2);
            Interval one = Rates.tango(worse, better, n, 0.9);
            Interval other = Rates.tango(better, worse, n, 0.9);
            assertThat(one.lower()).isCloseTo(-other.upper(), within(1e-12));
            assertThat(one.upper()).isCloseTo(-other.lower(), within(1e-12));
            assertThat((double) (worse - better) / n).isBetween(one.lower(), one.upper());
            Interval more = Rates.tango(2 * worse, 2 * better, 2 * n, 0.9);
            assertThat(more.upper() - more.lower()).isLessThan(one.upper() - one.lower());
        }
    }

    @Test
    void the_sign_flip_test_counts_all_patterns_and_with_single_seeds_is_mcnemar() {
        assertThat(GOLDEN.get("signFlip").size()).isEqualTo(5);
        for (JsonNode c : GOLDEN.get("signFlip")) {
            int[] balances = StreamSupport.stream(c.get("balances").spliterator(), false)
                    .mapToInt(JsonNode::asInt)
                    .toArray();
            assertThat(Rates.signFlip(balances)).isCloseTo(c.get("p").asDouble(), within(1e-12));
        }
        for (int[] bc : new int[][] {{1, 9}, {6, 2}, {0, 3}, {4, 4}, {30, 11}}) {
            int[] single = IntStream.concat(
                            IntStream.generate(() -> 1).limit(bc[0]),
                            IntStream.generate(() -> -1).limit(bc[1]))
                    .toArray();
            assertThat(Rates.signFlip(single)).isCloseTo(Rates.mcNemar(bc[0], bc[1]), within(1e-12));
        }
        assertThat(Rates.signFlip(new int[0])).isEqualTo(1);
    }

    @Test
    void independent_seeds_have_no_design_effect_and_copies_one_of_their_number() {
        assertThat(Rates.designEffect(new double[][] {{1}, {0}, {-1}, {0}, {1}}))
                .isEqualTo(1);
        assertThat(Rates.effectivePairs(new double[][] {{1}, {0}, {-1}, {0}, {1}}, 0.9))
                .isEqualTo(5);
        double[][] copies = new double[40][4];
        for (int i = 0; i < copies.length; i += 3) {
            Arrays.fill(copies[i], i % 2 == 0 ? 1 : -1);
        }
        assertThat(Rates.designEffect(copies)).isCloseTo(4, within(0.1));
    }

    @Test
    void seeds_that_show_nothing_count_as_one_because_nothing_tells_that_they_are_independent() {
        double[][] nothing = new double[40][4];
        assertThat(Rates.designEffect(nothing)).isCloseTo(4, within(0.1));
        assertThat(Rates.effectivePairs(nothing, 0.9)).isBetween(36.0, 40.0);
    }

    @Test
    void more_seeds_of_one_prompt_never_narrow_the_interval_beyond_the_prompts() {
        List<PairedOutcome> one = new ArrayList<>();
        List<PairedOutcome> four = new ArrayList<>();
        for (int prompt = 0; prompt < 30; prompt++) {
            PairedOutcome pair = new PairedOutcome("p" + prompt, prompt % 5 == 0, prompt % 3 == 0);
            one.add(pair);
            four.addAll(List.of(pair, pair, pair, pair));
        }
        Comparison alone = RateComparison.of(one, 0, CONFIDENCE, null).seen();
        Comparison copied = RateComparison.of(four, 0, CONFIDENCE, null).seen();
        assertThat(copied.estimate()).isCloseTo(alone.estimate(), within(1e-12));
        assertThat(copied.upper() - copied.lower()).isGreaterThan(0.97 * (alone.upper() - alone.lower()));
    }

    @Test
    void corrected_rates_are_those_of_numerical_derivatives() {
        assertThat(GOLDEN.get("roganGladen").size()).isEqualTo(3);
        for (JsonNode c : GOLDEN.get("roganGladen")) {
            JsonNode k = c.get("calibration");
            Calibration calibration = new Calibration(
                    k.get(0).asInt(),
                    k.get(1).asInt(),
                    k.get(2).asInt(),
                    k.get(3).asInt());
            RoganGladen.Corrected difference =
                    RoganGladen.difference(c.get("seen").asDouble(), interval(c.get("ends")), calibration, CONFIDENCE);
            assertThat(new double[] {difference.estimate(), difference.lower(), difference.upper()})
                    .containsExactly(doubles(c.get("difference")), within(1e-8));
            RoganGladen.Corrected rate =
                    RoganGladen.rate(c.get("rate").asDouble(), interval(c.get("wilson")), calibration, CONFIDENCE);
            assertThat(new double[] {rate.estimate(), rate.lower(), rate.upper()})
                    .containsExactly(doubles(c.get("single")), within(1e-8));
        }
    }

    @Test
    void a_faultless_metric_measured_without_end_corrects_nothing() {
        Calibration faultless = new Calibration(1_000_000, 1_000_000, 1_000_000, 0);
        RoganGladen.Corrected found = RoganGladen.difference(0.1, new Interval(0.05, 0.16), faultless, CONFIDENCE);
        assertThat(found.estimate()).isEqualTo(0.1);
        assertThat(found.lower()).isCloseTo(0.05, within(1e-5));
        assertThat(found.upper()).isCloseTo(0.16, within(1e-5));
    }

    @Test
    void a_metric_that_guesses_is_refused_and_one_that_may_guess_decides_nothing() {
        assertThatThrownBy(() -> new Calibration(10, 5, 10, 5))
                .hasMessageContaining("a defect found more often where there is one");
        Calibration few = new Calibration(5, 3, 5, 1);
        assertThat(RoganGladen.isInformative(few, CONFIDENCE)).isFalse();
        Judgement found = judge(pairs(20, 1, 0, 0), few, 0.9);
        assertThat(found.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(Phrasebook.say(found.reason()))
                .isEqualTo(
                        "the metric finds 3 of 5 defects and 1 in 5 sound pictures; with so few it may as well guess,"
                                + " and its rates tell nothing");
    }

    @Test
    void a_detectors_note_about_itself_is_read_and_a_wrong_one_is_an_error() {
        Map<String, String> notes = Map.of("calibration.limbs", "defects=200 found=190 sound=600 falseAlarms=2");
        assertThat(Calibration.from(notes, "limbs")).isEqualTo(new Calibration(200, 190, 600, 2));
        assertThat(Calibration.from(notes, "hands")).isNull();
        assertThatThrownBy(() -> Calibration.from(Map.of("calibration.limbs", "0.95"), "limbs"))
                .hasMessage("calibration.limbs: expected defects=N found=N sound=N falseAlarms=N, found 0.95");
    }

    @Test
    void many_new_defects_regress_and_the_reason_has_all_numbers() {
        Judgement found = judge(pairs(60, 18, 1, 5), null, 0.1);
        assertThat(found.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(Phrasebook.say(found.reason()))
                .isEqualTo("the defect is in 38.3 % of the pictures, in the base's in 10 %; 18 of 60 pairs gained it, 1"
                        + " lost it (exact McNemar p below 0.0001); 28.3 percentage points more (90 % interval"
                        + " 18.3 to 39.1); at most 10 is allowed");
    }

    @Test
    void no_defect_in_many_prompts_passes_and_in_few_is_left_open() {
        assertThat(judge(pairs(60, 0, 0, 0), null, 0.1).outcome()).isEqualTo(Outcome.PASSED);
        Judgement few = judge(pairs(10, 0, 0, 0), null, 0.1);
        assertThat(few.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(Phrasebook.say(few.reason()))
                .contains("90 % interval -21.3 to 21.3")
                .endsWith("more prompts at this spread would decide");
    }

    @Test
    void a_blind_metric_does_not_hide_a_regression() {
        // It finds a third of the defects: 6 points more seen are 18 more in truth.
        Calibration blind = new Calibration(300, 100, 300, 0);
        List<PairedOutcome> pairs = pairs(300, 20, 2, 10);
        assertThat(judge(pairs, null, 0.1).outcome()).isEqualTo(Outcome.PASSED);
        Judgement found = judge(pairs, blind, 0.1);
        assertThat(found.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(Phrasebook.say(found.reason()))
                .contains("6 percentage points more (90 % interval")
                .contains("with the metric's own errors (finds 33.3 %, false alarms 0 %) 18 percentage points more");
    }

    /** 2000 suites of 40 prompts and 4 seeds whose prompts differ: at the margin at most 5 % of verdicts are false each way. */
    @Test
    void at_the_margin_false_verdicts_stay_within_five_percent() {
        Random random = new Random(9);
        int passed = 0;
        int regressed = 0;
        for (int suite = 0; suite < 2000; suite++) {
            List<PairedOutcome> pairs = new ArrayList<>();
            for (int prompt = 0; prompt < 40; prompt++) {
                boolean prone = random.nextDouble() < 0.25; // of mean 0.1 new defects: 0.34 here, 0.02 elsewhere
                double gain = prone ? 0.34 : 0.02;
                for (int seed = 0; seed < 4; seed++) {
                    pairs.add(new PairedOutcome("p" + prompt, false, random.nextDouble() < gain));
                }
            }
            Outcome outcome = judge(pairs, null, 0.1).outcome();
            passed += outcome == Outcome.PASSED ? 1 : 0;
            regressed += outcome == Outcome.REGRESSED ? 1 : 0;
        }
        // 100 expected at the nominal level, binomial standard deviation 9.7; a skewed rate may cost one end a little
        assertThat(passed).isLessThan(140);
        assertThat(regressed).isLessThan(129);
    }

    /** Base against itself with other seeds: no regression in more than 5 % of suites, at a margin of a tenth hardly any. */
    @Test
    void the_base_against_itself_does_not_regress() {
        Random random = new Random(10);
        int regressed = 0;
        for (int suite = 0; suite < 1000; suite++) {
            List<PairedOutcome> pairs = new ArrayList<>();
            for (int prompt = 0; prompt < 40; prompt++) {
                double rate = 0.4 * random.nextDouble();
                for (int seed = 0; seed < 2; seed++) {
                    pairs.add(new PairedOutcome("p" + prompt, random.nextDouble() < rate, random.nextDouble() < rate));
                }
            }
            regressed += judge(pairs, null, 0.02).outcome() == Outcome.REGRESSED ? 1 : 0;
        }
        assertThat(regressed).isLessThan(50);
    }

    @Test
    void nothing_and_one_prompt_decide_nothing() {
        assertThat(judge(List.of(), null, 0.1))
                .isEqualTo(new Judgement(Outcome.INCONCLUSIVE, new Reason.TooFewPairs(0, 0, 1, List.of())));
        PairedOutcome pair = new PairedOutcome("only", false, false);
        assertThat(judge(List.of(pair, pair, pair), null, 0.9).reason())
                .isEqualTo(new Reason.TooFewPrompts(1, List.of()));
    }

    @Test
    void a_margin_of_none_and_a_calibration_of_another_rule_are_errors() {
        assertThatThrownBy(() -> criterion(0)).hasMessageContaining("none at all can never be shown");
        Calibration calibration = new Calibration(5, 5, 5, 0);
        assertThatThrownBy(() -> new Criterion(
                        "limbs", List.of(), Criterion.Rule.NO_NEW_DEFECTS, 0, 1, null, Map.of(), calibration))
                .hasMessage("calibration: expected the rule DEFECT_RATE_NON_INFERIOR beside it, found NO_NEW_DEFECTS");
    }

    /** Prompts of one seed: so many gained the defect, lost it, had it all along. */
    private static List<PairedOutcome> pairs(int n, int gained, int lost, int both) {
        return IntStream.range(0, n)
                .mapToObj(i -> new PairedOutcome(
                        "p" + i,
                        i >= gained && i < gained + lost + both,
                        i < gained || (i >= gained + lost && i < gained + lost + both)))
                .toList();
    }

    private static Judgement judge(List<PairedOutcome> pairs, Calibration calibration, double margin) {
        return Judgement.ofRates(criterion(margin), RateComparison.of(pairs, 0, CONFIDENCE, calibration), List.of());
    }

    private static Criterion criterion(double margin) {
        return new Criterion("limbs", List.of(), Criterion.Rule.DEFECT_RATE_NON_INFERIOR, margin, 1, null, Map.of());
    }

    private static Interval interval(JsonNode ends) {
        return new Interval(ends.get(0).asDouble(), ends.get(1).asDouble());
    }

    private static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static JsonNode golden() {
        try (var in = RatesTest.class.getResourceAsStream("/golden/rates.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
