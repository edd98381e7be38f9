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
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.Numbers;
import java.util.List;
import java.util.function.Function;

/** Whether as many people are found as the case says: 1 if not. Of adherence, not of anatomy: two whole people are no malformed one. */
public final class PeopleMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "people",
            "1",
            "Are there still as many people as the prompt says?",
            Family.ADHERENCE,
            Direction.LOWER,
            "miscount rate",
            Range.rate(),
            "own definition; boxes of a person detector");

    private final Function<Image, List<Detection>> people;

    public PeopleMetric(Function<Image, List<Detection>> people) {
        this.people = people;
    }

    public static PeopleMetric with(Detector people) {
        return new PeopleMetric(Bodies.finder(INFO.name(), people, "person"));
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        Integer wanted = prompt.visible().people();
        if (wanted == null) {
            return NoScore.noCountOfPeople();
        }
        List<Detection> found = people.apply(image);
        String count = Numbers.counted(found.size(), "person", "people") + " found";
        return new Score.Measured(
                found.size() == wanted ? 0 : 1,
                found.size() == wanted ? count + ", as the case expects" : count + "; the case expects " + wanted,
                found.stream().map(d -> Bodies.box("person", d)).toList());
    }
}
