package dev.assay.reports.collection;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.run.FamilyWord;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.score.Family;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one run found out about a file.
 *
 * @param suiteSha256 of the suite file
 * @param outcome of the run; BROKEN where a manifest names none that is known
 * @param run id of the run record
 * @param when ISO 8601, UTC
 * @param base name of the base, for people
 * @param baseSha256 {@link Fingerprint#hash()} of the base
 * @param baseFiles SHA-256 of each file of the base; empty in manifests of old
 * @param prompts that were looked at, repeated ones once; null in manifests of old
 * @param modelSha256 {@link Fingerprint#hash()} of base and file together
 * @param strength of the LoRA; null for a checkpoint
 * @param shortened what made the run smaller than its suite ({@code assay.steps}), for people; null for a whole run, and in manifests of old
 * @param weights {@code assay.weights}, which took the place of the suite's own; null for none, and in manifests of old
 */
public record Judged(
        String suite,
        String suiteVersion,
        String suiteSha256,
        Outcome outcome,
        String run,
        String when,
        String base,
        String baseSha256,
        String modelSha256,
        Double strength,
        List<CriterionJudged> criteria,
        List<String> baseFiles,
        Integer prompts,
        String shortened,
        String weights) {
    private static final List<String> SHORTENING = List.of("assay.steps", "assay.seeds", "assay.seedOffset");
    private static final int MIN_OF_STEPS = 2; // half of the usual steps are a whole run still
    private static final int REASON = 600; // characters

    /**
     * A criterion's outcome.
     *
     * @param family unknown where a manifest names none that is known
     * @param outcome BROKEN where a manifest names none that is known
     * @param pairs 0 where nothing could be compared
     * @param reason why it did not pass; null where it did, and in manifests of before
     */
    public record CriterionJudged(
            String id,
            String metric,
            String metricVersion,

            @JsonSerialize(converter = FamilyWord.Written.class) @JsonDeserialize(converter = FamilyWord.Read.class)
            Family family,

            Outcome outcome,
            int pairs,
            String reason) {
        public CriterionJudged {
            family = Objects.requireNonNullElse(family, Family.UNKNOWN);
            outcome = Objects.requireNonNullElse(outcome, Outcome.BROKEN);
        }

        /** {@code : worse by 2.3 grey levels}, or nothing. */
        String because() {
            return reason == null ? "" : ": " + Words.line(reason, REASON);
        }
    }

    /** What the pre-flight says of a file that cannot work: nothing else was asked then. */
    Optional<CriterionJudged> refusedUnseen() {
        return criteria.stream()
                .filter(c -> "preflight".equals(c.metric()) && c.outcome() == Outcome.REGRESSED)
                .findFirst();
    }

    public Judged {
        outcome = Objects.requireNonNullElse(outcome, Outcome.BROKEN);
        criteria = criteria == null ? List.of() : List.copyOf(criteria);
        baseFiles = baseFiles == null ? List.of() : List.copyOf(baseFiles);
    }

    /** As they were before they told what they rest on. */
    public Judged(
            String suite,
            String suiteVersion,
            String suiteSha256,
            Outcome outcome,
            String run,
            String when,
            String base,
            String baseSha256,
            String modelSha256,
            Double strength,
            List<CriterionJudged> criteria) {
        this(
                suite,
                suiteVersion,
                suiteSha256,
                outcome,
                run,
                when,
                base,
                baseSha256,
                modelSha256,
                strength,
                criteria,
                List.of(),
                null,
                null,
                null);
    }

    /** @param outcome the build's say, which may be stricter than the record's */
    public static Judged of(RunRecord run, Outcome outcome) {
        return of(run, outcome, false);
    }

    /** @param selected tests were chosen, so that criteria may be missing */
    public static Judged of(RunRecord run, Outcome outcome, boolean selected) {
        List<RunRecord.LoraPart> loras = run.candidate().loras();
        return new Judged(
                run.suite().name(),
                run.suite().version(),
                run.suite().sha256(),
                outcome,
                run.id(),
                run.started(),
                run.base().name(),
                hash(run.base()),
                hash(run.candidate()),
                loras.size() == 1 ? loras.get(0).strength() : null,
                run.verdicts().stream()
                        .filter(v -> !v.soft()) // what decides nothing lets nothing in
                        .map(v -> new CriterionJudged(
                                v.id(),
                                v.metric(),
                                v.metricVersion(),
                                v.family(),
                                v.outcome(),
                                v.pairs(),
                                v.is(Outcome.PASSED)
                                        ? null
                                        : Words.ends(
                                                Plain.of(v, run.suite().seedsPerPrompt())
                                                        .line(),
                                                REASON)))
                        .toList(),
                run.base().files().stream()
                        .map(RunRecord.ModelPart::sha256)
                        .filter(Objects::nonNull)
                        .toList(),
                run.verdicts().stream()
                        .filter(v -> !BuiltIn.NAMES.contains(v.metric()))
                        .mapToInt(RunRecord.VerdictEntry::clusters)
                        .max()
                        .orElse(0),
                shortened(run, selected),
                run.asked().get("assay.weights"));
    }

    /** What made a run smaller than its suite, or null. */
    private static String shortened(RunRecord run, boolean selected) {
        List<String> by = new ArrayList<>(
                SHORTENING.stream().filter(run.asked()::containsKey).toList());
        if (selected || run.verdicts().size() < run.criteriaDeclared()) {
            by.add("only some criteria were chosen");
        }
        RunRecord.Settings made = run.settings();
        if (made.usualSteps() != null && made.steps() * MIN_OF_STEPS < made.usualSteps()) {
            by.add(Numbers.counted(made.steps(), "step", "steps") + ", where the model's usual are "
                    + made.usualSteps());
        }
        return by.isEmpty() ? null : String.join(", ", by);
    }

    /** The same question: what one run says replaces what an earlier one said. */
    boolean asksTheSameAs(Judged other) {
        return Objects.equals(suite, other.suite)
                && Objects.equals(baseSha256, other.baseSha256)
                && Objects.equals(strength, other.strength);
    }

    private static String hash(RunRecord.Model model) {
        return new Fingerprint(
                        model.files().stream()
                                .map(f -> new Fingerprint.Part(f.file(), f.sha256(), f.bytes()))
                                .toList(),
                        model.loras().stream()
                                .map(l -> new Fingerprint.LoraPart(
                                        l.file(), l.sha256(), l.strength(), l.clipStrength(), l.bytes()))
                                .toList())
                .hash();
    }
}
