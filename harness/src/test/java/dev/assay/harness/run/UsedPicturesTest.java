package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.PatternRenderer;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.run.RunRecord.UsageEntry;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How base and candidate are asked for their pictures where the candidate has a use of its own. */
class UsedPicturesTest {
    @TempDir
    Path folder;

    private Path base;
    private Path other;
    private Path lora;
    private String unfit; // sampler that the renderer does not have
    private SuiteSettings suite = new SuiteSettings(64, 64, 28, null, null, null, null, null, null);

    /** A model's defaults are by its file's name: {@code other} has others. */
    private final PatternRenderer renderer = new PatternRenderer() {
        @Override
        public GenerationSettings defaults(ModelUnderTest model) {
            return model.checkpoint().path().equals(other)
                    ? new GenerationSettings(96, 96, 4, 1, "lcm", "sgm_uniform", 0)
                    : new GenerationSettings(128, 128, 20, 7, "dpmpp_2m", "karras", 0);
        }

        @Override
        public void check(ModelUnderTest model, GenerationSettings settings) {
            if (settings.sampler().equals(unfit)) {
                throw new ModelFileException("no sampler " + unfit + " here");
            }
        }
    };

    @BeforeEach
    void files() throws IOException {
        base = Files.writeString(folder.resolve("base.safetensors"), "base");
        other = Files.writeString(folder.resolve("other.safetensors"), "other");
        lora = Files.writeString(folder.resolve("lora.safetensors"), "lora");
    }

    private static Usage usage(Object... said) {
        Map<Fact, Object> values = new EnumMap<>(Fact.class);
        Map<Fact, String> sources = new EnumMap<>(Fact.class);
        for (int i = 0; i < said.length; i += 2) {
            Fact fact = (Fact) said[i];
            values.put(fact, fact.value(said[i + 1]));
            sources.put(fact, "lora.assay.yaml");
        }
        return Usage.of(values, sources);
    }

    private Plan plan(ModelUnderTest candidate, Use use, long offset) {
        List<PromptCase> cases = List.of(
                new PromptCase("one", "a red house", "", List.of(5L, 6L), List.of(), null),
                new PromptCase("two", "a dog", "cats", List.of(5L, 6L), List.of(), null));
        return new Plan(
                new Suite(
                        "test",
                        "1",
                        "",
                        suite,
                        Map.of(),
                        cases,
                        List.of(new Criterion(
                                "any",
                                List.of(),
                                Criterion.Rule.NON_INFERIOR,
                                1,
                                1,
                                Criterion.Severity.NORMAL,
                                Map.of()))),
                "hash",
                new ModelUnderTest(new Checkpoint(base), List.of()),
                "base",
                candidate,
                "candidate",
                offset,
                List.of(),
                use,
                folder.resolve("out"));
    }

    private ModelUnderTest withLora() {
        return new ModelUnderTest(new Checkpoint(base), List.of(new Lora(lora, 0.8, 0.4)));
    }

    private RenderQueue queue(Plan plan) {
        return new RenderQueue(
                plan,
                List.of(renderer),
                new RenderStore(folder.resolve("renders")),
                new FileHashes(),
                Progress.QUIET,
                p -> List.of(),
                p -> false);
    }

    private List<RenderRequest> requests(Plan plan, boolean candidate) {
        renderer.rendered.clear();
        RenderQueue queue = queue(plan);
        queue.check();
        queue.forecast();
        queue.get();
        List<RenderRequest> requests = new ArrayList<>(renderer.rendered);
        boolean apart = !plan.base().equals(plan.candidate());
        requests.removeIf(
                r -> r.repeat() > 0 || (apart && candidate == r.model().equals(plan.base())));
        return requests;
    }

