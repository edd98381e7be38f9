package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import dev.assay.harness.text.AssayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObjectsMetricTest {
    private static final JsonNode GOLDEN = golden();
    private static final Image PICTURE = Golden.flat(100, 200, 200, 200);

    @Test
    void the_share_is_that_of_python() {
        assertThat(GOLDEN.get("cases").size()).isGreaterThan(100);
        for (JsonNode c : GOLDEN.get("cases")) {
            List<Detection> found = new ArrayList<>();
            Map<Detection, String> colours = new HashMap<>();
            for (JsonNode d : c.get("found")) {
                Detection box =
                        box(d.get("label").asText(), d.get("confidence").asDouble(), Golden.doubles(d.get("box")));
                found.add(box);
                colours.put(box, d.get("colour").asText());
            }
            List<VisibleObject> objects = new ArrayList<>();
            c.get("objects")
                    .forEach(o -> objects.add(new VisibleObject(
                            o.get("name").asText(),
                            o.get("color").isNull() ? null : o.get("color").asText(),
                            o.get("count").asInt())));
            List<Relation> relations = new ArrayList<>();
            c.get("relations")
                    .forEach(r -> relations.add(new Relation(
                            r.get("subject").asText(),
                            r.get("predicate").asText(),
                            r.get("object").asText())));
            Score.Measured score = (Score.Measured) metric(found, colours, "cup", "dog", "chair")
                    .score(Golden.prompt("x", new Visible(null, null, null, objects, relations)), PICTURE);
            assertThat(score.value())
                    .as(c.toString() + score.evidence())
                    .isCloseTo(c.get("held").asDouble() / c.get("atoms").asInt(), within(1e-12));
        }
    }

    @Test
    void how_two_things_stand_is_genevals_formula() {
        for (JsonNode pair : GOLDEN.get("pairs")) {
            List<String> expected = new ArrayList<>();
            pair.get("relations").forEach(r -> expected.add(r.asText().toUpperCase(java.util.Locale.ROOT)));
            assertThat(ObjectsMetric.stands(
                            box("a", 1, Golden.doubles(pair.get("a"))), box("b", 1, Golden.doubles(pair.get("b")))))
                    .extracting(Enum::name)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void cielab_is_opencvs() {
        for (JsonNode row : GOLDEN.get("lab")) {
            int[] rgb = {
                row.get("rgb").get(0).asInt(),
                row.get("rgb").get(1).asInt(),
                row.get("rgb").get(2).asInt()
            };
            double[] lab = ColourNames.lab(rgb);
            double[] expected = Golden.doubles(row.get("lab"));
            for (int i = 0; i < 3; i++) {
                assertThat(lab[i]).as(row.toString()).isCloseTo(expected[i], within(0.3)); // OpenCV's gamma is a spline
            }
        }
    }

    @Test
    void the_evidence_says_what_fails_and_the_boxes_are_marked() {
        Visible visible = new Visible(
                null,
                null,
                null,
                List.of(new VisibleObject("cup", "red", 1), new VisibleObject("sofa", null, 1)),
                List.of(new Relation("red cup", "above", "sofa")));
        Detection cup = box("cup", 0.8, 10, 60, 20, 70);
        Detection couch = box("couch", 0.7, 0, 0, 50, 40);
        Score.Measured wrong =
                (Score.Measured) metric(List.of(cup, couch), Map.of(cup, "blue", couch, "grey"), "cup", "couch")
                        .score(Golden.prompt("x", visible), PICTURE);
        assertThat(wrong.value()).isEqualTo(0.5);
        assertThat(wrong.evidence())
                .isEqualTo("2 of 4 hold: no red cup found, not 1 (seen: blue); not red cup above sofa: not both found");
        assertThat(wrong.marks()).extracting(Score.Mark::label).containsExactly("blue cup", "couch");
        Score.Measured turned =
                (Score.Measured) metric(List.of(cup, couch), Map.of(cup, "red", couch, "grey"), "cup", "couch")
                        .score(Golden.prompt("x", visible), PICTURE);
        assertThat(turned.evidence()).isEqualTo("3 of 4 hold: not red cup above sofa");
    }

    @Test
    void where_colours_are_not_asked_kinds_counts_and_places_are() {
        Map<String, Double> parameters = new HashMap<>(ObjectsMetric.INFO.parameters());
        parameters.put("colours", 0.0);
        Visible visible = new Visible(
                null,
                null,
                null,
                List.of(new VisibleObject("cup", "red", 1), new VisibleObject("sofa", "green", 1)),
                List.of(new Relation("red cup", "below", "sofa")));
        Detection cup = box("cup", 0.8, 10, 60, 20, 70);
        Detection couch = box("couch", 0.7, 0, 0, 50, 40);
        ObjectsMetric metric = ObjectsMetric.with(
                new Fixed(List.of(cup, couch), List.of("cup", "couch")),
                () -> {
                    throw new AssertionError("CLIP is not asked");
                },
                parameters);
        Score.Measured score = (Score.Measured) metric.score(Golden.prompt("x", visible), PICTURE);
        assertThat(score.value()).isEqualTo(1);
        assertThat(score.evidence()).isEqualTo("3 of 3 hold: 1 cup; 1 sofa; red cup below sofa");
        parameters.put("colours", 2.0);
        assertThatThrownBy(() -> ObjectsMetric.with(new Fixed(List.of(), List.of("cup")), () -> null, parameters))
                .hasMessage("objects: colours: expected 0 or 1, found 2.0");
    }

    @Test
    void people_are_counted_like_things_and_none_means_none() {
        Detection man = box("person", 0.95, 0, 0, 10, 30);
        Detection faint = box("person", 0.5, 40, 0, 50, 30);
        assertThat(value(people(2), List.of(man, faint)))
                .as("two are counted with the greater threshold")
                .isZero();
        assertThat(value(people(1), List.of(man, faint))).as("at least one").isEqualTo(1);
        assertThat(value(people(0), List.of(faint))).isZero();
        assertThat(value(people(0), List.of())).isEqualTo(1);
    }

    @Test
    void of_a_kind_the_sixteen_most_confident_count() {
        List<Detection> crowd = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            crowd.add(box("person", 0.99 - i / 1000.0, i, 0, i + 10, 30));
        }
        Score.Measured score =
                (Score.Measured) metric(crowd, Map.of(), "person").score(Golden.prompt("x", people(2)), PICTURE);
        assertThat(score.evidence()).isEqualTo("0 of 1 holds: 16 person found, not 2");
        assertThat(score.marks()).hasSize(16);
    }

    @Test
    void a_case_that_states_no_objects_is_unscored_and_never_reaches_the_detector() {
        ObjectsMetric metric =
                new ObjectsMetric(new Fixed(null, List.of("cup")), (i, b) -> "red", ObjectsMetric.INFO.parameters());
        assertThat(metric.score(Golden.prompt("x"), PICTURE))
                .isEqualTo(new Score.Unscored("no-objects", "the case states no objects"));
    }

    @Test
    void what_cannot_be_checked_is_an_error_before_the_first_picture() {
        ObjectsMetric metric = metric(List.of(), Map.of(), "cup", "dog");
        assertThatThrownBy(() -> metric.check(List.of(prompt(new VisibleObject("gizmo", null, 1)))))
                .isInstanceOf(AssayException.class)
                .hasMessage(
                        "objects: case x: visible: expected objects that the detector knows (cup, dog), found gizmo");
        assertThatThrownBy(() -> metric.check(List.of(prompt(new VisibleObject("cup", "mauve", 1)))))
                .hasMessageContaining("expected a colour among [black, blue, brown,")
                .hasMessageEndingWith("found mauve");
        assertThatThrownBy(() -> metric.check(List.of(prompt(
                        new Relation("cup", "inside", "dog"),
                        new VisibleObject("cup", null, 1),
                        new VisibleObject("dog", null, 1)))))
                .hasMessageContaining("expected a relation among [to the left of, left of,")
                .hasMessageEndingWith("found inside");
        assertThatThrownBy(() -> metric.check(List.of(prompt(
                        new Relation("red cup", "above", "dog"),
                        new VisibleObject("cup", "blue", 1),
                        new VisibleObject("dog", null, 1)))))
                .hasMessageEndingWith("expected relations between its objects (blue cup, dog), found red cup");
        assertThatThrownBy(() -> metric.check(List.of(Golden.prompt("x", people(1)))))
                .hasMessageEndingWith("found person");
        metric.check(List.of(Golden.prompt("x")));
    }

    @Test
    void a_threshold_out_of_range_is_an_error() {
        Map<String, Double> parameters = new HashMap<>(ObjectsMetric.INFO.parameters());
        parameters.put("countThreshold", 1.0);
        assertThatThrownBy(() -> new ObjectsMetric(new Fixed(List.of(), List.of("cup")), (i, b) -> "red", parameters))
                .hasMessage("objects: countThreshold: expected 0 to below 1, found 1.0");
        parameters.put("countThreshold", 0.9);
        parameters.put("clipColours", 0.5);
        assertThatThrownBy(() -> ObjectsMetric.with(new Fixed(List.of(), List.of("cup")), () -> null, parameters))
                .hasMessage("objects: clipColours: expected 0 or 1, found 0.5");
    }

    @Test
    void pixels_name_flat_colours() {
        assertThat(ColourNames.byPixels(Golden.flat(30, 215, 45, 45), box("cup", 1, 3, 3, 28, 28)))
                .isEqualTo("red");
        assertThat(ColourNames.byPixels(Golden.flat(30, 145, 65, 180), box("cup", 1, 3, 3, 28, 28)))
                .isEqualTo("purple");
        assertThat(ColourNames.byPixels(Golden.flat(30, 25, 25, 30), box("cup", 1, 29.5, 29.5, 30, 30)))
                .isEqualTo("black");
        assertThat(ColourNames.nearest(new int[] {250, 250, 250})).isEqualTo("white");
        assertThat(ColourNames.nearest(new int[] {240, 135, 35})).isEqualTo("orange");
        assertThat(ColourNames.nearest(new int[] {240, 205, 50})).isEqualTo("yellow");
        assertThat(ColourNames.word("Gray")).isEqualTo("grey");
    }

    @Test
    void clip_names_the_colour_whose_phrases_are_closest_to_the_crop() {
        // A picture's vector is its mean colour, a text's the colour it names: CLIP as it should be.
        String colour = ColourNames.byClip(
                Golden.flat(30, 0, 0, 255),
                box("car", 1, 5, 5, 25, 25),
                image -> new float[] {image.value(5, 5, 0), image.value(5, 5, 1), image.value(5, 5, 2)},
                text -> text.contains("blue") ? new float[] {0, 0, 1} : new float[] {1, 0.2f, 0.1f});
        assertThat(colour).isEqualTo("blue");
    }

    @Test
    void the_crop_keeps_the_ellipse_and_greys_its_corners() {
        Image crop = ColourNames.crop(Golden.flat(30, 10, 20, 30), box("car", 1, 5, 7, 25, 17));
        assertThat(crop.toString()).isEqualTo("Image 20 x 10");
        assertThat(crop.value(0, 0, 0)).isEqualTo(0x99);
        assertThat(crop.value(10, 5, 1)).isEqualTo(20);
        assertThat(crop.value(0, 5, 2)).isEqualTo(30);
    }

    private static double value(Visible visible, List<Detection> found) {
        return ((Score.Measured) metric(found, Map.of(), "person").score(Golden.prompt("x", visible), PICTURE)).value();
    }

    private static Visible people(int count) {
        return new Visible(count, null, null, List.of(), List.of());
    }

    private static PromptCase prompt(VisibleObject object) {
        return Golden.prompt("x", new Visible(null, null, null, List.of(object), List.of()));
    }

    private static PromptCase prompt(Relation relation, VisibleObject... objects) {
        return Golden.prompt("x", new Visible(null, null, null, List.of(objects), List.of(relation)));
    }

    private static ObjectsMetric metric(List<Detection> found, Map<Detection, String> colours, String... labels) {
        return new ObjectsMetric(
                new Fixed(found, List.of(labels)), (image, box) -> colours.get(box), ObjectsMetric.INFO.parameters());
    }

    private static Detection box(String label, double confidence, double... sides) {
        return new Detection(label, sides[0], sides[1], sides[2], sides[3], confidence);
    }

    /** A detector of which only the arithmetic behind it is tested here; real networks are in DetectorFormatsTest. */
    private record Fixed(List<Detection> found, List<String> labels) implements Detector {
        @Override
        public List<Detection> detect(Image image) {
            return detect(image, 0.25);
        }

        @Override
        public List<Detection> detect(Image image, double threshold) {
            return found.stream().filter(d -> d.confidence() > threshold).toList();
        }

        @Override
        public void close() {}
    }

    private static JsonNode golden() {
        try (var in = ObjectsMetricTest.class.getResourceAsStream("/golden/objects.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
