package dev.assay.harness.run;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Picture;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.Metric.CostMetric;
import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.Metric.ImageMetric;
import dev.assay.harness.score.Metric.PairMetric;
import dev.assay.harness.score.Metric.PromptImages;
import dev.assay.harness.score.Metric.SetMetric;
import dev.assay.harness.score.Metric.SuiteMetric;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Scored;
import dev.assay.harness.verdict.Unscored;
import dev.assay.harness.verdict.WorstCase;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs one metric over the pairs of a run. A pair with a blank frame gets no score from any metric that is told of them. */
final class Scoring {
    private static final int WORST = 4;

    private final Predicate<Picture> blank;
    private final ScoreStore.Kept kept;
    private final List<Pair> scored = new ArrayList<>();
    private final Map<String, Unscored> unscored = new LinkedHashMap<>(); // by kind
    private String finding;
    private GridPattern pattern;

    private Scoring(Predicate<Picture> blank, ScoreStore.Kept kept) {
        this.blank = blank;
        this.kept = kept;
    }

    private record Pair(Measurement values, PromptCase prompt, long seed, Score base, Score candidate) {}

    /**
     * Scores what is not kept.
     *
     * @param blank tells the pictures that this metric must not see
     */
    static Scored score(Metric metric, List<CasePictures> cases, Predicate<Picture> blank, ScoreStore.Kept kept) {
        Scoring scoring = new Scoring(blank, kept);
        List<CasePictures> seen = cases.stream()
                .map(scoring::visible)
                .filter(c -> !c.base().isEmpty())
                .toList();
        if (metric instanceof SuiteMetric m && !seen.isEmpty()) {
            scoring.suite(m, seen);
        } else {
            prepare(metric, seen, c -> scoring.add(metric, c), c -> scoring.lacking(metric, c));
        }
        kept.flush();
        return scoring.result(metric.info().better());
    }

    /**
     * In batches.
     *
     * @param then what is done with each case when its pictures are prepared
     * @param pictures of a case that the metric will have to look at
     */
    private static void prepare(
            Metric metric,
            List<CasePictures> cases,
            Consumer<CasePictures> then,
            Function<CasePictures, Stream<Picture>> pictures) {
        for (List<CasePictures> batch : CasePictures.batches(cases, pictures)) {
            metric.prepare(decoded(batch.stream().flatMap(pictures).toList()));
            batch.forEach(then);
        }
    }

    /** Pictures whose scores are not kept. */
    private Stream<Picture> lacking(Metric metric, CasePictures c) {
        if (metric instanceof ImageMetric) {
            return c.all().filter(p -> !kept.has(c.prompt(), List.of(p)));
        }
        if (metric instanceof SetMetric) {
            return Stream.of(c.base(), c.candidate())
                    .filter(side -> !kept.has(c.prompt(), side))
                    .flatMap(List::stream);
        }
        return metric instanceof PairMetric
                ? IntStream.range(0, c.base().size())
                        .mapToObj(i -> List.of(c.base().get(i), c.candidate().get(i)))
                        .filter(pair -> !kept.has(c.prompt(), pair))
                        .flatMap(List::stream)
                : Stream.empty();
    }

    private void add(Metric metric, CasePictures c) {
        if (metric instanceof SetMetric m) {
            add(c, null, c.base().get(0).seed(), set(m, c, c.base()), set(m, c, c.candidate()));
            return;
        }
        for (int i = 0; i < c.base().size(); i++) {
            Picture base = c.base().get(i);
            Picture candidate = c.candidate().get(i);
            long seed = base.seed();
            if (metric instanceof ImageMetric m) {
                add(c, seed, seed, image(m, c, base), image(m, c, candidate));
            } else if (metric instanceof PairMetric m) {
                difference(c, seed, seed, pair(m, c.prompt(), base, candidate, kept));
            } else if (metric instanceof CostMetric m) {
                difference(
                        c,
                        seed,
                        seed,
                        MetricAnswer.score(m.info(), () -> m.score(c.prompt(), base.cost(), candidate.cost())));
            }
        }
    }

    private Score image(ImageMetric metric, CasePictures c, Picture picture) {
        return kept.score(c.prompt(), List.of(picture), () -> metric.score(c.prompt(), picture.image()));
    }

