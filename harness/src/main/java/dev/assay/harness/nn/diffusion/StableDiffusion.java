package dev.assay.harness.nn.diffusion;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.text.ClipTextModel;
import dev.assay.harness.nn.text.ClipTokenizer;
import dev.assay.harness.nn.weights.Scopes;
import dev.assay.harness.nn.weights.WeightChange;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Text to picture with Stable Diffusion 1, as diffusers' {@code StableDiffusionPipeline} with a CPU generator does it, except
 * that the clip skip also applies to the negative prompt, as in A1111 and ComfyUI. Not for use by several threads at once.
 */
public final class StableDiffusion implements AutoCloseable {
    private static final int CACHED_PROMPTS = 256;

    /**
     * Weights of a UNet below which one thread renders: its operators are so short that a second thread costs more in waking
     * up than it gives (3 million weights on 2 cores: 0.13 s a picture with one thread, 0.27 s with two that sleep while they
     * wait, 0.12 s with two that spin, and seconds where another program wants the cores).
     */
    private static final long SMALL = 50_000_000;

    private final PointerScope owned;
    private final Device device;
    private final ScalarType dtype;
    private final ScalarType vaeDtype;
    private final ClipTokenizer tokenizer;
    private final ClipTextModel textModel;
    private final Unet unet;
    private final AutoencoderKl vae;
    private final SchedulerConfig scheduler;
    private final Map<PromptKey, Tensor> embeddings;

    private record PromptKey(String prompt, int clipSkip) {}

    @SuppressWarnings("try") // scopes work by being open
    private StableDiffusion(ModelParts parts, WeightChange change, String device, String where) {
        boolean cuda = !device.equals("cpu");
        dtype = cuda ? ScalarType.Half : ScalarType.Float;
        vaeDtype = cuda && !parts.vaeConfig().forceUpcast() ? ScalarType.Half : ScalarType.Float;
        embeddings = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<PromptKey, Tensor> eldest) {
                boolean full = size() > CACHED_PROMPTS;
                if (full) {
                    eldest.getValue().close();
                }
                return full;
            }
        };
        if (!cuda) {
            torch.set_num_threads(
                    parts.unet().elements() < SMALL ? 1 : Runtime.getRuntime().availableProcessors());
        }
        tokenizer = parts.openTokenizer();
        // Networks copy what they keep, so what the change made can go when they are built.
        try (PointerScope changed = new PointerScope();
                PointerScope kept = new PointerScope()) {
            owned = kept.extend();
            this.device = new Device(device);
            textModel = new ClipTextModel(
                    parts.textConfig(),
                    change.apply("text_encoder", parts.text()).to(dtype, device),
                    where + " text_encoder");
            unet = new Unet(
                    parts.unetConfig(), change.apply("unet", parts.unet()).to(dtype, device), where + " unet");
            vae = new AutoencoderKl(parts.vaeConfig(), parts.vae().to(vaeDtype, device), where + " vae");
        }
        scheduler = parts.scheduler();
    }

    /**
     * Loads a diffusers folder or a single file: float32 on the CPU; half precision on a GPU, with the autoencoder and the
     * sampler's state in float32.
     *
     * @param device {@code cpu}, {@code cuda}, {@code cuda:1}
     * @throws dev.assay.harness.model.ModelFileException saying what does not fit
     */
    public static StableDiffusion load(ModelParts parts, WeightChange change, String device) {
        return new StableDiffusion(parts, change, device, parts.path().toString());
    }

    /**
     * Renders one picture.
     *
     * @param seed of torch's CPU generator
     * @param width in pixels, a multiple of the autoencoder's scale (8)
     * @param height in pixels, likewise
     * @param guidance classifier-free guidance scale; 1 or less switches it off
     * @param sampler a name that {@link Samplers} knows
     * @param schedule {@code normal} or {@code karras}
     * @param clipSkip last layers of the text encoder to leave out; 0 uses all
     */
    @SuppressWarnings("try") // scopes work by being open
    public Image render(
            String prompt,
            String negative,
            long seed,
            int width,
            int height,
            int steps,
            double guidance,
            String sampler,
            String schedule,
            int clipSkip) {
        try (InferenceMode inference = new InferenceMode(true);
                PointerScope scope = new PointerScope()) {
            Sampler run = Samplers.create(sampler, schedule, steps, scheduler);
            return toImage(latents(run, prompt, negative, seed, width, height, guidance, clipSkip));
        }
    }

    /** The latents before decoding, (1, channels, h, w), float32. */
    Tensor latents(
            Sampler run,
            String prompt,
            String negative,
            long seed,
            int width,
            int height,
            double guidance,
            int clipSkip) {
        int downscale = vae.config().downscale();
        if (width < downscale || height < downscale || width % downscale != 0 || height % downscale != 0) {
            throw new IllegalArgumentException(
                    "expected width and height in multiples of " + downscale + ", found " + width + " x " + height);
        }
        boolean guided = guidance > 1;
        Tensor text = embedding(prompt, clipSkip);
        if (guided) {
            text = torch.cat(new TensorVector(embedding(negative, clipSkip), text), 0);
        }
        Unet.Text prepared = unet.prepare(text);
        long[] shape = {1, unet.config().inChannels(), height / downscale, width / downscale};
        try (Noise source = new Noise(seed)) {
            Supplier<Tensor> noise = () -> source.draw(shape).to(device, ScalarType.Float);
            Tensor latents = noise.get().mul(new Scalar(run.initNoiseSigma()));
            Scalar scale = new Scalar(guidance);
            for (int i = 0; i < run.steps(); i++) {
                try (PointerScope step = new PointerScope()) {
                    Tensor input = run.scaleModelInput(latents, i).to(dtype);
                    if (guided) {
                        input = torch.cat(new TensorVector(input, input), 0);
                    }
                    Tensor output =
                            unet.forward(input, run.timestep(i), prepared).to(ScalarType.Float);
                    if (guided) {
                        Tensor without = output.narrow(0, 0, 1);
                        output = output.narrow(0, 1, 1).sub(without).mul_(scale).add_(without);
                    }
                    latents = Scopes.handOut(run.step(output, i, latents, noise), step);
                }
            }
            return latents;
        }
    }

    private Image toImage(Tensor latents) {
        Tensor pixels = vae.decode(latents.to(vaeDtype)).to(ScalarType.Float);
        int height = (int) pixels.size(2);
        int width = (int) pixels.size(3);
        Tensor bytes = pixels.div(new Scalar(2))
                .add_(new Scalar(0.5))
                .clamp_(new ScalarOptional(new Scalar(0)), new ScalarOptional(new Scalar(1)))
                .mul_(new Scalar(255))
                .round() // half to even
                .to(ScalarType.Byte)
                .squeeze(0)
                .permute(1, 2, 0)
                .contiguous()
                .cpu();
        byte[] rgb = new byte[height * width * 3];
        new BytePointer(bytes.data_ptr()).get(rgb);
        return Image.of(width, height, rgb);
    }

    /** (1, tokens, hidden); kept for the next picture with the same prompt. */
    private Tensor embedding(String prompt, int clipSkip) {
        return embeddings.computeIfAbsent(new PromptKey(prompt, clipSkip), key -> {
            try (PointerScope scope = new PointerScope()) {
                return Scopes.keep(textModel.forward(tokenizer.encode(prompt), clipSkip), scope);
            }
        });
    }

    @Override
    public void close() {
        embeddings.values().forEach(Tensor::close);
        embeddings.clear();
        tokenizer.close();
        owned.close();
    }
}
