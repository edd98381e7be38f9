package dev.assay.reports.words;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What people do next after a verdict, with the command that does it. */
public final class NextSteps {
    private static final double WEAKEST = 0.4; // a LoRA that is bad even here is not mended by less of it
    private static final int MOST_SEEDS = 64; // beyond these other prompts tell more
    private static final Set<String> MORE_PICTURES =
            Set.of("Difference", "Effect", "DefectRates", "Corrected", "TooFewPairs");
    private static final Set<String> MORE_PROMPTS = Set.of("FewPrompts", "TooFewPrompts");

    private NextSteps() {}

    /**
     * A step.
     *
     * @param words one sentence, without a full stop
     * @param command that does it; empty where none does, or it is not known what was asked
     */
    public record Step(String words, Optional<Again> command) {
        private Step(String words) {
            this(words, Optional.empty());
        }
    }

    /**
     * What was judged, and how that is asked again.
     *
     * @param suite its name
     * @param seeds pictures of a prompt; 0 where that is not known
     * @param strength that was judged; null for a checkpoint and for several LoRAs
     * @param triggers that are known of the candidate
     * @param settings of the run; empty where they are not known, then steps have no command
     * @param caller who is to give the commands
     */
    public record Judged(
            String suite,
            int seeds,
            Double strength,
            List<String> triggers,
            Map<String, String> settings,
            Caller caller) {
        public Judged {
            triggers = List.copyOf(triggers);
            settings = Map.copyOf(settings);
        }

        public static Judged of(RunRecord run, Caller caller) {
            List<LoraPart> loras = run.candidate().loras();
            return new Judged(
                    run.suite().name(),
                    run.suite().seedsPerPrompt(),
                    loras.size() == 1 ? loras.get(0).strength() : null,
                    run.usage() == null ? List.of() : run.usage().triggers(),
                    Again.settings(run),
                    caller);
        }

        /** Of whom nobody knows what he would type: the steps are words alone. */
        public static Judged elsewhere(String suite, Double strength) {
            return new Judged(suite, 0, strength, List.of(), Map.of(), Caller.COMMAND);
        }

        private Optional<Again> again() {
            return settings.isEmpty() ? Optional.empty() : Optional.of(Again.of(caller, settings));
        }

        /** Without {@code key} where {@code value} is null. */
        private Optional<Again> with(String key, String value) {
            if (settings.isEmpty()) {
                return Optional.empty();
            }
            Map<String, String> other = new LinkedHashMap<>(settings);
            other.remove(key);
            if (value != null) {
                other.put(key, value);
            }
            return Optional.of(Again.of(caller, other));
        }

        private Optional<Again> weaker(String wanted) {
            String lora = settings.getOrDefault("assay.lora", "");
            if (lora.isEmpty() || lora.contains(",") || lora.contains("\"")) {
                return Optional.empty();
            }
            String file = lora.replaceFirst("@-?[0-9.]+$", "");
            return caller == Caller.BUILD
                    ? with("assay.lora", file + "@" + wanted)
                    : with("assay.lora", file).map(a -> a.and("--strength", wanted));
        }

        /** {@code assay inspect FILE}. */
        private Again tool(String... words) {
            return (caller == Caller.BUILD
                            ? new Again(List.of("java", "-jar", "reports/target/assay.jar"))
                            : new Again(List.of("assay")))
                    .and(words);
        }

        private Optional<Again> inspected() {
            String file = settings.getOrDefault("assay.lora", settings.getOrDefault("assay.checkpoint", ""));
            return file.isEmpty() || file.contains(",")
                    ? Optional.empty()
                    : Optional.of(tool("inspect", file.replaceFirst("@-?[0-9.]+$", "")));
        }
    }

