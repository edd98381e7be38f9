package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.nn.onnx.Pose;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What the metrics of anatomy share: people and their skeletons, and how they are drawn. */
record Bodies(Function<Image, List<Detection>> people, BiFunction<Image, Detection, Pose> pose) {
    /** Pairs of slots between which a bone is drawn. */
    private static final int[][] BONES = {
        {Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER},
        {Pose.LEFT_SHOULDER, Pose.LEFT_ELBOW},
        {Pose.LEFT_ELBOW, Pose.LEFT_WRIST},
        {Pose.RIGHT_SHOULDER, Pose.RIGHT_ELBOW},
        {Pose.RIGHT_ELBOW, Pose.RIGHT_WRIST},
        {Pose.LEFT_SHOULDER, Pose.LEFT_HIP},
        {Pose.RIGHT_SHOULDER, Pose.RIGHT_HIP},
        {Pose.LEFT_HIP, Pose.RIGHT_HIP},
        {Pose.LEFT_HIP, Pose.LEFT_KNEE},
        {Pose.LEFT_KNEE, Pose.LEFT_ANKLE},
        {Pose.RIGHT_HIP, Pose.RIGHT_KNEE},
        {Pose.RIGHT_KNEE, Pose.RIGHT_ANKLE},
        {Pose.LEFT_ANKLE, Pose.LEFT_TOE},
        {Pose.RIGHT_ANKLE, Pose.RIGHT_TOE}
    };

    static Bodies with(String metric, Detector people, PoseNetwork pose) {
        return new Bodies(finder(metric, people, "person"), pose::pose);
    }

    /**
     * The boxes of one class.
     *
     * @throws IllegalArgumentException when the detector does not know the class: it would find none anywhere
     */
    static Function<Image, List<Detection>> finder(String metric, Detector detector, String label) {
        if (!detector.labels().contains(label)) {
            throw new IllegalArgumentException(
                    metric + ": expected a detector of " + label + ", found one of " + detector.labels());
        }
        return image -> detector.detect(image).stream()
                .filter(d -> d.label().equals(label))
                .toList();
    }

    /** What is said of the people in a picture where the case states some and as many are found: a wrong number is a matter of adherence. */
    static Score ofPeople(
            Visible visible,
            Image image,
            Function<Image, List<Detection>> people,
            Function<List<Detection>, Score> judge) {
        if (!some(visible.people())) {
            return NoScore.noPeople();
        }
        List<Detection> found = people.apply(image);
        return visible.people() == found.size()
                ? judge.apply(found)
                : NoScore.otherPeopleCount(visible.people(), found.size());
    }

    /** The same, of their skeletons. */
    Score ofPoses(Visible visible, Image image, Function<List<Pose>, Score> judge) {
        return ofPeople(
                visible,
                image,
                people,
                found -> judge.apply(
                        found.stream().map(person -> pose.apply(image, person)).toList()));
    }

    static boolean some(Integer stated) {
        return stated != null && stated > 0;
    }

    /** Bones whose ends are to be seen, as context. */
    static List<Score.Mark> skeleton(Pose pose) {
        List<Score.Mark> marks = new ArrayList<>();
        for (int[] bone : BONES) {
            if (pose.sees(bone)) {
                marks.add(line("", pose, bone[0], bone[1]));
            }
        }
        return marks;
    }

    /** The lines of a limb in question; only the first has the name. */
    static List<Score.Mark> limb(String label, Pose pose, int... slots) {
        List<Score.Mark> marks = new ArrayList<>();
        for (int i = 0; i + 1 < slots.length; i++) {
            Score.Mark line = line(label, pose, slots[i], slots[i + 1]);
            marks.add(line);
        }
        return marks;
    }

    private static Score.Mark line(String label, Pose pose, int from, int to) {
        Pose.Keypoint a = pose.at(from);
        Pose.Keypoint b = pose.at(to);
        return Score.Mark.line(label, a.x(), a.y(), b.x(), b.y(), Math.min(a.confidence(), b.confidence()));
    }

    static Score.Mark box(String label, Detection d) {
        return new Score.Mark(label, d.x0(), d.y0(), d.x1(), d.y1(), d.confidence());
    }

    static String fixed(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
