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
import dev.assay.harness.suite.Visible;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The share of what the case states that a detector finds: how many of each thing, in which colour, standing how to each other. After
 * GenEval (Ghosh et al. 2023), which calls a picture right or wrong as a whole; the share tells a picture with one colour wrong from
 * an empty one. A colour or relation of something that is not there does not hold.
 *
 * <p>One thing means at least one, as in GenEval's simple tasks; two or more mean exactly so many, as in its counting, with its greater
 * threshold; none means none. A stated number of people counts like a thing.
 */
public final class ObjectsMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "objects",
                    "1",
                    "Is what the prompt names still there, as many, in its colour, in its place?",
                    Family.ADHERENCE,
                    Direction.HIGHER,
                    "of what is stated",
                    Range.closed(0, 1),
                    "after Ghosh et al. 2023 (GenEval), arXiv 2310.11513")
            .withParameters(Map.of("threshold", 0.3, "countThreshold", 0.9, "clipColours", 1.0, "colours", 1.0));

    /** Overlap that two things may have before neither stands beside the other; in their sides. GenEval's. */
    private static final double POSITION_THRESHOLD = 0.1;

    /** Least share of the way between two things that must point in the direction. GenEval's. */
    private static final double DIRECTION = 0.5;

    private static final int MAX_OF_A_KIND = 16; // GenEval's

    private static final String PERSON = "person";

    private static final Map<String, Side> PREDICATES = predicates();

    /** Tells the colour of a thing. */
    interface Colours {
        String of(Image image, Detection box);
    }

    /** From the second thing to the first; y points down. */
    enum Side {
        LEFT(-1, 0),
        RIGHT(1, 0),
        ABOVE(0, -1),
        BELOW(0, 1);

        private final int x;
        private final int y;

        Side(int x, int y) {
            this.x = x;
            this.y = y;
        }
    }

    private final Detector detector;
    private final Colours colours;
    private final double threshold;
    private final double countThreshold;
    private final boolean asksColours;

    /**
     * @param parameters {@code threshold}, {@code countThreshold}: least confidence, of a thing and where things are counted exactly; {@code
     *     colours}: 1, or 0 where stated colours are not asked
     */
    ObjectsMetric(Detector detector, Colours colours, Map<String, Double> parameters) {
        this.detector = detector;
        this.colours = colours;
        this.threshold = share(parameters, "threshold");
        this.countThreshold = share(parameters, "countThreshold");
        this.asksColours = chosen(parameters, "colours");
    }

    private static double share(Map<String, Double> parameters, String name) {
        double value = parameters.get(name);
        if (!(value >= 0 && value < 1)) {
            throw new AssayException("objects: " + name + ": expected 0 to below 1, found " + value);
        }
        return value;
    }

    private static boolean chosen(Map<String, Double> parameters, String name) {
        double choice = parameters.get(name);
        if (choice != 0 && choice != 1) {
            throw new AssayException("objects: " + name + ": expected 0 or 1, found " + choice);
        }
        return choice == 1;
    }

    private static Map<String, Side> predicates() {
        Map<String, Side> all = new LinkedHashMap<>();
        List.of("to the left of", "left of").forEach(p -> all.put(p, Side.LEFT));
        List.of("to the right of", "right of").forEach(p -> all.put(p, Side.RIGHT));
        List.of("above", "over", "on top of").forEach(p -> all.put(p, Side.ABOVE));
        List.of("below", "under", "beneath").forEach(p -> all.put(p, Side.BELOW));
        return all;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    /** A case that the detector cannot check would be half right whatever the picture shows: it is an error before the first picture. */
    @Override
    public void check(List<PromptCase> cases) {
        for (PromptCase c : cases) {
            Visible visible = c.visible();
            if (visible.people() != null) {
                label(c, PERSON);
            }
            for (VisibleObject object : visible.objects()) {
                label(c, object.name());
                if (object.color() != null && !ColourNames.all().contains(ColourNames.word(object.color()))) {
                    throw wrong(c, "a colour among " + ColourNames.all(), object.color());
                }
            }
            for (Relation relation : visible.relations()) {
                if (!PREDICATES.containsKey(relation.predicate())) {
                    throw wrong(c, "a relation among " + PREDICATES.keySet(), relation.predicate());
                }
                named(c, relation.subject());
                named(c, relation.object());
            }
        }
    }

    private String label(PromptCase c, String name) {
        return ObjectNames.label(name, detector.labels())
                .orElseThrow(() -> wrong(c, "objects that the detector knows (" + known() + ")", name));
    }

    private String known() {
        return Shortened.of(detector.labels(), 10);
    }

    private static AssayException wrong(PromptCase c, String expected, String found) {
        return new AssayException("objects: case " + c.id() + ": visible: expected " + expected + ", found " + found);
    }

    /** The stated object that a relation names: {@code circle} or {@code red circle}; a person that no object states is one too. */
    private static VisibleObject named(PromptCase c, String words) {
        List<VisibleObject> objects = new ArrayList<>(c.visible().objects());
        if (c.visible().people() != null) {
            objects.add(new VisibleObject(PERSON, null, c.visible().people()));
        }
        return objects.stream()
                .filter(o -> words.equals(full(o)) || words.equals(o.name()))
                .findFirst()
                .orElseThrow(() -> wrong(
                        c,
                        "relations between its objects ("
                                + objects.stream().map(ObjectsMetric::full).collect(Collectors.joining(", ")) + ")",
                        words));
    }

    private static String full(VisibleObject object) {
        return object.color() == null ? object.name() : object.color() + " " + object.name();
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        Visible visible = prompt.visible();
        if (visible.objects().isEmpty() && visible.people() == null) {
            return new Score.Unscored("no-objects", "the case states no objects");
        }
        check(List.of(prompt));
        List<Detection> found = mostConfident(detector.detect(image, Math.min(threshold, countThreshold)));
        Check check = new Check(prompt, image, found);
        check.counts();
        if (asksColours) {
            check.colours();
        }
        check.relations();
        return check.score();
    }

    /** Of each kind at most so many. */
    private static List<Detection> mostConfident(List<Detection> found) {
        Map<String, Integer> counts = new HashMap<>();
        return found.stream()
                .filter(d -> counts.merge(d.label(), 1, Integer::sum) <= MAX_OF_A_KIND)
                .toList();
    }

    /** Of one picture. */
    private final class Check {
        private final PromptCase prompt;
        private final Image image;
        private final List<Detection> found;
        private final List<VisibleObject> stated; // people among them
        private final Map<Detection, String> seen = new LinkedHashMap<>(); // colours asked for so far
        private final List<String> holds = new ArrayList<>();
        private final List<String> fails = new ArrayList<>();

        Check(PromptCase prompt, Image image, List<Detection> found) {
            this.prompt = prompt;
            this.image = image;
            this.found = found;
            Visible visible = prompt.visible();
            stated = new ArrayList<>(visible.objects());
            boolean peopleAreObjects =
                    stated.stream().anyMatch(o -> label(prompt, o.name()).equals(PERSON));
            if (visible.people() != null && !peopleAreObjects) {
                stated.add(new VisibleObject(PERSON, null, visible.people()));
            }
        }

        /** One per kind of thing: a red and a blue cup are two cups. */
        void counts() {
            Set<String> labels = new LinkedHashSet<>();
            stated.forEach(o -> labels.add(label(prompt, o.name())));
            for (String label : labels) {
                List<VisibleObject> same = stated.stream()
                        .filter(o -> label(prompt, o.name()).equals(label))
                        .toList();
                int wanted = same.stream().mapToInt(VisibleObject::count).sum();
                boolean exact = wanted == 0 || same.stream().anyMatch(o -> o.count() > 1);
                double least = exact && wanted > 0 ? countThreshold : threshold;
                int there = (int) found.stream()
                        .filter(d -> d.label().equals(label) && d.confidence() > least)
                        .count();
                String name = same.get(0).name();
                say(
                        exact ? there == wanted : there >= wanted,
                        count(wanted, name),
                        count(there, name) + " found, not " + wanted);
            }
        }

        void colours() {
            for (VisibleObject object : stated) {
                if (object.color() != null && object.count() > 0) {
                    int right = ofColour(object).size();
                    String others = all(object).stream()
                            .map(this::colour)
                            .filter(c -> !c.equals(ColourNames.word(object.color())))
                            .distinct()
                            .collect(Collectors.joining(", "));
                    say(
                            right >= object.count(),
                            count(object.count(), full(object)),
                            count(right, full(object)) + " found, not " + object.count()
                                    + (others.isEmpty() ? "" : " (seen: " + others + ")"));
                }
            }
        }

        void relations() {
            for (Relation relation : prompt.visible().relations()) {
                List<Detection> subjects = chosen(named(prompt, relation.subject()));
                List<Detection> objects = chosen(named(prompt, relation.object()));
                Side side = PREDICATES.get(relation.predicate());
                boolean there = !subjects.isEmpty() && !objects.isEmpty();
                boolean right = there
                        && subjects.stream()
                                .allMatch(s -> objects.stream()
                                        .allMatch(o -> stands(s, o).contains(side)));
                String words = relation.subject() + " " + relation.predicate() + " " + relation.object();
                say(right, words, "not " + words + (there ? "" : ": not both found"));
            }
        }

        /** The most confident so many of them. */
        private List<Detection> chosen(VisibleObject object) {
            List<Detection> right = object.color() == null || !asksColours ? all(object) : ofColour(object);
            return right.size() < object.count() || object.count() == 0 ? List.of() : right.subList(0, object.count());
        }

        private List<Detection> ofColour(VisibleObject object) {
            return all(object).stream()
                    .filter(d -> colour(d).equals(ColourNames.word(object.color())))
                    .toList();
        }

        private List<Detection> all(VisibleObject object) {
            String label = label(prompt, object.name());
            return found.stream()
                    .filter(d -> d.label().equals(label) && d.confidence() > threshold)
                    .toList();
        }

        private String colour(Detection box) {
            return seen.computeIfAbsent(box, b -> colours.of(image, b));
        }

        private void say(boolean holding, String what, String otherwise) {
            if (holding) {
                holds.add(what);
            } else {
                fails.add(otherwise);
            }
        }

        Score score() {
            int all = holds.size() + fails.size();
            List<Score.Mark> marks = stated.stream()
                    .flatMap(o -> all(o).stream())
                    .distinct()
                    .map(d -> new Score.Mark(
                            seen.containsKey(d) ? seen.get(d) + " " + d.label() : d.label(),
                            d.x0(),
                            d.y0(),
                            d.x1(),
                            d.y1(),
                            d.confidence()))
                    .toList();
            String evidence = holds.size() + " of " + Numbers.counted(all, "holds", "hold")
                    + (fails.isEmpty() ? ": " + String.join("; ", holds) : ": " + String.join("; ", fails));
            return new Score.Measured((double) holds.size() / all, evidence, marks);
        }

        private String count(int number, String name) {
            return number == 0 ? "no " + name : number + " " + name;
        }
    }

    /** How the first thing stands to the second; none when they overlap too much. GenEval's formula. */
    static Set<Side> stands(Detection a, Detection b) {
        double x = (a.x0() + a.x1() - b.x0() - b.x1()) / 2;
        double y = (a.y0() + a.y1() - b.y0() - b.y1()) / 2;
        double width = a.x1() - a.x0() + b.x1() - b.x0();
        double height = a.y1() - a.y0() + b.y1() - b.y0();
        double dx = Math.max(Math.abs(x) - POSITION_THRESHOLD * width, 0) * Math.signum(x);
        double dy = Math.max(Math.abs(y) - POSITION_THRESHOLD * height, 0) * Math.signum(y);
        double way = Math.hypot(x, y);
        Set<Side> all = new LinkedHashSet<>();
        for (Side d : Side.values()) {
            if (way > 0 && (dx * d.x + dy * d.y) / way > DIRECTION) {
                all.add(d);
            }
        }
        return all;
    }

    /** By the parameter {@code clipColours}: CLIP's word, or that of the pixels. */
    static ObjectsMetric with(Detector detector, Supplier<Colours> clip, Map<String, Double> parameters) {
        boolean byClip = chosen(parameters, "clipColours") && chosen(parameters, "colours");
        return new ObjectsMetric(detector, byClip ? clip.get() : ColourNames::byPixels, parameters);
    }
}
