package dev.assay.harness.render.local;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.nn.cuda.CudaDevice;
import dev.assay.harness.nn.diffusion.ModelParts;
import dev.assay.harness.nn.diffusion.PipelineVersion;
import dev.assay.harness.nn.diffusion.Samplers;
import dev.assay.harness.nn.diffusion.StableDiffusion;
import dev.assay.harness.nn.weights.LoraMerge;
import dev.assay.harness.nn.weights.WeightChange;
import dev.assay.harness.render.Cost;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderSession;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.StepListener;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.SettingsException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Renders in this JVM: Stable Diffusion 1 class models, LoRAs merged into their weights. */
public final class LocalRenderer implements Renderer {
    /** GPU memory for activations of one guided picture and for the libraries themselves; a generous guess. */
    private static final long WORKING_BYTES = 3L << 30;

    private final @Nullable CudaDevice gpu; // null on a CPU
    private final LoraReader loras;

    private LocalRenderer(@Nullable CudaDevice gpu, LoraReader loras) {
        this.gpu = gpu;
        this.loras = loras;
    }

    /**
     * Opens the renderer; models are loaded when first asked for.
     *
     * @param device {@code cpu} or {@code cuda}
     * @param loras reads their headers, here and before
     * @throws CudaDevice.CudaException saying what keeps a GPU from being used
     */
    public static LocalRenderer open(String device, LoraReader loras) {
        return switch (device) {
            case "cpu" -> new LocalRenderer(null, loras);
            case "cuda" -> new LocalRenderer(CudaDevice.open(), loras);
            default -> throw new SettingsException("assay.device: expected cpu or cuda, found " + device);
        };
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public String version() {
        return PipelineVersion.get();
    }

    @Override
    public String device() {
        return gpu == null ? "cpu" : "cuda " + gpu.name() + " " + gpu.capability();
    }

    @Override
    public Map<String, String> facts() {
        return gpu == null
                ? Map.of(
                        "processors", Integer.toString(Runtime.getRuntime().availableProcessors()),
                        "architecture", System.getProperty("os.arch"))
                : gpu.facts();
    }

    @Override
    public void check(ModelUnderTest model, GenerationSettings settings) {
        String sampler = settings.sampler() + " + " + settings.scheduler();
        if (!Samplers.names().contains(sampler)) {
            throw new SettingsException("settings.sampler + settings.scheduler: the local renderer has "
                    + String.join(", ", Samplers.names()) + "; found " + sampler
                    + DidYouMean.hint(sampler, Samplers.names()));
        }
        requireAbsent("distilledGuidance", settings.distilledGuidance());
        requireAbsent("shift", settings.shift());
        try (ModelParts parts = ModelParts.open(model.checkpoint())) {
            merge(model, parts);
            requireMemory(parts); // before networks of metrics take some
        }
    }

    private static void requireAbsent(String field, Double found) {
        if (found != null) {
            throw new SettingsException(
                    "settings." + field + ": models of the SD 1.5 class take none, found " + found + "; leave it out");
        }
    }

    /** Finds the layers of all LoRAs by names and shapes, which lists all that is wrong at once. */
    private LoraMerge merge(ModelUnderTest model, ModelParts parts) {
        return LoraMerge.of(
                model.loras().stream()
                        .map(l -> new LoraMerge.Part(loras.read(l.path()), l.strength(), l.onText()))
                        .toList(),
                Map.of("unet", parts.unet(), "text_encoder", parts.text()));
    }

    private void requireMemory(ModelParts parts) {
        if (gpu != null) {
            long bytes = 2 * (parts.unet().elements() + parts.text().elements())
                    + 4 * parts.vae().elements();
            gpu.requireFree(bytes + WORKING_BYTES, parts.path().getFileName().toString());
        }
    }

    /** What can be loaded and merged is found out for each model, the first of them last, so that it is at hand for the first picture. */
    @Override
    public RenderSession begin(List<ModelUnderTest> models, StepListener steps) {
        Session session = new Session();
        try {
            for (int i = models.size() - 1; i >= 0; i--) {
                session.prepare(models.get(i));
            }
            return session;
        } catch (RuntimeException | Error trouble) {
            session.close();
            throw trouble;
        }
    }

    @Override
    public void close() {}

    /** Keeps the last model loaded. */
    private final class Session implements RenderSession {
        private @Nullable ModelUnderTest loaded;
        private @Nullable StableDiffusion pipeline;

        /** Merges the LoRAs for real; what stays loaded is the checkpoint alone: of a candidate that is a LoRA, it is the base. */
        private void prepare(ModelUnderTest model) {
            ModelUnderTest bare = new ModelUnderTest(model.checkpoint(), List.of());
            if (model.equals(loaded)) {
                return;
            }
            try (ModelParts parts = ModelParts.open(model.checkpoint())) {
                LoraMerge merge = merge(model, parts);
                if (!bare.equals(loaded)) {
                    load(bare, parts, WeightChange.NONE);
                }
                merge.check("text_encoder", parts.text());
                merge.check("unet", parts.unet());
            }
        }

        @Override
        public Rendered render(RenderRequest request) {
            boolean warm = request.model().equals(loaded);
            long start = System.nanoTime();
            StableDiffusion ready = pipeline;
            if (ready == null || !warm) {
                try (ModelParts parts = ModelParts.open(request.model().checkpoint())) {
                    ready = load(request.model(), parts, merge(request.model(), parts));
                }
            }
            GenerationSettings s = request.settings();
            Image image = ready.render(
                    request.prompt(),
                    request.negativePrompt(),
                    request.seed(),
                    s.width(),
                    s.height(),
                    s.steps(),
                    s.guidanceScale(),
                    s.sampler(),
                    s.scheduler(),
                    s.clipSkip());
            return new Rendered(
                    image, new Cost((System.nanoTime() - start) / 1e9, 0, gpu == null ? 0 : gpu.usedBytes(), warm));
        }

        private StableDiffusion load(ModelUnderTest model, ModelParts parts, WeightChange change) {
            close();
            StableDiffusion ready = StableDiffusion.load(parts, change, gpu == null ? "cpu" : "cuda");
            pipeline = ready;
            loaded = model;
            return ready;
        }

        @Override
        public void close() {
            if (pipeline != null) {
                pipeline.close();
                pipeline = null;
                loaded = null;
            }
        }
    }
}
