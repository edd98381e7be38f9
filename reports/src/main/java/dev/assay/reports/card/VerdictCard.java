package dev.assay.reports.card;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecord.WeightsEntry;
import dev.assay.harness.run.UsageWords;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.words.Headline;
import dev.assay.reports.words.NextSteps;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A verdict to travel with a file. Its texts are plain and bounded, its files have names without folders: it may be published.
 *
 * @param schema {@value #SCHEMA}; the JSON Schema is {@code dev/assay/card.schema.json}
 * @param name of the candidate, for people
 * @param outcome the build's say: {@code PASSED}, {@code REGRESSED}, {@code INCONCLUSIVE}, {@code BROKEN}
 * @param reasons why it did not pass; empty where it did
 * @param judged when, ISO 8601, UTC
 * @param run id of the run record
 * @param model the candidate
 * @param settings how the pictures were made
 * @param weights of the networks that metrics looked with, by role; empty where the record has none
 * @param recommended what is known of how to use it; null where nothing is
 * @param override who lets it into the collection although it did not pass; null for nobody
 * @param verdicts as in the run record, without the measurements
 * @param notes what was noticed about the files
 * @param usage how the candidate was used and who says so, a sentence each; empty in cards of old
 */
public record VerdictCard(
        String schema,
        String name,
        Outcome outcome,
        List<String> reasons,
        String judged,
        String run,
        Model model,
        Model base,
        Suite suite,
        Map<String, Object> settings,
        Renderer renderer,
        List<VerdictEntry> verdicts,
        Map<String, Weights> weights,
        Recommended recommended,
        Waived override,
        List<String> notes,
        List<String> usage) {
    public static final String SCHEMA = "assay-card/1";

    private static final int NAME = 200; // characters
    private static final int REASON = 600;

    /**
     * @param kind {@code lora}, {@code checkpoint}; null where unknown
     * @param family that it is made for; null where unknown
     * @param licence as the file states it; null where it does not
     */
    public record Model(String name, String kind, String family, String licence, List<Part> files) {}

    /** @param strength of a LoRA; null for a checkpoint's file */
    public record Part(String file, String sha256, long bytes, Double strength) {}

    public record Suite(String name, String version, String sha256, int prompts, int seedsPerPrompt) {}

    public record Renderer(String name, String version, String device) {}

    /**
     * @param reference as the suite or the user says it, without folders of this machine
     * @param licence SPDX identifier, {@code NONE} where its authors state none, {@code not stated} where nothing is known
     */
    public record Weights(String reference, String licence, List<Part> files) {
        public Weights {
            files = List.copyOf(files);
        }
    }

    /**
     * @param strength that it passed at; null where it did not
     * @param strengthMin the lowest that passed, of this and earlier runs; null where only one is known
     * @param strengthMax the highest, likewise
     */
    public record Recommended(Double strength, Double strengthMin, Double strengthMax, List<String> triggerWords) {
        /** Both ends with these words before them; empty where they are not known. */
        public String range(String from, String to) {
            return strengthMin == null || strengthMax == null
                    ? ""
                    : from + Words.number(strengthMin) + to + Words.number(strengthMax);
        }
    }

    public record Waived(String who, String why) {}

    public VerdictCard {
        reasons = List.copyOf(reasons);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        verdicts = List.copyOf(verdicts);
        weights = Collections.unmodifiableMap(new TreeMap<>(weights));
        notes = List.copyOf(notes);
        usage = usage == null ? List.of() : List.copyOf(usage);
    }

    /**
     * The card of a run.
     *
     * @param outcome the build's say
     * @param reasons likewise
     * @param facts of the one file that was judged; {@link FileFacts#NONE} for several
     */
    public static VerdictCard of(
            RunRecord run, Outcome outcome, List<String> reasons, FileFacts facts, Waived override) {
        Model candidate = model(run.candidate(), facts);
        return new VerdictCard(
                SCHEMA,
                Words.line(run.candidate().name(), NAME),
                outcome,
                reasons.stream().map(r -> Words.ends(r, REASON)).toList(),
                Words.line(run.started(), 40),
                Words.line(run.id(), NAME),
                candidate,
                model(run.base(), FileFacts.NONE),
                new Suite(
                        Words.line(run.suite().name(), NAME),
                        Words.line(run.suite().version(), NAME),
                        Words.line(run.suite().sha256(), NAME),
                        run.suite().prompts(),
                        run.suite().seedsPerPrompt()),
                settings(run.settings()),
                new Renderer(
                        Words.line(run.renderer().name(), NAME),
                        Words.line(run.renderer().version(), NAME),
                        Words.line(run.renderer().device(), NAME)),
                run.verdicts().stream()
                        .map(v -> v.brief(name -> Words.line(name, NAME), reason -> Words.ends(reason, REASON)))
                        .toList(),
                weights(run.weights()),
                recommended(candidate, outcome, triggers(run, facts)),
                override,
                run.findings().stream().map(f -> Words.line(f.text(), REASON)).toList(),
                run.usage() == null
                        ? List.of()
                        : UsageWords.of(run.usage(), run.candidate(), run.settings()).stream()
                                .map(line -> Words.line(line, REASON))
                                .toList());
    }

    /** The same card with the strengths between which the file passed. */
    public VerdictCard recommending(double strengthMin, double strengthMax) {
        Recommended known = new Recommended(
                recommended.strength(), (Double) strengthMin, (Double) strengthMax, recommended.triggerWords());
        return new VerdictCard(
                schema, name, outcome, reasons, judged, run, model, base, suite, settings, renderer, verdicts, weights,
                known, override, notes, usage);
    }

    /** The same card for a candidate that the run never came to read: by the name that was asked for. */
    public VerdictCard named(String asked) {
        Model same = new Model(asked, model.kind(), model.family(), model.licence(), model.files());
        return new VerdictCard(
                schema,
                asked,
                outcome,
                reasons,
                judged,
                run,
                same,
                base,
                suite,
                settings,
                renderer,
                verdicts,
                weights,
                recommended,
                override,
                notes,
                usage);
    }

    private static Model model(RunRecord.Model m, FileFacts facts) {
        List<Part> parts = new ArrayList<>();
        m.files().forEach(f -> parts.add(part(f.file(), f.sha256(), f.bytes(), null)));
        m.loras().forEach(l -> parts.add(part(l.file(), l.sha256(), l.bytes(), l.strength())));
        return new Model(Words.line(m.name(), NAME), facts.kind(), facts.family(), facts.licence(), parts);
    }

    private static Map<String, Weights> weights(List<WeightsEntry> entries) {
        Map<String, Weights> weights = new TreeMap<>();
        for (WeightsEntry w : entries) {
            weights.put(
                    Words.line(w.role(), NAME),
                    new Weights(
                            Words.line(Words.reference(w.reference()), NAME),
                            Words.line(w.licence(), NAME),
                            w.files().stream()
                                    .map(f -> part(f.file(), f.sha256(), f.bytes(), null))
                                    .toList()));
        }
        return weights;
    }

    private static Part part(String file, String sha256, long bytes, Double strength) {
        String sha = sha256 != null && sha256.matches("[0-9a-f]{64}") ? sha256 : null;
        return new Part(Words.line(Words.fileName(file), NAME), sha, Math.max(0, bytes), strength);
    }

    private static Map<String, Object> settings(RunRecord.Settings s) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("width", s.width());
        settings.put("height", s.height());
        settings.put("steps", s.steps());
        settings.put("guidanceScale", s.guidanceScale());
        settings.put("sampler", Words.line(s.sampler(), 60));
        settings.put("scheduler", Words.line(s.scheduler(), 60));
        settings.put("clipSkip", s.clipSkip());
        if (s.distilledGuidance() != null) {
            settings.put("distilledGuidance", s.distilledGuidance());
        }
        if (s.shift() != null) {
            settings.put("shift", s.shift());
        }
        return settings;
    }

    /** Those that it was judged with; else what the file states. */
    private static List<String> triggers(RunRecord run, FileFacts facts) {
        return run.usage() == null || run.usage().triggers().isEmpty()
                ? facts.triggerWords()
                : run.usage().triggers().stream()
                        .map(w -> Words.line(w, NAME))
                        .filter(w -> !w.isEmpty())
                        .toList();
    }

    private static Recommended recommended(Model candidate, Outcome outcome, List<String> triggers) {
        List<Double> strengths = candidate.files().stream()
                .map(Part::strength)
                .filter(s -> s != null)
                .toList();
        Double strength = outcome == Outcome.PASSED && strengths.size() == 1 ? strengths.get(0) : null;
        return strength == null && triggers.isEmpty() ? null : new Recommended(strength, null, null, triggers);
    }

    /** The criteria, those without a judgement folded. */
    public Unjudged criteria() {
        return Unjudged.of(verdicts);
    }

    /** The outcome in a sentence about the pictures, and what to do next. */
    public String plainly() {
        String next = outcome == Outcome.PASSED || outcome == Outcome.BROKEN
                ? ""
                : NextSteps.of(outcome, verdicts, NextSteps.Judged.elsewhere(suite.name(), strength())).stream()
                        .findFirst()
                        .map(step -> " " + step.words() + ".")
                        .orElse("");
        return Headline.of(outcome, verdicts, suite.seedsPerPrompt()) + "." + next;
    }

    /** Of the one LoRA; null for a checkpoint and for several. */
    public Double strength() {
        List<Double> strengths = model.files().stream()
                .map(Part::strength)
                .filter(s -> s != null)
                .toList();
        return strengths.size() == 1 ? strengths.get(0) : null;
    }

    /** {@code PASSED at strength 0.8 on microcosm 1}. */
    public String sentence() {
        Double strength = strength();
        return outcome + (strength == null ? "" : " at strength " + Words.number(strength)) + " on suite "
                + suite.name() + " " + suite.version() + ", against " + base.name();
    }
}