    /** The best first. */
    public static List<Step> of(Outcome outcome, List<VerdictEntry> all, Judged judged) {
        List<VerdictEntry> verdicts = RunRecord.deciding(all);
        List<Step> steps = new ArrayList<>();
        if (outcome == Outcome.BROKEN) {
            steps.add(new Step(
                    "Mend what the message says, and give the same command again: finished pictures are kept",
                    judged.again()));
            return steps;
        }
        if (outcome == Outcome.PASSED) {
            steps.add(new Step("Look at the pictures: a suite judges only what it asks"));
            steps.add(new Step("Add the file to a collection that holds only what passed: docs/collection.md"));
            return steps;
        }
        if (verdicts.stream().anyMatch(v -> "PerhapsWaits".equals(v.reasonKind()))) {
            steps.add(
                    judged.triggers().isEmpty()
                            ? new Step(
                                    "If it has a trigger, judge it with that, given here or in a file NAME.assay.yaml"
                                            + " beside it that says triggerWords: WORDS",
                                    judged.with("assay.triggerWords", "WORDS"))
                            : new Step(
                                    "It was asked without its trigger words: judge it with them",
                                    judged.with("assay.trigger", null)));
        }
        worse(verdicts, judged, steps);
        if (any(verdicts, Outcome.UNAVAILABLE)) {
            String suite = judged.settings().getOrDefault("assay.suite", judged.suite());
            steps.add(new Step(
                    "Fetch the weights that are missing",
                    Optional.of(judged.tool("models", "--suite", Words.line(suite, 300), "--download"))));
        }
        open(verdicts, judged, steps);
        return steps;
    }

    private static void worse(List<VerdictEntry> verdicts, Judged judged, List<Step> steps) {
        Double strength = judged.strength();
        if (is(verdicts, Family.FILE)) {
            steps.add(new Step(
                    "Judge it on the model that it was made for: assay inspect says which that is, and which layers"
                            + " fit",
                    judged.inspected()));
        } else if (is(verdicts, Family.EFFECT)) {
            steps.add(
                    judged.triggers().isEmpty()
                            ? new Step(
                                    "If it waits for a trigger word, judge it with that word in the prompts; else at a"
                                            + " higher strength",
                                    judged.with("assay.triggerWords", "WORDS"))
                            : new Step("Judge it at a higher strength"));
        } else if (any(verdicts, Outcome.REGRESSED)) {
            if (strength != null && strength > WEAKEST) {
                String less = Words.number(Math.round(strength * 6) / 10.0);
                steps.add(new Step("A lower strength may be good: judge it at " + less, judged.weaker(less)));
            }
            steps.add(new Step("If you trained it: an earlier checkpoint may be good"));
        }
    }

    private static void open(List<VerdictEntry> verdicts, Judged judged, List<Step> steps) {
        List<VerdictEntry> open =
                verdicts.stream().filter(v -> v.is(Outcome.INCONCLUSIVE)).toList();
        boolean few = open.stream().anyMatch(v -> "TooFewPairs".equals(v.reasonKind()));
        if (few && judged.settings().containsKey("assay.seeds")) {
            steps.add(new Step("Judge the whole suite, with all its seeds", judged.with("assay.seeds", null)));
        } else if (few
                || open.stream()
                        .anyMatch(v ->
                                v.wasJudged() && (v.reasonKind() == null || MORE_PICTURES.contains(v.reasonKind())))) {
            int seeds = 2 * judged.seeds();
            boolean folder = "folder".equals(judged.settings().get("assay.renderer"));
            steps.add(new Step(
                    "Make more pictures, where a criterion is not decided: its reason says how many would do",
                    seeds > 0 && seeds <= MOST_SEEDS && !folder
                            ? judged.with("assay.seeds", String.valueOf(seeds))
                            : Optional.empty()));
        }
        if (open.stream().anyMatch(v -> v.reasonKind() != null && MORE_PROMPTS.contains(v.reasonKind()))) {
            steps.add(new Step("Judge it on a suite of more prompts: docs/first-suite.md"));
        }
    }

    private static boolean is(List<VerdictEntry> verdicts, Family family) {
        return verdicts.stream().anyMatch(v -> v.family() == family && v.is(Outcome.REGRESSED));
    }

    private static boolean any(List<VerdictEntry> verdicts, Outcome outcome) {
        return verdicts.stream().anyMatch(v -> v.is(outcome));
    }
}
