package dev.assay.reports.history;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.words.Words;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A run in one line of the {@link History}: what the dashboard draws over many nights. Everything else stays in the run record.
 *
 * @param schema {@code assay-digest/2}
 * @param run id of the run record
 * @param night label of the night, an ISO date; runs of one nightly share it
 * @param started ISO 8601, UTC
 * @param seconds wall time of the run
 * @param problem what stopped the run, or why it is worth less than its criteria; null when nothing did
 * @param model its name in the collection; the name of the candidate when it is in none
 * @param parts files of the candidate: the checkpoint's weights, then the LoRAs
 * @param base name of the base model
 * @param baseHash SHA-256 over names and hashes of the base's files; empty when they were not read
 * @param modelFamily family of the network ({@code sd15}); null when unknown
 * @param renderer name, version and device
 * @param declared criteria of the suite; {@code criteria} may be fewer when only some were selected
 * @param criteria {@link VerdictEntry#brief}: without what was measured
 * @param cost null when no picture has a time
 * @param record path of {@code run.json}, relative to the history's folder or absolute; null when it was not kept
 * @param thumbnail path of a picture for lists, likewise; null for none
 * @param asked settings that were given for the run, by key
 */
public record RunSummary(
        String schema,
        String run,
        String night,
        String started,
        double seconds,
        Outcome outcome,
        String problem,
        String model,
        List<Part> parts,
        String base,
        String baseHash,
        String modelFamily,
        Suite suite,
        String renderer,
        int declared,
        List<VerdictEntry> criteria,
        Cost cost,
        String record,
        String thumbnail,
        Map<String, String> asked) {
    public static final String SCHEMA = "assay-digest/2";

    /** A digest is a line: longer texts are in the run record. */
    private static final int MAX_TEXT = 400;

    /** @param strength of a LoRA; null for a file of the checkpoint */
    public record Part(String file, String sha256, long bytes, Double strength) {}

    public record Suite(String name, String version, String sha256, int prompts, int seeds) {}

    /**
     * Medians over the pictures whose time does not include loading the model.
     *
     * @param secondsPerPicture of the candidate
     * @param baseSecondsPerPicture of the base
     * @param peakVramBytes null when unknown
     */
    public record Cost(Double secondsPerPicture, Double baseSecondsPerPicture, Long peakVramBytes) {}

    /** @throws AssayException also for a PASSED that its criteria do not bear out: nothing passes on nothing */
    public RunSummary {
        require(SCHEMA.equals(schema), "schema " + SCHEMA);
        require(
                run != null && model != null && started != null && outcome != null && suite != null,
                "run, model, suite");
        night = night == null ? date(started) : night;
        parts = parts == null ? List.of() : List.copyOf(parts);
        criteria = criteria == null ? List.of() : List.copyOf(criteria);
        base = base == null ? "" : base;
        baseHash = baseHash == null ? "" : baseHash;
        renderer = renderer == null ? "" : renderer;
        asked = asked == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(asked));
        require(
                outcome != Outcome.PASSED
                        || (criteria.stream().anyMatch(e -> !e.soft())
                                && criteria.stream().allMatch(e -> e.soft() || e.is(Outcome.PASSED))),
                "PASSED with every criterion passed that decides");
    }

    /** Of a run whose record was not kept. */
    public static RunSummary of(RunRecord run) {
        return of(run, null, null);
    }

    /**
     * The digest of a run. Its outcome is never better than the worst criterion, and not PASSED when criteria were left out.
     *
     * @param record path of the run record, null when it is not kept
     * @param thumbnail path of a picture, null for none
     */
    public static RunSummary of(RunRecord run, String record, String thumbnail) {
        List<VerdictEntry> criteria = run.verdicts().stream()
                .map(v -> v.brief(name -> Words.line(name, MAX_TEXT), reason -> Words.line(reason, MAX_TEXT)))
                .toList();
        Outcome said = run.outcome();
        Outcome outcome = Outcome.worst(Stream.of(said, RunRecord.worst(criteria)));
        String problem = run.problem();
        if (outcome == Outcome.PASSED && criteria.stream().anyMatch(e -> !e.soft() && e.pairs() == 0)) {
            outcome = Outcome.BROKEN;
            problem = "a criterion passed on no pair";
        }
        boolean partial = !criteria.isEmpty() && criteria.size() < run.criteriaDeclared();
        if (outcome == Outcome.PASSED && partial) {
            outcome = Outcome.INCONCLUSIVE;
        } else if (outcome != said && problem == null) {
            problem = criteria.isEmpty()
                    ? "no criterion was judged"
                    : "the record says " + run.outcome() + ", its criteria say " + outcome;
        }
        if (partial && problem == null) {
            problem = "judged " + criteria.size() + " of " + run.criteriaDeclared() + " criteria";
        }
        return new RunSummary(
                SCHEMA,
                run.id(),
                null,
                run.started(),
                run.seconds(),
                outcome,
                problem == null ? null : Words.line(problem, MAX_TEXT),
                run.candidate().name(),
                parts(run.candidate()),
                run.base().name(),
                hash(run.base()),
                null,
                new Suite(
                        run.suite().name(),
                        run.suite().version(),
                        run.suite().sha256(),
                        run.suite().prompts(),
                        run.suite().seedsPerPrompt()),
                Words.line(
                        run.renderer().name() + " " + run.renderer().version() + " "
                                + run.renderer().device(),
                        MAX_TEXT),
                run.criteriaDeclared(),
                criteria,
                cost(run.renderings()),
                record,
                thumbnail,
                run.asked());
    }

    /** The same run under the model's name in a collection, as part of a nightly, which may go past midnight. */
    public RunSummary inCollection(String model, String modelFamily, String night) {
        return with(night, outcome, problem, model, modelFamily);
    }

    /** The same run as one that says nothing, for a reason that its record does not know. */
    public RunSummary broken(String why) {
        return with(night, Outcome.BROKEN, Words.line(why, MAX_TEXT), model, modelFamily);
    }

    private RunSummary with(
            String newNight, Outcome newOutcome, String newProblem, String newModel, String newModelFamily) {
        return new RunSummary(
                schema,
                run,
                newNight,
                started,
                seconds,
                newOutcome,
                newProblem,
                newModel,
                parts,
                base,
                baseHash,
                newModelFamily,
                suite,
                renderer,
                declared,
                criteria,
                cost,
                record,
                thumbnail,
                asked);
    }

    /** Only some criteria were judged, as with {@code -Dgroups}: no verdict on the whole, and no trouble either. */
    public boolean partial() {
        return outcome != Outcome.BROKEN && !criteria.isEmpty() && criteria.size() < declared;
    }

    /** How much the candidate changes: the estimate of the first {@code effect} criterion that has one, else null. */
    public Double effect() {
        return criteria.stream()
                .filter(e -> e.family() == Family.EFFECT && e.estimate() != null)
                .map(VerdictEntry::estimate)
                .findFirst()
                .orElse(null);
    }

    private static List<Part> parts(Model model) {
        List<Part> parts = new ArrayList<>();
        List<RunRecord.ModelPart> files = model.files();
        List<RunRecord.ModelPart> weights =
                files.stream().filter(f -> Words.isWeights(f.file())).toList();
        (weights.isEmpty() ? files : weights).forEach(f -> parts.add(new Part(f.file(), f.sha256(), f.bytes(), null)));
        model.loras().forEach(l -> parts.add(new Part(l.file(), l.sha256(), l.bytes(), l.strength())));
        return parts;
    }

    private static String hash(Model model) {
        List<RunRecord.ModelPart> files = model.files();
        if (files.isEmpty() || files.stream().anyMatch(f -> f.sha256() == null)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        files.forEach(f -> text.append(f.file()).append(' ').append(f.sha256()).append('\n'));
        return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Cost cost(List<RenderingEntry> renderings) {
        Double candidate = median(renderings, "candidate");
        Double base = median(renderings, "base");
        long peak = renderings.stream()
                .filter(r -> "candidate".equals(r.role()))
                .mapToLong(RenderingEntry::peakVramBytes)
                .max()
                .orElse(0);
        return candidate == null && base == null && peak <= 0
                ? null
                : new Cost(candidate, base, peak <= 0 ? null : (Long) peak);
    }

    /** Of the pictures whose time does not include loading the model. */
    private static Double median(List<RenderingEntry> renderings, String role) {
        double[] seconds = renderings.stream()
                .filter(r -> role.equals(r.role()) && r.warm())
                .mapToDouble(RenderingEntry::seconds)
                .filter(s -> s > 0 && Double.isFinite(s))
                .sorted()
                .toArray();
        return seconds.length == 0 ? null : (Double) seconds[seconds.length / 2];
    }

    private static String date(String started) {
        return started.length() >= 10 ? started.substring(0, 10) : started;
    }

    private static void require(boolean holds, String expected) {
        if (!holds) {
            throw new AssayException("digest of a run: expected " + expected);
        }
    }
}
