package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.nn.ops.Compute;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.render.PatternRenderer;
import dev.assay.harness.render.PictureOrigin;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.comfyui.ComfyUiRenderer;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Question;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.suite.Visible;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What earlier versions kept must be found again. The keys here are those of the version that made them of {@code toString()}; the first of them
 * again by {@code hashlib.sha256} of Python over the text that its picture carries.
 */
class ContentKeysTest {
    private static final GenerationSettings PLAIN = new GenerationSettings(512, 768, 20, 7.5, "dpmpp_2m", "karras", 1);
    private static final GenerationSettings FLOW =
            new GenerationSettings(1024, 1024, 28, 1, "euler", "simple", 0, 3.5, 1.15);
    private static final ModelUnderTest MODEL = new ModelUnderTest(new Checkpoint(Path.of("base")), List.of());

    @Test
    void pictures_of_earlier_versions_are_found() {
        assertThat(PictureOrigin.rendered(
                                new RenderRequest(MODEL, "a cat, \"quoted\" \u2013 \u00fcn\u00efcode", "", 1, PLAIN, 0),
                                "0123456789abcdef",
                                new PatternRenderer())
                        .key())
                .isEqualTo("c680a16ff6e0cac5e47d24cfffcf58df0cac0b12e80effa739cbac541df5efd5");
        assertThat(PictureOrigin.rendered(
                                new RenderRequest(MODEL, "a red circle, a = b", "blurry", Long.MAX_VALUE, FLOW, 2),
                                "fedcba9876543210",
                                new PatternRenderer())
                        .key())
                .isEqualTo("094b131f4a7abf9e70199639809c70b0dcdad2a56ffea40b0cabe113347032f8");
        assertThat(PictureOrigin.found("00", "11", "a dog", "", 7).key())
                .isEqualTo("41984dc9a35a3ca1bd3b70eed5a89c67bf05f09414eaff5e383cf76f7a5af25c");
    }

    @Test
    void no_two_prompts_share_a_picture() {
        assertThat(PictureOrigin.found("00", "11", "blue, assay:prompt=a red circle", "x", 7)
                        .key())
                .isNotEqualTo(PictureOrigin.found("00", "11", "a red circle", "x, assay:prompt=blue", 7)
                        .key())
                .isNotEqualTo(
                        PictureOrigin.found("00", "11", "a red circle", "x", 7).key());
        // Commas and equals signs alone make no second reading: such pictures are found under the key they had.
        assertThat(PictureOrigin.found("00", "11", "a, b=c, prompt=d}", "x, y=z, assay", 7)
                        .key())
                .isEqualTo("d26d771d0b42a0ea3a989d5f276a40c102b28367ae1f41f788f983a2dfac9389");
    }

    @Test
    void settings_are_keyed_by_name() {
        assertThat(PLAIN.key())
                .isEqualTo("GenerationSettings[width=512, height=768, steps=20, guidanceScale=7.5, sampler=dpmpp_2m,"
                        + " scheduler=karras, clipSkip=1, distilledGuidance=null, shift=null]");
        assertThat(FLOW.key())
                .isEqualTo("GenerationSettings[width=1024, height=1024, steps=28, guidanceScale=1.0, sampler=euler,"
                        + " scheduler=simple, clipSkip=0, distilledGuidance=3.5, shift=1.15]");
    }

    @Test
    void suites_of_folders_keep_their_hash() {
        Visible visible = new Visible(
                2,
                null,
                4,
                List.of(new VisibleObject("circle", "red", 1), new VisibleObject("square", null, 2)),
                List.of(new Relation("red circle", "above", "square")));
        PromptCase one = new PromptCase(
                "one",
                "a red circle, above [it]",
                "blurry",
                List.of(1L, 22L),
                List.of("shape", "colour"),
                visible,
                true,
                List.of(
                        new Question("is-it", "Is it red?", true, List.of()),
                        new Question("and", "And above?", false, List.of("is-it"))));
        PromptCase two = new PromptCase("two", "unknown", null, List.of(3L), null, null, false);

        PromptCase open = new PromptCase("two", "unknown", null, List.of(3L), null, null, false, "material", List.of());
        assertThat(open.key()).isEqualTo(two.key().replaceFirst("]$", ", varies=material]"));
        assertThat(new Visible(1, null, null, null, null, List.of("OPEN", "24 hours")).key())
                .isEqualTo(new Visible(1, null, null, null, null).key().replaceFirst("]$", ", text=[OPEN, 24 hours]]"));
        assertThat(List.of(one.key(), two.key()))
                .hasToString(
                        "[PromptCase[id=one, prompt=a red circle, above [it], negativePrompt=blurry, seeds=[1, 22],"
                                + " tags=[shape, colour], visible=Visible[people=2, hands=null, feet=4,"
                                + " objects=[VisibleObject[name=circle, color=red, count=1], VisibleObject[name=square,"
                                + " color=null, count=2]], relations=[Relation[subject=red circle, predicate=above,"
                                + " object=square]]], promptKnown=true, questions=[Question[id=is-it, text=Is it red?,"
                                + " expected=true, dependsOn=[]], Question[id=and, text=And above?, expected=false,"
                                + " dependsOn=[is-it]]]], PromptCase[id=two, prompt=unknown, negativePrompt=, seeds=[3],"
                                + " tags=[], visible=Visible[people=null, hands=null, feet=null, objects=[],"
                                + " relations=[]], promptKnown=false, questions=[]]]");
    }

