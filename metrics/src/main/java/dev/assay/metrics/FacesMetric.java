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

/** Whether there are more faces than people: 1 if so. Fewer are no defect, a face may be turned away. */
public final class FacesMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "faces",
            "1",
            "Does every person still have one face?",
            Family.ANATOMY,
            Direction.LOWER,
            "defect rate",
            Range.rate(),
            "own definition; counts of independent detectors of people and of faces");

    private final Function<Image, List<Detection>> people;
    private final Function<Image, List<Detection>> faces;

    public FacesMetric(Function<Image, List<Detection>> people, Function<Image, List<Detection>> faces) {
        this.people = people;
        this.faces = faces;
    }

    public static FacesMetric with(Detector people, Detector faces) {
        return new FacesMetric(Bodies.finder(INFO.name(), people, "person"), Bodies.finder(INFO.name(), faces, "face"));
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        return Bodies.ofPeople(prompt.visible(), image, people, found -> count(found.size(), faces.apply(image)));
    }

    private static Score count(int bodies, List<Detection> found) {
        return new Score.Measured(
                found.size() > bodies ? 1 : 0,
                Numbers.counted(found.size(), "face", "faces") + " of " + Numbers.counted(bodies, "person", "people"),
                found.stream().map(d -> Bodies.box("face", d)).toList());
    }
}
