package dev.assay.harness.render;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.GenerationSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/** A renderer without networks: noise by prompt and seed, brighter by the sum of LoRA strengths. Can be made to fail. */
public class PatternRenderer implements Renderer {
    public final List<RenderRequest> rendered = new ArrayList<>();
    /** Those of all sessions, in the order of need. */
    public final List<ModelUnderTest> loaded = new ArrayList<>();

    public int open; // sessions
    public String unloadable; // what is wrong with the weights of a model with LoRAs
    public int failAfter = Integer.MAX_VALUE;
    public Error error; // instead of the exception at failAfter
    public boolean blackCandidates;
    public String problem;
    public String device = "cpu";
    public int lostAfter = Integer.MAX_VALUE;
    public List<Finding> noticed = List.of();
    /** Takes the place of the pixels; null: noise by prompt and seed. */
    public Function<RenderRequest, Image> paints;

    /** Happens before each picture is made. */
    public Consumer<RenderRequest> before = request -> {};

    @Override
    public String name() {
        return "pattern";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public void check(ModelUnderTest model, GenerationSettings settings) {
        if (problem != null && !model.loras().isEmpty()) {
            throw new ModelFileException(problem);
        }
    }

    @Override
    public RenderSession begin(List<ModelUnderTest> models, StepListener steps) {
        if (unloadable != null && models.stream().anyMatch(m -> !m.loras().isEmpty())) {
            throw new ModelFileException(unloadable);
        }
        loaded.addAll(models);
        open++;
        return new RenderSession() {
            @Override
            public Rendered render(RenderRequest request) {
                return PatternRenderer.this.render(request);
            }

            @Override
            public void close() {
                open--;
            }
        };
    }

    public Rendered render(RenderRequest request) {
        if (rendered.size() >= lostAfter) {
            throw new RendererLostException("the server is gone");
        }
        if (rendered.size() >= failAfter && error != null) {
            throw error;
        }
        if (rendered.size() >= failAfter) {
            throw new IllegalStateException("out of memory");
        }
        before.accept(request);
        rendered.add(request);
        if (paints != null) {
            return new Rendered(paints.apply(request), new Cost(0.5, 0, 0, true));
        }
        double strength =
                request.model().loras().stream().mapToDouble(l -> l.strength()).sum();
        int w = request.settings().width();
        int h = request.settings().height();
        byte[] rgb = new byte[w * h * 3];
        Random random = new Random(31L * request.prompt().hashCode() + request.seed());
        for (int i = 0; i < rgb.length; i++) {
            int value = random.nextInt(200) + (int) Math.round(40 * strength);
            rgb[i] = blackCandidates && strength != 0 ? 0 : (byte) Math.min(255, value);
        }
        return new Rendered(Image.of(w, h, rgb), new Cost(0.5, 0, 0, true));
    }

    @Override
    public List<Finding> findings(ModelUnderTest model) {
        return noticed;
    }

    @Override
    public void close() {}
}