    static Score pair(PairMetric metric, PromptCase prompt, Picture base, Picture candidate, ScoreStore.Kept kept) {
        return kept.score(
                prompt, List.of(base, candidate), () -> metric.score(prompt, base.image(), candidate.image()));
    }

    private Score set(SetMetric metric, CasePictures c, List<Picture> pictures) {
        return kept.score(
                c.prompt(),
                pictures,
                () -> metric.score(
                        c.prompt(), pictures.stream().map(Picture::image).toList()));
    }

    private void suite(SuiteMetric metric, List<CasePictures> cases) {
        Finding found = kept.suite(cases, () -> {
            prepare(metric, cases, c -> {}, CasePictures::all);
            return metric.score(cases.stream()
                    .map(c -> new PromptImages(c.prompt(), decoded(c.base()), decoded(c.candidate())))
                    .toList());
        });
        finding = found.summary();
        pattern = found.pattern();
        for (int i = 0; i < cases.size(); i++) {
            CasePictures c = cases.get(i);
            difference(c, null, c.base().get(0).seed(), found.differences().get(i));
        }
    }

    /** The pairs without blank frames. */
    private CasePictures visible(CasePictures c) {
        List<Integer> usable = IntStream.range(0, c.base().size())
                .filter(i -> sees(RenderTask.BASE, c.base().get(i))
                        && sees(RenderTask.CANDIDATE, c.candidate().get(i)))
                .boxed()
                .toList();
        return new CasePictures(
                c.prompt(),
                usable.stream().map(c.base()::get).toList(),
                usable.stream().map(c.candidate()::get).toList());
    }

    private boolean sees(String role, Picture picture) {
        boolean isBlank = blank.test(picture);
        if (isBlank) {
            unscored("blank-" + role, "blank frame of the " + role);
        }
        return !isBlank;
    }

    /** Each decoded when it is asked for. */
    private static List<Image> decoded(List<Picture> pictures) {
        return new AbstractList<>() {
            @Override
            public Image get(int i) {
                return pictures.get(i).image();
            }

            @Override
            public int size() {
                return pictures.size();
            }
        };
    }

    private void add(CasePictures c, Long seed, long shown, Score base, Score candidate) {
        if (base instanceof Measured b && candidate instanceof Measured d) {
            Measurement pair = new Measurement(c.prompt().id(), seed, b.value(), d.value(), d.value() - b.value());
            scored.add(new Pair(pair, c.prompt(), shown, base, candidate));
        } else {
            boolean ofCandidate = candidate instanceof Score.Unscored;
            unscored(ofCandidate ? "candidate: " : "base: ", (Score.Unscored) (ofCandidate ? candidate : base));
        }
    }

    private void difference(CasePictures c, Long seed, long shown, Score score) {
        if (score instanceof Measured m) {
            scored.add(new Pair(
                    Measurement.ofDifference(c.prompt().id(), seed, m.value()), c.prompt(), shown, null, score));
        } else {
            unscored("", (Score.Unscored) score);
        }
    }

    private void unscored(String whose, Score.Unscored score) {
        unscored(whose + score.kind(), whose + score.reason());
    }

    private void unscored(String kind, String says) {
        unscored.merge(kind, new Unscored(kind, says, 1), (known, one) -> known.oneMore());
    }

    private Scored result(Direction better) {
        ToDoubleFunction<Pair> worsening = s -> better.worsening(s.values().difference());
        List<WorstCase> worst = scored.stream()
                .sorted(Comparator.comparingDouble(worsening).reversed())
                .limit(WORST)
                .map(Scoring::worst)
                .toList();
        return new Scored(
                scored.stream().map(Pair::values).toList(), List.copyOf(unscored.values()), worst, finding, pattern);
    }

    private static WorstCase worst(Pair s) {
        Measurement p = s.values();
        return new WorstCase(
                p.caseId(),
                s.prompt().prompt(),
                s.seed(),
                p.base(),
                p.candidate(),
                p.difference(),
                evidence(s.base()),
                evidence(s.candidate()),
                marks(s.base()),
                marks(s.candidate()),
                p.seed() != null || s.prompt().varies().isEmpty()
                        ? null
                        : s.prompt().varies());
    }

    private static String evidence(Score score) {
        return score instanceof Measured m ? m.evidence() : null;
    }

    private static List<Score.Mark> marks(Score score) {
        return score instanceof Measured m ? m.marks() : List.of();
    }
}
