package dev.assay.harness.run;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.score.UnavailableException;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricModels;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.suite.Asked;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.SuiteException;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Confirmation;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.Phrasebook;
import dev.assay.harness.verdict.Reason;
import dev.assay.harness.verdict.Scored;
import dev.assay.harness.verdict.Verdict;
import dev.assay.harness.verdict.Verdicts;
import dev.assay.harness.verdict.Waiting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The only orchestrator: checks, renders, scores, judges. Whatever can fail without a picture fails before the first one;
 * whatever fails later leaves the finished pictures in the store. It always gives a record: trouble is a BROKEN one.
 * The caller opens and closes what the source and the models have open.
 *
 * @param declared criteria that the run has, built-in ones and the suite's, whether they are selected or not
 * @param source of pictures for this plan
 * @param hashes of all files that decide the verdict; one that changes before the run's end breaks it
 * @param incomplete whether to go on without the criteria that are UNAVAILABLE
 */
record Evaluation(
        Plan plan,
        List<Criterion> declared,
        PictureSource source,
        ScoreStore scores,
        MetricCatalog catalog,
        MetricModels models,
        Progress progress,
        FileHashes hashes,
        boolean incomplete) {
    private static final String BLANK_FRAME = "blank-frame";

    /** @param criteria those of the plan's suite and the built-in ones to judge; not empty */
    RunRecord run(List<Criterion> criteria) {
        RecordBuilder record = new RecordBuilder(plan, source, declared.size(), Instant.now());
        try {
            if (criteria.isEmpty()) {
                throw new SuiteException(plan.suite().name() + ": no criterion selected; nothing would be judged");
            }
            record.settings(source.settings(), source.ownSettings());
            List<Finding> inFiles = source.preflight();
            record.found(inFiles);
            Verdict ready = BuiltIn.preflight(1 + plan.candidate().loras().size(), inFiles);
            if (!ready.is(Outcome.PASSED)) {
                hashes.requireUnchanged("while it was looked into");
                record.verdict(ready);
                criteria.stream()
                        .filter(c -> !c.equals(BuiltIn.PREFLIGHT))
                        .flatMap(c -> unjudged(c, Outcome.INCONCLUSIVE, new Reason.NotRendered()).stream())
                        .forEach(record::verdict);
                return record.build();
            }
            PictureSource.Models files = source.models();
            record.models(files);
            source.check();
            SuiteCheck.require(plan.suite(), catalog);
            record.found(strangers(criteria));
            Map<Criterion, Verdict> settled = new LinkedHashMap<>(); // verdicts that no metric gives
            List<Criterion> open = open(criteria, settled);
            Map<Criterion, Verdict> lacking = new LinkedHashMap<>(settled);
            lacking.keySet().removeIf(Criterion::soft); // what decides nothing keeps nothing from being judged
            if (!lacking.isEmpty() && (open.isEmpty() || !incomplete)) {
                String reasons = lacking.values().stream()
                        .map(Phrasebook::say)
                        .distinct()
                        .collect(Collectors.joining("; "));
                throw new UnavailableException(
                        open.isEmpty()
                                ? "nothing can be judged, every criterion lacks its weights: " + reasons
                                : lacking.size() + " of " + criteria.size() + " criteria cannot be judged ("
                                        + lacking.keySet().stream()
                                                .map(Criterion::id)
                                                .collect(Collectors.joining(", "))
                                        + "): " + reasons + "; to judge without them: -Dassay.unavailable=allow");
            }
            Metric.ImageMetric blankFrame = (Metric.ImageMetric)
                    catalog.open(BLANK_FRAME, info(BLANK_FRAME).parameters(), models);
            PictureSource.Forecast forecast = source.forecast();
            DiskSpace.require(forecast.store(), forecast.toMake(), forecast.maxBytes());
            progress.say(Opening.words(
                    plan,
                    record.usageWords(),
                    criteria,
                    settled,
                    forecast,
                    c -> BuiltInCriteria.metric(c, catalog)
                            .map(MetricInfo::family)
                            .orElse(Family.UNKNOWN)));
            PictureSource.Pictures pictures = source.get();
            List<Finding> noticed = source.findings();
            record.found(noticed);
            record.pictures(pictures.cases());
            FirstLook look = FirstLook.at(
                    pictures.cases(),
                    blankFrame,
                    kept(BLANK_FRAME, info(BLANK_FRAME).parameters()));
            Verdict applied = BuiltIn.applied(look.distances(), noise(pictures), noticed);
            settled.put(BuiltIn.PREFLIGHT, ready);
            settled.put(BuiltIn.APPLIED, applied);
            Verdict distinct =
                    BuiltIn.distinct(DuplicatePictures.of(look.painted()).alike());
            settled.put(BuiltIn.DISTINCT, distinct);
            Copies copies = Copies.of(pictures.cases());
            record.found(copies.findings());
            Side own = new Side(pictures.cases(), look, copies);
            Optional<Side> plain = untriggered(pictures, own, blankFrame);
            if (plan.rendersUntriggered()) {
                record.untriggered(pictures.untriggered());
            }
            plain.ifPresent(p -> settled.put(
                    BuiltIn.TRIGGER_LEAK,
                    BuiltIn.leak(copies.without(look.distances()), p.look().distances())));
            int nth = 0;
            for (Criterion criterion : byNetworks(open)) {
                progress.now("judging " + criterion.id() + ", " + ++nth + " of " + open.size());
                boolean asksPlain = criterion.arm() == Asked.Arm.UNTRIGGERED;
                settled.put(
                        criterion,
                        (asksPlain ? plain : Optional.of(own))
                                .map(side -> judge(criterion, pictures, side))
                                .orElseGet(() -> unjudged(criterion, Outcome.INCONCLUSIVE, new Reason.NoUntriggered())
                                        .orElseThrow()));
            }
            Map<Criterion, Verdict> confirmed = waiting(Confirmation.applied(settled));
            List<Verdict> judged = criteria.stream()
                    .filter(c -> !BuiltIn.isBuiltIn(c) && !c.soft())
                    .map(confirmed::get)
                    .toList();
            confirmed.put(BuiltIn.PREFERENCE, BuiltIn.preference(judged));
            criteria.forEach(c -> record.verdict(confirmed.get(c)));
            List.of(Objects.requireNonNull(confirmed.get(BuiltIn.APPLIED)), distinct)
                    .forEach(verdict -> {
                        boolean unasked =
                                !criteria.contains(verdict.criterion()) && declared.contains(verdict.criterion());
                        if (unasked && !verdict.is(Outcome.PASSED)) {
                            record.verdict(verdict); // said also when nobody asked
                        }
                    });
            hashes.requireUnchanged("before the run had ended");
            if (!source.models().equals(files)) {
                throw new ModelFileException("files came to a model's folder, or left it, before the run had ended; run"
                        + " again when nobody writes there");
            }
        } catch (RuntimeException | Error trouble) {
            record.problem(
                    trouble, c -> unjudged(c, Outcome.BROKEN, new Reason.Broken(Trouble.words(trouble))), criteria);
        }
        return record.build();
    }

    /**
     * Opens what every criterion needs, and so finds a wrong name or a missing network before the first picture.
     *
     * @param unavailable gets the verdicts of the criteria whose weights are missing
     * @return the criteria that can be judged by a metric
     */
    private List<Criterion> open(List<Criterion> criteria, Map<Criterion, Verdict> unavailable) {
        List<Criterion> open = new ArrayList<>();
        for (Criterion criterion : criteria) {
            if (BuiltIn.isBuiltIn(criterion)) {
                continue;
            }
            try {
                open(criterion).check(covered(criterion, plan.suite().cases(), c -> c));
                open.add(criterion);
            } catch (StackOverflowError | NullPointerException fault) {
                throw new AssayException(MetricAnswer.words(info(criterion.metric()), fault), fault);
            } catch (UnavailableException missing) {
                unavailable.put(
                        criterion,
                        Verdict.unjudged(
                                criterion,
                                info(criterion.metric()),
                                Outcome.UNAVAILABLE,
                                new Reason.Unavailable(missing.getMessage())));
            }
        }
        return open;
    }

    private ScoreStore.Kept kept(String metric, Map<String, Double> parameters) {
        return scores.of(info(metric), catalog.code(metric), parameters, models.identity(catalog.needs(metric)));
    }

    /** Whose code gave the numbers, where it is not Assay's own. */
    private List<Finding> strangers(List<Criterion> criteria) {
        return criteria.stream()
                .filter(c -> !BuiltIn.isBuiltIn(c) && !catalog.code(c.metric()).isEmpty())
                .map(c -> Finding.note("the metric " + c.metric() + " is not Assay's own; SHA-256 of its code: "
                        + catalog.code(c.metric())))
                .distinct()
                .toList();
    }

    private Metric open(Criterion criterion) {
        Map<String, Double> parameters = SuiteCheck.parameters(plan.suite(), criterion, catalog);
        models.makeRoomFor(catalog.needs(criterion.metric()));
        return catalog.open(criterion.metric(), parameters, models);
    }

    /** Criteria of the same networks one after the other, so that none is opened twice for want of memory. */
    private List<Criterion> byNetworks(List<Criterion> criteria) {
        Map<List<ModelRole<?>>, List<Criterion>> groups = new LinkedHashMap<>();
        criteria.forEach(c -> groups.computeIfAbsent(catalog.needs(c.metric()), key -> new ArrayList<>())
                .add(c));
        return groups.values().stream().flatMap(List::stream).toList();
    }

    private MetricInfo info(String name) {
        return SuiteCheck.info(plan.suite().name(), name, catalog);
    }

    /** Empty for a criterion of an unknown metric. */
    private Optional<Verdict> unjudged(Criterion criterion, Outcome outcome, Reason reason) {
        return BuiltInCriteria.metric(criterion, catalog)
                .map(metric -> Verdict.unjudged(criterion, metric, outcome, reason));
    }

    /** Between two renders of the same request, in grey levels. */
    private static List<Double> noise(PictureSource.Pictures pictures) {
        return pictures.repeats().stream()
                .map(r -> FirstLook.distance(r.first(), r.second()))
                .toList();
    }

    /**
     * Base and candidate as a criterion looks at them: the candidate as it is meant to be used, or without its trigger words.
     *
     * @param look at these cases
     * @param copies among them
     */
    private record Side(List<CasePictures> cases, FirstLook look, Copies copies) {}

    /** The candidate without its trigger words: itself, where it has none; empty where nobody knows. */
    private Optional<Side> untriggered(PictureSource.Pictures pictures, Side own, Metric.ImageMetric blankFrame) {
        List<CasePictures> cases = pictures.untriggered();
        if (cases.isEmpty() || cases.equals(own.cases())) {
            return cases.isEmpty() ? Optional.empty() : Optional.of(own);
        }
        FirstLook look = FirstLook.at(
                cases, blankFrame, kept(BLANK_FRAME, info(BLANK_FRAME).parameters()));
        return Optional.of(new Side(cases, look, Copies.of(cases)));
    }

    /** Where an effect was not shown of a file that was asked without trigger words, it may wait for them, unless its weights can do nothing. */
    private Map<Criterion, Verdict> waiting(Map<Criterion, Verdict> judged) {
        Use use = plan.use();
        boolean mayWait =
                !plan.candidate().loras().isEmpty() && use.asked().triggers().isEmpty();
        if (!mayWait || judged.values().stream().noneMatch(Waiting::lacksEffect) || source.changesNextToNothing()) {
            return judged;
        }
        Map<Criterion, Verdict> result = new LinkedHashMap<>();
        judged.forEach((criterion, verdict) ->
                result.put(criterion, Waiting.of(verdict, use.candidate().triggers(), use.lookedIn())));
        return result;
    }

    private Verdict judge(Criterion criterion, PictureSource.Pictures pictures, Side side) {
        MetricInfo info = info(criterion.metric());
        try {
            Metric metric = open(criterion);
            ScoreStore.Kept kept = kept(criterion.metric(), SuiteCheck.parameters(plan.suite(), criterion, catalog));
            List<CasePictures> covered = covered(criterion, side.cases(), CasePictures::prompt);
            Scored scored = Scoring.score(
                    metric, covered, info.name().equals(BLANK_FRAME) ? p -> false : side.look()::isBlank, kept);
            double floor = noiseFloor(metric, pictures, kept);
            return Verdicts.of(criterion, metric, scored, side.copies().without(scored.pairs()), floor);
        } catch (RuntimeException | Error trouble) {
            return Verdict.unjudged(
                    criterion, info, Outcome.BROKEN, new Reason.Broken(MetricAnswer.words(info, trouble)));
        }
    }

    private static <T> List<T> covered(Criterion criterion, List<T> all, Function<T, PromptCase> prompt) {
        return all.stream()
                .filter(each -> criterion.tags().isEmpty()
                        || criterion.tags().stream().anyMatch(prompt.apply(each).tags()::contains))
                .toList();
    }

    /** The largest distance between two renders of the same request; 0 where the metric is no distance. */
    private double noiseFloor(Metric metric, PictureSource.Pictures pictures, ScoreStore.Kept kept) {
        double floor = 0;
        if (metric instanceof Metric.PairMetric pair) {
            PromptCase any = plan.suite().cases().get(0);
            for (PictureSource.Repeat repeat : pictures.repeats()) {
                if (Scoring.pair(pair, any, repeat.first(), repeat.second(), kept) instanceof Measured m) {
                    floor = Math.max(floor, m.value());
                }
            }
        }
        kept.flush();
        return floor;
    }
}
