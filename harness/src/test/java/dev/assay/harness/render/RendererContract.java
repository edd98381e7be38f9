package dev.assay.harness.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every renderer. A test of one extends this and says what to render with. */
public abstract class RendererContract {
    private Renderer renderer;
    private RenderSession session;

    protected abstract Renderer open();

    protected abstract Checkpoint checkpoint();

    /** A LoRA that changes pictures of the checkpoint. */
    protected abstract Path lora();

    protected abstract GenerationSettings settings();

    @BeforeEach
    void openRenderer() {
        renderer = open();
        session = renderer.begin(List.of(), (done, of) -> {});
    }

    @AfterEach
    void closeRenderer() {
        session.close();
        renderer.close();
    }

    private ModelUnderTest model(Lora... loras) {
        return new ModelUnderTest(checkpoint(), List.of(loras));
    }

    private RenderRequest request(ModelUnderTest model, long seed) {
        return new RenderRequest(model, "a person in a red shirt waving", "", seed, settings(), 0);
    }

    private GenerationSettings with(String sampler) {
        GenerationSettings s = settings();
        return new GenerationSettings(
                s.width(),
                s.height(),
                s.steps(),
                s.guidanceScale(),
                sampler,
                s.scheduler(),
                s.clipSkip(),
                s.distilledGuidance(),
                s.shift());
    }

    @Test
    void the_same_request_twice_gives_the_same_pixels() {
        RenderRequest request = request(model(), 7);

        assertThat(session.render(request).image())
                .isEqualTo(session.render(request).image());
    }

    @Test
    void another_seed_gives_other_pixels_and_so_does_another_prompt() {
        Rendered first = session.render(request(model(), 7));
        RenderRequest other = new RenderRequest(model(), "a blue square", "", 7, settings(), 0);

        assertThat(session.render(request(model(), 8)).image()).isNotEqualTo(first.image());
        assertThat(session.render(other).image()).isNotEqualTo(first.image());
    }

    @Test
    void a_lora_changes_pixels_and_at_strength_0_none() {
        Rendered base = session.render(request(model(), 7));

        assertThat(session.render(request(model(new Lora(lora(), 0)), 7)).image())
                .isEqualTo(base.image());
        assertThat(session.render(request(model(new Lora(lora(), 1)), 7)).image())
                .isNotEqualTo(base.image());
    }

    @Test
    void a_picture_has_the_size_that_was_asked_for_and_costs_that_can_be_counted() {
        Rendered picture = session.render(request(model(), 7));

        assertThat(picture.image().width()).isEqualTo(settings().width());
        assertThat(picture.image().height()).isEqualTo(settings().height());
        assertThat(picture.cost().seconds()).isPositive().isFinite();
        assertThat(picture.cost().secondsPerStep()).isNotNegative().isFinite();
        assertThat(picture.cost().warm()).isFalse(); // the first picture loads the model
    }

    @Test
    void a_picture_is_given_again_when_it_is_asked_for_as_a_repeat() {
        RenderRequest first = request(model(), 7);
        RenderRequest again = new RenderRequest(model(), first.prompt(), "", 7, settings(), 1);
        Rendered picture = session.render(first);

        assertThat(session.render(again).image().width())
                .isEqualTo(picture.image().width());
    }

    @Test
    void announcing_a_picture_changes_nothing_whether_it_is_asked_for_or_not() {
        Rendered expected = session.render(request(model(), 7));
        session.prefetch(request(model(), 9));
        Rendered current = session.render(request(model(), 7));
        Rendered announced = session.render(request(model(), 9));
        session.prefetch(request(model(), 11));
        Rendered another = session.render(request(model(), 12));

        assertThat(current.image()).isEqualTo(expected.image());
        assertThat(announced.image())
                .isEqualTo(session.render(request(model(), 9)).image());
        assertThat(another.image()).isNotIn(expected.image(), announced.image());
    }

    @Test
    void a_model_that_can_be_rendered_passes_the_check_and_has_one_identity() {
        renderer.check(model(new Lora(lora(), 1)), settings());

        String base = renderer.fingerprint(model(), new FileHashes()).hash();
        assertThat(renderer.fingerprint(model(), new FileHashes()).hash()).isEqualTo(base);
        assertThat(renderer.fingerprint(model(new Lora(lora(), 1)), new FileHashes())
                        .hash())
                .isNotEqualTo(base);
    }

    @Test
    void an_unknown_model_is_refused_by_its_name() {
        ModelUnderTest absent = new ModelUnderTest(new Checkpoint(Path.of("no-such-model.safetensors")), List.of());
        ModelUnderTest absentLora = model(new Lora(Path.of("no-such-lora.safetensors"), 1));

        assertThatThrownBy(() -> renderer.check(absent, settings()))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("no-such-model.safetensors");
        assertThatThrownBy(() -> renderer.check(absentLora, settings()))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("no-such-lora.safetensors");
    }

    @Test
    void an_unknown_sampler_is_refused_by_its_name() {
        assertThatThrownBy(() -> renderer.check(model(), with("no_such_sampler")))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("no_such_sampler");
    }

    @Test
    void name_version_and_device_are_said_and_do_not_change() {
        String words = renderer.name() + renderer.version() + renderer.device();
        session.render(request(model(), 7));

        assertThat(renderer.name()).isNotBlank();
        assertThat(renderer.version()).isNotBlank();
        assertThat(renderer.device()).isNotBlank();
        assertThat(renderer.name() + renderer.version() + renderer.device()).isEqualTo(words);
    }

    @Test
    void closing_twice_is_closing_once() {
        renderer.close();

        assertThatCode(renderer::close).doesNotThrowAnyException();
    }
}
