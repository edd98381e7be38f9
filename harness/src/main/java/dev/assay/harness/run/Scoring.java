package dev.assay.harness.run;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Picture;
import dev.assay.harness.score.Better;
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
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Runs one metric over the pairs of a run. A pair with a blank frame gets no score from any metric that is told of them. */
final class Scoring {
    private static final int WORST = 4;

    private final Predicate<Picture> blank;
    private final List<Pair> scored = new ArrayList<>();
    private final Map<String, Unscored> unscored = new LinkedHashMap<>(); // by kind
    private String finding;

    private Scoring(Predicate<Picture> blank) {
        this.blank = blank;
    }

    private record Pair(Measurement values, String prompt, long seed, Score base, Score candidate) {}

    /** @param blank tells the pictures that this metric must not see */
    static Scored score(Metric metric, List<CasePictures> cases, Predicate<Picture> blank) {
        Scoring scoring = new Scoring(blank);
        for (List<CasePictures> some : CasePictures.batches(cases)) {
            metric.prepare(some.stream()
                    .flatMap(CasePictures::all)
                    .filter(p -> !blank.test(p))
                    .map(Picture::image)
                    .toList());
            some.forEach(c -> scoring.add(metric, c));
        }
        if (metric instanceof SuiteMetric m) {
            scoring.suite(m, cases);
        }
        return scoring.result(metric.info().better());
    }

    private void add(Metric metric, CasePictures c) {
        if (metric instanceof ImageMetric m) {
            images(m, c);
        } else if (metric instanceof PairMetric m) {
            pairs(m, c);
        } else if (metric instanceof CostMetric m) {
            costs(m, c);
        } else if (metric instanceof SetMetric m) {
            sets(m, c);
        }
    }

    private void images(ImageMetric metric, CasePictures c) {
        for (int i : usable(c)) {
            add(
                    c,
                    i,
                    metric.score(c.prompt(), c.base().get(i).image()),
                    metric.score(c.prompt(), c.candidate().get(i).image()));
        }
    }

    private void pairs(PairMetric metric, CasePictures c) {
        for (int i : usable(c)) {
            Score score = metric.score(
                    c.prompt(), c.base().get(i).image(), c.candidate().get(i).image());
            difference(c, c.base().get(i).seed(), c.base().get(i).seed(), score);
        }
    }

    private void costs(CostMetric metric, CasePictures c) {
        for (int i : usable(c)) {
            Score score = metric.score(
                    c.prompt(), c.base().get(i).cost(), c.candidate().get(i).cost());
            difference(c, c.base().get(i).seed(), c.base().get(i).seed(), score);
        }
    }

    private void sets(SetMetric metric, CasePictures c) {
        List<Integer> usable = usable(c);
        if (usable.isEmpty()) {
            return; // each pair has been counted as unscored
        }
        Score base = metric.score(c.prompt(), images(c.base(), usable));
        Score candidate = metric.score(c.prompt(), images(c.candidate(), usable));
        add(c, null, c.base().get(usable.get(0)).seed(), base, candidate);
    }

    private void suite(SuiteMetric metric, List<CasePictures> cases) {
        List<CasePictures> kept = new ArrayList<>();
        List<PromptImages> prompts = new ArrayList<>();
        for (CasePictures c : cases) {
            List<Integer> usable = usable(c);
            if (!usable.isEmpty()) {
                kept.add(c);
                prompts.add(new PromptImages(c.prompt(), decoded(c.base(), usable), decoded(c.candidate(), usable)));
            }
        }
        if (prompts.isEmpty()) {
            return;
        }
        Finding found = metric.score(prompts);
        finding = found.summary();
        for (int i = 0; i < kept.size(); i++) {
            difference(
                    kept.get(i),
                    null,
                    kept.get(i).base().get(0).seed(),
                    found.differences().get(i));
        }
    }

    private List<Integer> usable(CasePictures c) {
        return IntStream.range(0, c.base().size())
                .filter(i -> sees(Shot.BASE, c.base().get(i))
                        && sees(Shot.CANDIDATE, c.candidate().get(i)))
                .boxed()
                .toList();
    }

    private boolean sees(String role, Picture picture) {
        boolean isBlank = blank.test(picture);
        if (isBlank) {
            unscored("blank-" + role, "blank frame of the " + role);
        }
        return !isBlank;
    }

    /** Each decoded when it is asked for. */
    private static List<Image> decoded(List<Picture> pictures, List<Integer> usable) {
        return new AbstractList<>() {
            @Override
            public Image get(int i) {
                return pictures.get(usable.get(i)).image();
            }

            @Override
            public int size() {
                return usable.size();
            }
        };
    }

    private static List<Image> images(List<Picture> pictures, List<Integer> usable) {
        return usable.stream().map(i -> pictures.get(i).image()).toList();
    }

    private void add(CasePictures c, int i, Score base, Score candidate) {
        add(c, c.base().get(i).seed(), c.base().get(i).seed(), base, candidate);
    }

    private void add(CasePictures c, Long seed, long shown, Score base, Score candidate) {
        if (base instanceof Measured b && candidate instanceof Measured d) {
            Measurement pair = new Measurement(c.prompt().id(), seed, b.value(), d.value(), d.value() - b.value());
            scored.add(new Pair(pair, c.prompt().prompt(), shown, base, candidate));
        } else {
            boolean ofCandidate = candidate instanceof Score.Unscored;
            unscored(ofCandidate ? "candidate: " : "base: ", (Score.Unscored) (ofCandidate ? candidate : base));
        }
    }

    private void difference(CasePictures c, Long seed, long shown, Score score) {
        if (score instanceof Measured m) {
            scored.add(new Pair(
                    Measurement.ofDifference(c.prompt().id(), seed, m.value()),
                    c.prompt().prompt(),
                    shown,
                    null,
                    score));
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

    private Scored result(Better better) {
        ToDoubleFunction<Pair> worsening = s -> switch (better) {
            case HIGHER -> -s.values().difference();
            case LOWER -> s.values().difference();
            case EITHER -> Math.abs(s.values().difference());
        };
        List<WorstCase> worst = scored.stream()
                .sorted(Comparator.comparingDouble(worsening).reversed())
                .limit(WORST)
                .map(Scoring::worst)
                .toList();
        return new Scored(scored.stream().map(Pair::values).toList(), List.copyOf(unscored.values()), worst, finding);
    }

    private static WorstCase worst(Pair s) {
        Measurement p = s.values();
        return new WorstCase(
                p.caseId(),
                s.prompt(),
                s.seed(),
                p.base(),
                p.candidate(),
                p.difference(),
                evidence(s.base()),
                evidence(s.candidate()),
                marks(s.base()),
                marks(s.candidate()));
    }

    private static String evidence(Score score) {
        return score instanceof Measured m ? m.evidence() : null;
    }

    private static List<Score.Mark> marks(Score score) {
        return score instanceof Measured m ? m.marks() : List.of();
    }
}