    @Test
    void a_few_step_lora_is_asked_in_its_own_way_and_the_base_in_its_own() {
        Usage own = usage(
                Fact.TRIGGERS,
                List.of("sks", "oil"),
                Fact.STEPS,
                8,
                Fact.GUIDANCE,
                1,
                Fact.SAMPLER,
                "lcm",
                Fact.NEGATIVE,
                "blurry");
        Plan plan = plan(withLora(), Use.of(own), 0);

        List<RenderRequest> candidate = requests(plan, true);
        assertThat(candidate)
                .extracting(RenderRequest::prompt)
                .containsExactly(
                        "sks, oil, a red house", "sks, oil, a red house", "sks, oil, a dog", "sks, oil, a dog");
        assertThat(candidate)
                .extracting(RenderRequest::negativePrompt)
                .containsExactly("blurry", "blurry", "cats, blurry", "cats, blurry");
        assertThat(candidate).extracting(RenderRequest::seed).containsExactly(5L, 6L, 5L, 6L);
        assertThat(candidate)
                .extracting(RenderRequest::settings)
                .containsOnly(new GenerationSettings(64, 64, 8, 1, "lcm", "karras", 0));

        renderer.rendered.clear();
        assertThat(queue(plan).forecast().toMake()).isZero(); // each key holds what it was asked for
        List<RenderRequest> ofBase = requestsOfBase(plan);
        assertThat(ofBase)
                .extracting(RenderRequest::prompt)
                .containsExactly("a red house", "a red house", "a dog", "a dog");
        assertThat(ofBase).extracting(RenderRequest::negativePrompt).containsExactly("", "", "cats", "cats");
        assertThat(ofBase).extracting(RenderRequest::seed).containsExactly(5L, 6L, 5L, 6L);
        assertThat(ofBase)
                .extracting(RenderRequest::settings)
                .containsOnly(new GenerationSettings(64, 64, 28, 7, "dpmpp_2m", "karras", 0));
    }

    private List<RenderRequest> requestsOfBase(Plan plan) {
        renderer.rendered.clear();
        RenderQueue fresh = new RenderQueue(
                plan,
                List.of(renderer),
                new RenderStore(folder.resolve("fresh")),
                new FileHashes(),
                Progress.QUIET,
                p -> List.of(),
                p -> false);
        fresh.check();
        fresh.forecast();
        fresh.get();
        return renderer.rendered.stream()
                .filter(r -> r.model().equals(plan.base()) && r.repeat() == 0)
                .toList();
    }

    @Test
    void another_trigger_or_setting_is_another_picture_of_the_candidate_alone() {
        requests(plan(withLora(), Use.of(usage(Fact.TRIGGERS, "sks")), 0), true);
        for (Usage changed : List.of(
                usage(Fact.TRIGGERS, "zwx"),
                usage(Fact.TRIGGERS, "sks", Fact.TEMPLATE, "end"),
                usage(Fact.TRIGGERS, "sks", Fact.STEPS, 8),
                usage(Fact.TRIGGERS, "sks", Fact.NEGATIVE, "grey"),
                Usage.OPEN)) {
            assertThat(queue(plan(withLora(), Use.of(changed), 0)).forecast().toMake())
                    .as(changed.key())
                    .isEqualTo(4);
        }
        assertThat(queue(plan(withLora(), Use.of(usage(Fact.TRIGGERS, "sks", Fact.PURPOSE, "style")), 0))
                        .forecast()
                        .toMake())
                .isZero();
    }

    @Test
    void a_checkpoint_is_made_as_its_own_family_and_file_say_in_the_size_of_the_pair() {
        suite = SuiteSettings.OPEN;
        Plan plan = plan(new ModelUnderTest(new Checkpoint(other), List.of()), Use.OPEN, 0);
        assertThat(requests(plan, true))
                .extracting(RenderRequest::settings)
                .containsOnly(new GenerationSettings(128, 128, 4, 1, "lcm", "sgm_uniform", 0));
        assertThat(requestsOfBase(plan))
                .extracting(RenderRequest::settings)
                .containsOnly(new GenerationSettings(128, 128, 20, 7, "dpmpp_2m", "karras", 0));
    }

    @Test
    void a_size_that_the_candidate_wants_is_the_pairs() {
        Plan plan = plan(withLora(), Use.of(usage(Fact.SIZE, "256x320")), 0);
        assertThat(requests(plan, true).get(0).settings().width()).isEqualTo(256);
        assertThat(requestsOfBase(plan).get(0).settings().sizeAlone())
                .isEqualTo(new SuiteSettings(256, 320, null, null, null, null, null, null, null));
    }

    @Test
    void without_its_trigger_a_candidate_keeps_all_the_rest() {
        Use off = new Use(Use.OFF, usage(Fact.TRIGGERS, "sks", Fact.STEPS, 8), Usage.OPEN, List.of(), List.of());
        List<RenderRequest> candidate = requests(plan(withLora(), off, 0), true);
        assertThat(candidate.get(0).prompt()).isEqualTo("a red house");
        assertThat(candidate.get(0).settings().steps()).isEqualTo(8);
    }

