package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import dev.assay.harness.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Whether the hands and feet found are as many as the case says: 1 if not. Counted by a detector, because keypoints of a
 * fixed skeleton cannot see a third hand. The detector errs too, on the base as on the candidate: only the difference counts.
 *
 * <p>A case that states people but no hands or feet expects two of each per person. With a wrong number of people nothing
 * can be said of their limbs; that is a matter of adherence, and many such pictures leave the verdict open.
 */
public final class LimbsMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "limbs",
            "1",
            "Do figures still have as many hands and feet as they should?",
            Family.ANATOMY,
            Direction.LOWER,
            "defect rate",
            Range.rate(),
            "own definition; counts of a detector with the classes person, hand and foot");

    private static final List<String> LABELS = List.of("person", "hand", "foot");

    private final Function<Image, List<Detection>> detect;
    private final Calibration calibration; // null where nobody knows

    public LimbsMetric(Function<Image, List<Detection>> detect, Calibration calibration) {
        this.detect = detect;
        this.calibration = calibration;
    }

    /** @throws IllegalArgumentException when the detector cannot find what is counted: it would see no defect anywhere */
    public static LimbsMetric with(Detector detector) {
        if (!detector.labels().containsAll(LABELS)) {
            throw new IllegalArgumentException(
                    "limbs: expected a detector of " + LABELS + ", found one of " + detector.labels());
        }
        return new LimbsMetric(detector::detect, Calibration.from(detector.notes(), INFO.name()));
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Calibration calibration() {
        return calibration;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        Visible visible = prompt.visible();
        return visible.people() == null && visible.hands() == null && visible.feet() == null
                ? NoScore.noPeople()
                : count(visible, detect.apply(image));
    }

    /** Compares what was found with what should be visible; at least people, hands or feet must be stated. */
    static Score count(Visible visible, List<Detection> found) {
        List<Score.Mark> people = marks(found, "person");
        List<Score.Mark> hands = marks(found, "hand");
        List<Score.Mark> feet = marks(found, "foot");
        if (visible.people() != null && visible.people() != people.size()) {
            return NoScore.otherPeopleCount(visible.people(), people.size());
        }
        Integer wantedHands = wanted(visible.hands(), visible.people());
        Integer wantedFeet = wanted(visible.feet(), visible.people());
        List<String> wrong = new ArrayList<>();
        if (wantedHands != null && wantedHands != hands.size()) {
            wrong.add(Numbers.counted(hands.size(), "hand", "hands") + " found; the case expects " + wantedHands);
        }
        if (wantedFeet != null && wantedFeet != feet.size()) {
            wrong.add(Numbers.counted(feet.size(), "foot", "feet") + " found; the case expects " + wantedFeet);
        }
        List<Score.Mark> marks = new ArrayList<>(people);
        marks.addAll(hands);
        marks.addAll(feet);
        return wrong.isEmpty()
                ? new Score.Measured(
                        0,
                        Numbers.counted(hands.size(), "hand", "hands") + " and "
                                + Numbers.counted(feet.size(), "foot", "feet") + " found, as the case expects",
                        marks)
                : new Score.Measured(1, String.join("; ", wrong), marks);
    }

    private static Integer wanted(Integer stated, Integer people) {
        if (stated != null) {
            return stated;
        }
        return people == null ? null : Integer.valueOf(2 * people);
    }

    private static List<Score.Mark> marks(List<Detection> found, String label) {
        return found.stream()
                .filter(d -> d.label().equals(label))
                .map(d -> Bodies.box(label, d))
                .toList();
    }
}
