package dev.assay.reports.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Entries;
import dev.assay.reports.words.NextSteps.Judged;
import dev.assay.reports.words.NextSteps.Step;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NextStepsTest {
    private static final VerdictEntry ALIKE = entry("vendi", "diversity", Outcome.REGRESSED, -0.167);
    private static final Map<String, String> ASKED =
            Map.of("assay.lora", "style.safetensors", "assay.base", "flux1-dev.safetensors");

    private static VerdictEntry entry(String metric, String family, Outcome outcome, Double estimate) {
        return Entries.of(
                metric,
                metric,
                "1",
                family,
                outcome,
                estimate,
                estimate,
                estimate,
                0.1,
                family.equals("effect") ? "HAS_EFFECT" : "NON_INFERIOR",
                "HIGHER",
                "cosine",
                null,
                null,
                estimate == null ? 0 : 4,
                0,
                "reason of " + metric);
    }

    private static List<Step> steps(Outcome outcome, List<VerdictEntry> verdicts, Double strength) {
        return NextSteps.of(outcome, verdicts, Judged.elsewhere("own", strength));
    }

    private static List<String> words(Outcome outcome, List<VerdictEntry> verdicts, Double strength) {
        return steps(outcome, verdicts, strength).stream().map(Step::words).toList();
    }

    private static List<String> commands(
            Outcome outcome, VerdictEntry verdict, List<String> triggers, Map<String, String> asked, Caller caller) {
        return NextSteps.of(outcome, List.of(verdict), new Judged("own", 4, 1.0, triggers, asked, caller)).stream()
                .flatMap(s -> s.command().stream())
                .map(Again::line)
                .toList();
    }

    private static List<String> commands(Outcome outcome, VerdictEntry verdict) {
        return commands(outcome, verdict, List.of(), ASKED, Caller.COMMAND);
    }

    @Test
    void a_lower_strength_is_no_advice_for_a_file_that_cannot_work() {
        VerdictEntry file = entry("preflight", "file", Outcome.REGRESSED, null);
        VerdictEntry effect = entry("effect", "effect", Outcome.REGRESSED, 0.05);
        String lower = "A lower strength may be good: judge it at 0.6";
        assertThat(words(Outcome.REGRESSED, List.of(ALIKE), 1.0)).startsWith(lower);
        assertThat(words(Outcome.REGRESSED, List.of(ALIKE), 0.5))
                .startsWith("A lower strength may be good: judge it at 0.3");
        for (Double strength : new Double[] {null, 0.4}) {
            assertThat(words(Outcome.REGRESSED, List.of(ALIKE), strength))
                    .containsExactly("If you trained it: an earlier checkpoint may be good");
        }
        for (VerdictEntry idle : List.of(file, effect)) {
            assertThat(words(Outcome.REGRESSED, List.of(idle, ALIKE), 1.0))
                    .hasSize(1)
                    .doesNotContain(lower);
        }
        assertThat(words(Outcome.BROKEN, List.of(), 1.0)).hasSize(1);
    }

    @Test
    void a_lower_strength_is_asked_for_as_the_caller_asks() {
        assertThat(commands(Outcome.REGRESSED, ALIKE))
                .containsExactly("assay judge style.safetensors --base flux1-dev.safetensors --strength 0.6");
        assertThat(commands(Outcome.REGRESSED, ALIKE, List.of(), ASKED, Caller.BUILD))
                .containsExactly(
                        "mvn verify \"-Dassay.base=flux1-dev.safetensors\" \"-Dassay.lora=style.safetensors@0.6\"");
        assertThat(commands(
                        Outcome.REGRESSED,
                        ALIKE,
                        List.of(),
                        Map.of("assay.lora", "style.safetensors@0.8"),
                        Caller.COMMAND))
                .containsExactly("assay judge style.safetensors --strength 0.6");
        assertThat(commands(Outcome.REGRESSED, ALIKE, List.of(), Map.of("assay.lora", "a,b"), Caller.COMMAND))
                .isEmpty();
    }

    @Test
    void what_perhaps_waits_is_asked_with_its_words() {
        VerdictEntry waits = Entries.because(entry("effect", "effect", Outcome.INCONCLUSIVE, 0.1), "PerhapsWaits");
        assertThat(commands(Outcome.INCONCLUSIVE, waits))
                .containsExactly("assay judge style.safetensors --base flux1-dev.safetensors --trigger-words WORDS");
        Map<String, String> off = Map.of("assay.lora", "style.safetensors", "assay.trigger", "off");
        assertThat(commands(Outcome.INCONCLUSIVE, waits, List.of("zok"), off, Caller.COMMAND))
                .containsExactly("assay judge style.safetensors");
    }

    @Test
    void what_is_not_decided_is_asked_with_more_seeds_and_a_shortened_suite_whole() {
        VerdictEntry open = entry("clip-score", "adherence", Outcome.INCONCLUSIVE, -0.05);
        assertThat(commands(Outcome.INCONCLUSIVE, open))
                .containsExactly("assay judge style.safetensors --base flux1-dev.safetensors --seeds 8");
        Map<String, String> folder = Map.of("assay.renderer", "folder", "assay.base", "a", "assay.candidate", "b");
        assertThat(commands(Outcome.INCONCLUSIVE, open, List.of(), folder, Caller.COMMAND))
                .isEmpty();
        VerdictEntry few = Entries.because(open, "TooFewPairs");
        Map<String, String> shortened = Map.of("assay.lora", "style.safetensors", "assay.seeds", "1");
        assertThat(commands(Outcome.INCONCLUSIVE, few, List.of(), shortened, Caller.COMMAND))
                .containsExactly("assay judge style.safetensors");
        VerdictEntry prompts = Entries.because(open, "FewPrompts");
        assertThat(NextSteps.of(
                        Outcome.INCONCLUSIVE,
                        List.of(prompts),
                        new Judged("own", 4, 1.0, List.of(), ASKED, Caller.COMMAND)))
                .extracting(Step::words)
                .containsExactly("Judge it on a suite of more prompts: docs/first-suite.md");
    }

    @Test
    void missing_weights_other_bases_and_broken_runs_have_their_commands() {
        VerdictEntry missing = entry("faces", "anatomy", Outcome.UNAVAILABLE, null);
        assertThat(commands(Outcome.INCONCLUSIVE, missing)).containsExactly("assay models --suite own --download");
        Map<String, String> suite = Map.of("assay.lora", "style.safetensors", "assay.suite", "my/suite.yaml");
        assertThat(commands(Outcome.INCONCLUSIVE, missing, List.of(), suite, Caller.BUILD))
                .containsExactly("java -jar reports/target/assay.jar models --suite my/suite.yaml --download");
        VerdictEntry file = entry("preflight", "file", Outcome.REGRESSED, null);
        assertThat(commands(Outcome.REGRESSED, file)).containsExactly("assay inspect style.safetensors");
        assertThat(commands(Outcome.BROKEN, file))
                .containsExactly("assay judge style.safetensors --base flux1-dev.safetensors");
    }
}