    @Test
    void the_base_against_itself_is_asked_the_same_with_other_seeds() {
        ModelUnderTest same = new ModelUnderTest(new Checkpoint(base), List.of());
        Plan plan = plan(same, Use.OPEN, 100);
        assertThat(requests(plan, true)).extracting(RenderRequest::seed).contains(5L, 105L);
    }

    @Test
    void a_setting_that_the_renderer_does_not_take_is_told_with_who_wants_it() {
        unfit = "lcm";
        RenderQueue queue = queue(plan(withLora(), Use.of(usage(Fact.SAMPLER, "lcm", Fact.STEPS, 8)), 0));
        assertThatThrownBy(queue::check)
                .isInstanceOf(SettingsException.class)
                .hasMessage("no sampler lcm here (the candidate's own settings: steps 8 (lora.assay.yaml), sampler lcm"
                        + " (lora.assay.yaml))");
        unfit = "dpmpp_2m";
        assertThatThrownBy(() -> queue(plan(withLora(), Use.OPEN, 0)).check())
                .isInstanceOf(ModelFileException.class)
                .hasMessage("no sampler dpmpp_2m here");
    }

    @Test
    void a_record_holds_both_sides_and_says_them_in_words() {
        Usage own =
                usage(Fact.TRIGGERS, "sks", Fact.STEPS, 8, Fact.GUIDANCE, 1, Fact.STRENGTH, 0.8, Fact.PURPOSE, "speed");
        Plan plan = plan(withLora(), new Use("on", own, Usage.OPEN, List.of("a hint"), List.of("a", "b")), 0);
        RenderQueue queue = queue(plan);
        RecordBuilder builder = new RecordBuilder(plan, queue, 1, java.time.Instant.EPOCH);
        builder.settings(queue.settings(), queue.ownSettings());
        queue.forecast();
        builder.pictures(queue.get().cases());
        assertThat(builder.usageWords())
                .containsExactly(
                        "asked with its trigger words \"sks\" (lora.assay.yaml); the base without them",
                        "strength 0.8, 0.4 on text encoders (lora.assay.yaml)",
                        "its own settings: steps 8 where the base has 28 (lora.assay.yaml), guidance 1 where the base"
                                + " has 7 (lora.assay.yaml)",
                        "made as: speed (lora.assay.yaml)");
        RunRecord record = builder.build();
        UsageEntry usage = record.usage();
        assertThat(usage.triggers()).containsExactly("sks");
        assertThat(usage.purpose()).isEqualTo("speed");
        assertThat(usage.lookedIn()).containsExactly("a", "b");
        assertThat(usage.sources())
                .containsEntry("triggerWords", "lora.assay.yaml")
                .hasSize(5);
        assertThat(record.settings().steps()).isEqualTo(28);
        assertThat(record.candidateSettings().steps()).isEqualTo(8);
        assertThat(record.candidateSettings().guidanceScale()).isEqualTo(1);
        assertThat(record.findings()).extracting(RunRecord.FindingEntry::text).contains("a hint");
        assertThat(record.candidate().loras().get(0).clipStrength()).isEqualTo(0.4);
        assertThat(record.renderings())
                .filteredOn(r -> r.role().equals("candidate"))
                .isNotEmpty()
                .allMatch(r -> r.sent().equals("sks, " + r.prompt()));
        assertThat(record.renderings())
                .filteredOn(r -> r.role().equals("base"))
                .isNotEmpty()
                .allMatch(r -> r.sent() == null);
    }

    @Test
    void words_that_nobody_knows_are_said_to_be_unknown() {
        Plan plan = plan(withLora(), new Use("on", Usage.OPEN, Usage.OPEN, List.of(), List.of("a", "b")), 0);
        RenderQueue queue = queue(plan);
        RecordBuilder builder = new RecordBuilder(plan, queue, 1, java.time.Instant.EPOCH);
        builder.settings(queue.settings(), queue.ownSettings());
        assertThat(builder.usageWords())
                .containsExactly("no trigger words are known of it, beside the file or in it; if it waits for some,"
                        + " give assay.triggerWords");
    }
}
