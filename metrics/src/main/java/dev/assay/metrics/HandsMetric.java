package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.nn.onnx.Pose;
import dev.assay.harness.nn.onnx.Pose.Keypoint;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import dev.assay.harness.text.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Whether there is a hand too many, one that belongs to nobody, or one missing: 1 if so. Hands come from a detector of their own, because a
 * skeleton has two by construction; the skeleton says whose they are. Each wrist to be seen takes the nearest hand within its
 * reach; a wrist that is not to be seen (behind something, or cropped) may take one more in its person's box, for a hand in front of the
 * body hides its own wrist. What is left belongs to nobody.
 *
 * <p>If the case states how many hands are visible, fewer are a defect too. A case that states hands but no people (a close-up) is judged by the
 * count alone. With a wrong number of people nothing can be said.
 */
public final class HandsMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "hands",
                    "1",
                    "Does everyone still have their own hands, none too many and none missing?",
                    Family.ANATOMY,
                    Direction.LOWER,
                    "defect rate",
                    Range.rate(),
                    "own definition; hands of a detector against the wrists of DWPose")
            .withParameters(Map.of("reach", 0.8));

    private final Bodies bodies;
    private final Function<Image, List<Detection>> hands;
    private static final double MAX_REACH = 3; // beyond it every hand belongs to some wrist

    private final double reach;

    /** @param reach how far a hand's middle may be from its wrist, in lengths of the forearm */
    HandsMetric(Bodies bodies, Function<Image, List<Detection>> hands, double reach) {
        if (!(reach > 0 && reach <= MAX_REACH)) {
            throw new IllegalArgumentException(
                    "hands: expected a reach above 0 and at most " + MAX_REACH + ", found " + reach);
        }
        this.bodies = bodies;
        this.hands = hands;
        this.reach = reach;
    }

    public static HandsMetric with(Detector people, PoseNetwork pose, Detector hands, double reach) {
        return new HandsMetric(
                Bodies.with(INFO.name(), people, pose), Bodies.finder(INFO.name(), hands, "hand"), reach);
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        Visible visible = prompt.visible();
        if (visible.people() == null && visible.hands() != null) {
            return counted(visible.hands(), hands.apply(image));
        }
        return bodies.ofPoses(visible, image, poses -> judge(poses, hands.apply(image), visible.hands(), reach));
    }

    private static Score counted(int wanted, List<Detection> found) {
        List<Score.Mark> marks = found.stream().map(d -> Bodies.box("hand", d)).toList();
        String count = Numbers.counted(found.size(), "hand", "hands") + " found";
        return found.size() == wanted
                ? new Score.Measured(0, count + ", as the case expects", marks)
                : new Score.Measured(1, count + "; the case expects " + wanted, marks);
    }

    private record Match(int hand, int wrist, double distance) {}

    private record Wrist(Keypoint at, double reach) {}

    /** @param wanted hands that should be visible; null where the case does not say */
    static Score judge(List<Pose> poses, List<Detection> hands, Integer wanted, double reach) {
        List<Wrist> wrists = new ArrayList<>();
        for (Pose pose : poses) {
            wrist(pose, Pose.LEFT_WRIST, Pose.LEFT_ELBOW, reach, wrists);
            wrist(pose, Pose.RIGHT_WRIST, Pose.RIGHT_ELBOW, reach, wrists);
        }
        List<Match> near = new ArrayList<>();
        for (int h = 0; h < hands.size(); h++) {
            for (int w = 0; w < wrists.size(); w++) {
                double distance = distance(hands.get(h), wrists.get(w).at());
                double far = Math.max(wrists.get(w).reach(), diagonal(hands.get(h)) * 0.75);
                if (distance <= far) {
                    near.add(new Match(h, w, distance));
                }
            }
        }
        near.sort(Comparator.comparingDouble(Match::distance));
        Set<Integer> takenHands = new HashSet<>();
        Set<Integer> takenWrists = new HashSet<>();
        for (Match match : near) {
            if (!takenHands.contains(match.hand()) && !takenWrists.contains(match.wrist())) {
                takenHands.add(match.hand());
                takenWrists.add(match.wrist());
            }
        }
        for (Pose pose : poses) {
            int hidden = (pose.sees(Pose.LEFT_WRIST) ? 0 : 1) + (pose.sees(Pose.RIGHT_WRIST) ? 0 : 1);
            for (int h = 0; h < hands.size() && hidden > 0; h++) {
                if (!takenHands.contains(h) && inside(hands.get(h), pose.person())) {
                    takenHands.add(h);
                    hidden--;
                }
            }
        }
        List<Score.Mark> marks = new ArrayList<>();
        poses.forEach(p -> marks.addAll(Bodies.skeleton(p)));
        int nobody = 0;
        for (int h = 0; h < hands.size(); h++) {
            boolean extra = !takenHands.contains(h);
            nobody += extra ? 1 : 0;
            marks.add(Bodies.box(extra ? "hand of nobody" : "hand", hands.get(h)));
        }
        List<String> wrong = new ArrayList<>();
        if (nobody > 0) {
            wrong.add(Numbers.counted(nobody, "hand belongs", "hands belong") + " to no wrist");
        }
        if (wanted != null && wanted != hands.size()) {
            wrong.add("the case expects " + wanted);
        }
        String found = Numbers.counted(hands.size(), "hand", "hands") + " of "
                + Numbers.counted(poses.size(), "person", "people");
        return wrong.isEmpty()
                ? new Score.Measured(0, found + ", each at a wrist", marks)
                : new Score.Measured(1, found + "; " + String.join("; ", wrong), marks);
    }

    private static void wrist(Pose pose, int slot, int elbow, double reach, List<Wrist> wrists) {
        if (pose.sees(slot)) {
            double forearm = pose.sees(elbow) ? pose.at(slot).distance(pose.at(elbow)) : 0;
            wrists.add(new Wrist(pose.at(slot), reach * forearm));
        }
    }

    private static double distance(Detection hand, Keypoint wrist) {
        return Math.hypot((hand.x0() + hand.x1()) / 2 - wrist.x(), (hand.y0() + hand.y1()) / 2 - wrist.y());
    }

    private static double diagonal(Detection box) {
        return Math.hypot(box.x1() - box.x0(), box.y1() - box.y0());
    }

    private static boolean inside(Detection hand, Detection person) {
        double x = (hand.x0() + hand.x1()) / 2;
        double y = (hand.y0() + hand.y1()) / 2;
        return x >= person.x0() && x <= person.x1() && y >= person.y0() && y <= person.y1();
    }
}
