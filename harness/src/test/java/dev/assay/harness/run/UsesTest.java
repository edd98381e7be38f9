package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelReference.Written;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.suite.Asked;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsesTest {
    private static final Suite SUITE = new Suite(
            "test",
            "1",
            "",
            null,
            Map.of(),
            List.of(new PromptCase("any", "a house", "", List.of(1L), List.of(), null)),
            List.of(new Criterion(
                    "grid",
                    List.of(),
                    Criterion.Rule.NON_INFERIOR,
                    1,
                    1,
                    null,
                    Map.of(),
                    null,
                    List.of(),
                    false,
                    null,
                    Map.of(Purpose.STYLE, Asked.as(Asked.Weight.SOFT)))));

    @TempDir
    Path folder;

    private Usage command = Usage.OPEN;
    private Usage both = Usage.OPEN;

    @BeforeEach
    void models() throws IOException {
        for (String name : List.of("base", "tuned", "style", "dog")) {
            Files.writeString(folder.resolve(name + ".safetensors"), "no model, which is not for this to say");
        }
    }

    private void beside(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static Usage said(Fact fact, Object raw) {
        return Usage.of(Map.of(fact, fact.value(raw)), Map.of(fact, "assay.x (-Dassay.x)"));
    }

    private Plan plan(String checkpoint, Written... loras) {
        Path base = folder.resolve("base.safetensors");
        ModelUnderTest baseModel = new ModelUnderTest(new Checkpoint(base), List.of());
        List<Lora> merged = new ArrayList<>();
        for (Written lora : loras) {
            merged.add(new Lora(lora.path(), lora.strength() == null ? 1 : lora.strength()));
        }
        Plan plan = new Plan(
                SUITE,
                "hash",
                baseModel,
                "base",
                new ModelUnderTest(new Checkpoint(folder.resolve(checkpoint + ".safetensors")), merged),
                "unnamed",
                0,
                List.of(),
                Use.OPEN,
                folder);
        return new Uses(command, both, "on", List.of(loras), new LoraReader())
                .of(plan, UnaryOperator.identity(), lora -> Map.of());
    }

    private Written lora(String name, Double strength) {
        return new Written(folder.resolve(name + ".safetensors"), strength);
    }

    @Test
    void a_lora_has_the_strength_that_its_file_says_and_is_named_by_it() throws IOException {
        beside("style.assay.yaml", "strength: 0.6\nclipStrength: 0.2\ntriggerWords: sks\n");
        Plan plan = plan("base", lora("style", null));
        assertThat(plan.candidate().loras()).containsExactly(new Lora(folder.resolve("style.safetensors"), 0.6, 0.2));
        assertThat(plan.candidateName()).isEqualTo("style@0.6");
        assertThat(plan.use().asked().prompt("a house")).isEqualTo("sks, a house");
        assertThat(plan.use().base()).isEqualTo(Usage.OPEN);
    }

    @Test
    void a_strength_that_the_user_writes_stands_and_is_that_of_text_encoders_too() throws IOException {
        beside("style.assay.yaml", "strength: 0.6\nclipStrength: 0.2\n");
        assertThat(plan("base", lora("style", 0.9)).candidate().loras())
                .containsExactly(new Lora(folder.resolve("style.safetensors"), 0.9));
        assertThat(plan("base", lora("style", 0.6)).candidate().loras())
                .as("as a nightly writes it")
                .containsExactly(new Lora(folder.resolve("style.safetensors"), 0.6, 0.2));
        command = said(Fact.CLIP_STRENGTH, 0.4);
        assertThat(plan("base", lora("style", 0.9)).candidate().loras())
                .containsExactly(new Lora(folder.resolve("style.safetensors"), 0.9, 0.4));
    }

    @Test
    void a_stack_has_strengths_of_its_own_each_and_the_words_of_all() throws IOException {
        beside("style.assay.yaml", "strength: 0.6\ntriggerWords: oil\nsteps: 8\n");
        beside(
                "dog.metadata.json",
                "{\"usage_tips\": \"{\\\"strength\\\": 0.7}\", \"civitai\": {\"trainedWords\": [\"sks dog\"]}}");
        Plan plan = plan("base", lora("style", null), lora("dog", null));
        assertThat(plan.candidateName()).isEqualTo("style@0.6+dog@0.7");
        assertThat(plan.use().asked().prompt("a house")).isEqualTo("oil, sks dog, a house");
        assertThat(plan.use().asked().settings().steps()).isEqualTo(8);
    }

    @Test
    void what_a_person_says_of_the_base_is_its_own_and_a_loras_too_where_that_is_silent() throws IOException {
        beside("base.assay.yaml", "steps: 30\nsampler: heun\ntriggerWords: never\nstrength: 3\n");
        beside("style.assay.yaml", "steps: 8\n");
        Plan plan = plan("base", lora("style", null));
        assertThat(plan.use().base().settings().steps()).isEqualTo(30);
        assertThat(plan.use().base().prompt("a house")).isEqualTo("a house");
        assertThat(plan.use().asked().settings().steps()).isEqualTo(8);
        assertThat(plan.use().asked().settings().sampler()).isEqualTo("heun");
        assertThat(plan.use().asked().source(Fact.SAMPLER)).contains("base.assay.yaml");
        assertThat(plan.use().asked().triggers()).isEmpty();
        assertThat(plan.candidate().loras().get(0).strength()).isEqualTo(1);
    }

    @Test
    void a_checkpoint_has_its_own_words_and_settings_and_nothing_of_the_bases() throws IOException {
        beside("base.assay.yaml", "sampler: heun\n");
        beside("tuned.assay.yaml", "steps: 6\ntriggerWords: tuned\n");
        Plan plan = plan("tuned");
        assertThat(plan.candidateName()).isEqualTo("tuned");
        assertThat(plan.use().asked().settings().sampler()).isNull();
        assertThat(plan.use().asked().settings().steps()).isEqualTo(6);
        assertThat(plan.use().asked().prompt("a house")).isEqualTo("tuned, a house");
        assertThat(plan.use().base().settings().sampler()).isEqualTo("heun");
    }

    @Test
    void steps_for_both_sides_beat_what_lies_beside_them() throws IOException {
        beside("base.assay.yaml", "steps: 30\n");
        beside("style.assay.yaml", "steps: 8\n");
        both = said(Fact.STEPS, 3);
        Plan plan = plan("base", lora("style", null));
        assertThat(plan.use().base().settings().steps()).isEqualTo(3);
        assertThat(plan.use().asked().settings().steps()).isEqualTo(3);
        command = said(Fact.STEPS, 2);
        assertThat(plan("base", lora("style", null)).use().asked().settings().steps())
                .isEqualTo(2);
    }

    @Test
    void files_that_disagree_and_a_mistake_beside_one_end_it() throws IOException {
        beside("style.assay.yaml", "steps: 8\n");
        beside("dog.assay.yaml", "steps: 4\n");
        assertThatThrownBy(() -> plan("base", lora("style", null), lora("dog", null)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("say which for both: assay.usage.steps=8");
        beside("dog.assay.yaml", "steps: 0\n");
        assertThatThrownBy(() -> plan("base", lora("dog", null)))
                .hasMessageContaining("dog.assay.yaml: steps: expected a whole number from 1 to 1000, found 0");
    }

    @Test
    void a_lora_on_a_server_alone_is_asked_for_its_own_metadata_and_one_that_is_found_speaks_from_where_it_lies()
            throws IOException {
        Path there = Path.of("remote.safetensors");
        Plan plan = plan("base", new Written(there, null));
        Plan asked = new Uses(command, both, "on", List.of(new Written(there, null)), new LoraReader())
                .of(plan, UnaryOperator.identity(), lora -> Map.of("modelspec.trigger_phrase", "of " + lora));
        assertThat(asked.use().asked().triggers()).containsExactly("of remote.safetensors");

        beside("style.assay.yaml", "strength: 0.5\n");
        ModelUnderTest here = new ModelUnderTest(
                plan.candidate().checkpoint(), List.of(new Lora(folder.resolve("style.safetensors"), 1)));
        Plan found = new Uses(command, both, "on", List.of(new Written(there, null)), new LoraReader())
                .of(plan, model -> model.loras().isEmpty() ? model : here, lora -> Map.of());
        assertThat(found.candidate().loras()).containsExactly(new Lora(there, 0.5));
        assertThat(found.candidateName()).isEqualTo("remote@0.5");
    }

    @Test
    void off_leaves_the_words_out_and_nothing_else() throws IOException {
        beside("style.assay.yaml", "triggerWords: sks\nsteps: 8\n");
        Plan plan = plan("base", lora("style", null));
        Use off = new Use(Use.OFF, plan.use().candidate(), plan.use().base(), List.of(), List.of());
        assertThat(off.asked().prompt("a house")).isEqualTo("a house");
        assertThat(off.asked().settings().steps()).isEqualTo(8);
        assertThat(off.candidate().triggers()).containsExactly("sks");
    }

    @Test
    void the_suite_is_asked_as_files_of_its_purpose_are() throws IOException {
        assertThat(plan("base", lora("my", null)).suite().criteria())
                .extracting(Criterion::soft)
                .containsExactly(false);
        beside("my.assay.yaml", "purpose: style");
        assertThat(plan("base", lora("my", null)).suite().criteria())
                .extracting(Criterion::soft)
                .containsExactly(true);
    }
}
