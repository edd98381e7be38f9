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
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whether a detector trained on malformed people finds one: 1 if so. It is the only one here that may see fingers, where it knows such a class.
 * After Wang et al. 2024 (HADM): "human missing hand", "human with extra arm" and so on. Its weights have no licence that says
 * what one may do; nothing fetches them.
 */
public final class BodyArtifactsMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "body-artifacts",
            "1",
            "Are bodies still whole to a detector that was trained on malformed ones?",
            Family.ANATOMY,
            Direction.LOWER,
            "defect rate",
            Range.rate(),
            "Wang et al. 2024 (HADM), arXiv 2411.13842");

    private final Function<Image, List<Detection>> detect;
    private final Calibration calibration; // null where nobody knows

    public BodyArtifactsMetric(Function<Image, List<Detection>> detect, Calibration calibration) {
        this.detect = detect;
        this.calibration = calibration;
    }

    /** @throws IllegalArgumentException when no class of the detector is a defect of a body */
    public static BodyArtifactsMetric with(Detector detector) {
        if (detector.labels().stream().noneMatch(BodyArtifactsMetric::isDefect)) {
            throw new IllegalArgumentException(
                    "body-artifacts: expected a detector with classes such as \"human missing hand\" or \"human with"
                            + " extra arm\", found one of " + detector.labels());
        }
        return new BodyArtifactsMetric(detector::detect, Calibration.from(detector.notes(), INFO.name()));
    }

    private static boolean isDefect(String label) {
        return label.contains("missing") || label.contains("extra");
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
        if (!Bodies.some(prompt.visible().people())
                && !Bodies.some(prompt.visible().hands())) {
            return NoScore.noPeople();
        }
        List<Detection> found =
                detect.apply(image).stream().filter(d -> isDefect(d.label())).toList();
        return new Score.Measured(
                found.isEmpty() ? 0 : 1,
                found.isEmpty()
                        ? "no malformed body found"
                        : found.stream().map(Detection::label).distinct().collect(Collectors.joining(", ")),
                found.stream().map(d -> Bodies.box(d.label(), d)).toList());
    }
}