    @Test
    void a_model_that_is_not_here_keeps_its_name() {
        assertThat(new ModelUnderTest(
                                new Checkpoint(Path.of("base.safetensors")),
                                List.of(
                                        new Lora(Path.of("a.safetensors"), 0.8),
                                        new Lora(Path.of("b.safetensors"), -1)))
                        .key())
                .isEqualTo("ModelUnderTest[checkpoint=Checkpoint[path=base.safetensors],"
                        + " loras=[Lora[path=a.safetensors, strength=0.8], Lora[path=b.safetensors, strength=-1.0]]]");
    }

    @Test
    void a_strength_of_its_own_on_text_encoders_is_in_the_key_and_none_is_not() {
        assertThat(new Lora(Path.of("a.safetensors"), 0.8, 0.5).key())
                .isEqualTo("Lora[path=a.safetensors, strength=0.8, clipStrength=0.5]");
        assertThat(new Lora(Path.of("a.safetensors"), 0.8, null).key())
                .isEqualTo("Lora[path=a.safetensors, strength=0.8]");
        List<Fingerprint.LoraPart> with = List.of(new Fingerprint.LoraPart("a", "00", 0.8, 0.5, 1));
        List<Fingerprint.LoraPart> without = List.of(new Fingerprint.LoraPart("a", "00", 0.8, null, 1));
        assertThat(new Fingerprint(List.of(), with).hash()).isNotEqualTo(new Fingerprint(List.of(), without).hash());
        // As stores have it from before.
        assertThat(new Fingerprint(List.of(), without).hash())
                .isEqualTo(Hashes.sha256("lora 00 0.8\n".getBytes(StandardCharsets.UTF_8)));
    }

    /** Records that are in keys, with the fields of which somebody decided whether they are. */
    static Stream<Arguments> decided() throws ClassNotFoundException {
        return Stream.of(
                Arguments.of(
                        GenerationSettings.class,
                        "width height steps guidanceScale sampler scheduler clipSkip distilledGuidance shift"),
                Arguments.of(RenderRequest.class, "model prompt negativePrompt seed settings repeat"),
                Arguments.of(
                        PromptCase.class, "id prompt negativePrompt seeds tags visible promptKnown varies questions"),
                Arguments.of(Question.class, "id text expected dependsOn"),
                Arguments.of(Visible.class, "people hands feet objects relations text"),
                Arguments.of(VisibleObject.class, "name color count"),
                Arguments.of(Relation.class, "subject predicate object"),
                Arguments.of(ModelUnderTest.class, "checkpoint loras"),
                Arguments.of(Checkpoint.class, "path"),
                Arguments.of(Lora.class, "path strength clipStrength"),
                Arguments.of(
                        SuiteSettings.class,
                        "width height steps guidanceScale sampler scheduler clipSkip distilledGuidance shift"),
                Arguments.of(
                        Class.forName(ComfyUiRenderer.class.getPackageName() + ".ServerFiles$ServerFileInfo"),
                        "bytes modified metadata"),
                // In keys of vectors, whole: a field that comes with a value of old must not be printed.
                Arguments.of(Compute.class, "device"),
                Arguments.of(Preprocessing.class, "framing size filter mean std"),
                Arguments.of(Preprocessing.Framing.Crop.class, "shortestEdge toEven"),
                Arguments.of(
                        VisionConfig.class,
                        "kind hiddenSize intermediateSize hiddenLayers attentionHeads imageSize patchSize hiddenAct"
                                + " layerNormEps registers"),
                Arguments.of(
                        ClipTextConfig.class,
                        "vocabSize hiddenSize intermediateSize hiddenLayers attentionHeads maxPositions hiddenAct"
                                + " layerNormEps eosTokenId causal"));
    }

    @ParameterizedTest
    @MethodSource("decided")
    void no_field_joins_or_leaves_a_key_unnoticed(Class<?> kind, String fields) {
        assertThat(Arrays.stream(kind.getRecordComponents()).map(RecordComponent::getName))
                .as(
                        "%s is part of a content key: decide whether its new field is, see its key() and ScoreKey,"
                                + " then list it here",
                        kind)
                .containsExactly(fields.split(" ", -1));
    }
}
