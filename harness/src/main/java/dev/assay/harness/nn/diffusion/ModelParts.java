package dev.assay.harness.nn.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.text.ClipTokenizer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The components of a checkpoint, whatever its layout, under diffusers' names. The weights are read from files that stay open
 * until {@link #close}.
 */
public final class ModelParts implements AutoCloseable {
    private final List<SafetensorsFile> files = new ArrayList<>();
    private final Path path;
    private final UnetConfig unetConfig;
    private final StateDict unet;
    private final ClipTextConfig textConfig;
    private final StateDict text;
    private final AutoencoderConfig vaeConfig;
    private final StateDict vae;
    private final SchedulerConfig scheduler;
    private final Path tokenizer;

    private ModelParts(Checkpoint checkpoint) throws IOException {
        path = checkpoint.path();
        if (Files.isDirectory(path)) {
            supported(json("model_index.json"));
            unetConfig = UnetConfig.of(json("unet/config.json"));
            textConfig = ClipTextConfig.of(json("text_encoder/config.json"));
            vaeConfig = AutoencoderConfig.of(json("vae/config.json"));
            scheduler = SchedulerConfig.of(json("scheduler/scheduler_config.json"));
            unet = weights("unet", "diffusion_pytorch_model");
            text = weights("text_encoder", "model");
            vae = weights("vae", "diffusion_pytorch_model");
            tokenizer = path.resolve("tokenizer");
        } else {
            StateDict all = StateDict.of(open(path)).withoutBookkeeping();
            StateDict u = SingleFile.part(all, SingleFile.UNET, "UNet");
            StateDict v = SingleFile.part(all, SingleFile.VAE, "autoencoder");
            text = SingleFile.part(all, SingleFile.TEXT, "text encoder");
            unetConfig = SingleFile.unetConfig(u);
            vaeConfig = SingleFile.vaeConfig(v);
            textConfig = ClipTextConfig.fromShapes(text);
            Map<String, String> unetNames = SingleFile.unetNames(unetConfig);
            Map<String, String> vaeNames = SingleFile.vaeNames(vaeConfig);
            unet = u.rename(name -> SingleFile.translate(unetNames, name));
            vae = v.rename(name -> SingleFile.translate(vaeNames, name));
            scheduler = SchedulerConfig.SD15;
            tokenizer = path.resolveSibling("tokenizer");
        }
    }

    /** @throws ModelFileException saying what does not fit */
    public static ModelParts open(Checkpoint checkpoint) {
        try {
            return new ModelParts(checkpoint);
        } catch (IOException e) {
            throw new ModelFileException(checkpoint.path(), "cannot be read: " + Trouble.words(e), e);
        }
    }

    private void supported(JsonNode index) {
        String pipeline = index.path("_class_name").asText();
        if (!pipeline.equals("StableDiffusionPipeline")) {
            throw new ModelFileException(path, "model_index.json: expected StableDiffusionPipeline, found " + pipeline);
        }
    }

    private JsonNode json(String file) throws IOException {
        Path p = path.resolve(file);
        if (!Files.exists(p)) {
            throw new ModelFileException(path, "expected a diffusers folder; " + file + " is missing");
        }
        return JsonFile.config(p, "a diffusers model");
    }

    private SafetensorsFile open(Path file) {
        SafetensorsFile opened = SafetensorsFile.open(file);
        files.add(opened);
        return opened;
    }

    /** One file, its half-precision variant, or the shards that an index names. */
    private StateDict weights(String folder, String stem) throws IOException {
        for (String variant : List.of("", ".fp16")) {
            Path one = path.resolve(folder).resolve(stem + variant + ".safetensors");
            if (Files.exists(one)) {
                return StateDict.of(open(one));
            }
            Path index = path.resolve(folder).resolve(stem + ".safetensors.index" + variant + ".json");
            if (Files.exists(index)) {
                TreeSet<String> shards = new TreeSet<>();
                JsonFile.tokenizer(index).path("weight_map").forEach(n -> shards.add(n.asText()));
                List<SafetensorsFile> opened = new ArrayList<>();
                for (String shard : shards) {
                    if (!ModelHeader.isShardName(shard) || !shard.endsWith(".safetensors")) {
                        throw new ModelFileException(
                                index,
                                "names the shard " + shard
                                        + "; expected a plain file name that ends in .safetensors: do not trust this file");
                    }
                    opened.add(open(path.resolve(folder).resolve(shard)));
                }
                return StateDict.of(opened);
            }
        }
        throw new ModelFileException(
                path, "expected " + folder + "/" + stem + ".safetensors, its .fp16 variant or an index");
    }

    /** Of the checkpoint. */
    public Path path() {
        return path;
    }

    public UnetConfig unetConfig() {
        return unetConfig;
    }

    public StateDict unet() {
        return unet;
    }

    public ClipTextConfig textConfig() {
        return textConfig;
    }

    public StateDict text() {
        return text;
    }

    public AutoencoderConfig vaeConfig() {
        return vaeConfig;
    }

    public StateDict vae() {
        return vae;
    }

    public SchedulerConfig scheduler() {
        return scheduler;
    }

    /** The folder's tokenizer; of a single file, a folder {@code tokenizer} beside it, else that of OpenAI's CLIP. */
    public ClipTokenizer openTokenizer() {
        int positions = textConfig.maxPositions();
        return Files.isDirectory(tokenizer) || Files.isDirectory(path)
                ? ClipTokenizer.open(tokenizer, positions)
                : ClipTokenizer.openAi(positions);
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
