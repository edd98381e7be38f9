package dev.assay.harness.nn.perceptual;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of DreamSim's ensemble, with its LoRA merged: three networks under DINO's names. As files, either the folder that the package
 * makes, or one file with the names of its merged model ({@code extractor_list.0.model.}, and {@code extractor_list.1.proj} and
 * {@code extractor_list.2.proj} beside them). Pickles are not executed.
 */
final class DreamSimFiles implements AutoCloseable {
    static final int DINO = 0; // places in the package's list of networks
    static final int CLIP = 1;
    static final int OPEN_CLIP = 2;
    private static final List<Integer> BRANCHES = List.of(DINO, CLIP, OPEN_CLIP);

    private static final String HUB = "checkpoints/dino_vitbase16_pretrain.pth"; // where torch.hub puts it
    private static final String LORA = "ensemble_lora";
    private static final List<String> OTHERS = List.of(
            "dino_vitb16_single_lora",
            "dinov2_vitb14_single_lora",
            "clip_vitb32_single_lora",
            "open_clip_vitb32_single_lora",
            "synclr_vitb16_single_lora",
            "dino_vitb16_patch_lora",
            "dinov2_vitb14_patch_lora");
    private static final Pattern FACTOR =
            Pattern.compile("(?:base_model\\.model\\.)?extractor_list\\.([012])\\.model\\.(.+)\\.lora_([AB])\\.weight");
    /** Settings of PEFT that change what a LoRA means, with the value under which they do not. */
    private static final Map<String, String> PLAIN = new TreeMap<>(Map.of(
            "peft_type", "LORA",
            "bias", "none",
            "use_dora", "false",
            "use_rslora", "false",
            "fan_in_fan_out", "false",
            "rank_pattern", "{}",
            "alpha_pattern", "{}",
            "modules_to_save", "null"));

    private final List<WeightFile> open = new ArrayList<>();
    private final Map<Integer, StateDict> weights = new HashMap<>();
    private final Map<Integer, Tensor> projections = new HashMap<>();
    private final Map<Integer, String> where = new HashMap<>();

    private DreamSimFiles() {}

    /** The tensors that it makes belong to the caller's scope. */
    static DreamSimFiles open(Path path) {
        DreamSimFiles files = new DreamSimFiles();
        try {
            if (Files.isDirectory(path)) {
                files.readFolder(path);
            } else {
                files.readMerged(path);
            }
            return files;
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** One network under DINO's names ({@code blocks.0.attn.qkv.weight}; CLIP's layer norm before the layers is {@code pos_drop}). */
    StateDict weights(int branch) {
        return weights.get(branch);
    }

    /** CLIP's last matrix, (width, out). */
    Tensor projection(int branch) {
        return projections.get(branch);
    }

    String where(int branch) {
        return where.get(branch);
    }

    private void readMerged(Path path) {
        StateDict all = file(path);
        for (int branch : BRANCHES) {
            String prefix = "extractor_list." + branch + ".";
            StateDict own = all.below(prefix);
            put(branch, path + ", " + prefix, own.below("model."));
            if (branch != DINO) {
                projections.put(branch, projection(path, own));
            }
        }
    }

    private void readFolder(Path folder) {
        Path lora = folder.resolve(LORA);
        if (!Files.isDirectory(lora)) {
            List<String> other = OTHERS.stream()
                    .filter(name -> Files.isDirectory(folder.resolve(name)))
                    .toList();
            throw new ModelFileException(
                    folder,
                    "expected DreamSim's ensemble, with a folder " + LORA + ", found "
                            + (other.isEmpty()
                                    ? "none"
                                    : String.join(", ", other) + ", another model of DreamSim's, whose"
                                            + " distances do not compare")
                            + "; unpack dreamsim_ensemble_checkpoint.zip (release v0.2.0 of ssundaram21/dreamsim)"
                            + " here");
        }
        Path dino = folder.resolve(HUB);
        if (!Files.isRegularFile(dino)) {
            dino = folder.resolve("dino_vitbase16_pretrain.pth");
        }
        // dino_vitb16_pretrain.pth, which lies beside it, holds a head that the ensemble does not use.
        require(
                dino,
                "DINO's ViT-B/16 as facebookresearch/dino has it, dino_vitbase16_pretrain.pth, here or in checkpoints");
        put(DINO, dino.toString(), file(dino));
        Map<Integer, String> names =
                Map.of(CLIP, "clip_vitb16_pretrain.pth.tar", OPEN_CLIP, "open_clip_vitb16_pretrain.pth.tar");
        names.forEach((branch, name) -> {
            Path path = folder.resolve(name);
            require(path, "a part of dreamsim_ensemble_checkpoint.zip (release v0.2.0 of ssundaram21/dreamsim)");
            StateDict own = file(path);
            projections.put(branch, projection(path, own));
            put(branch, path.toString(), own.rename(n -> n.equals("proj") ? null : n));
        });
        merge(lora);
    }

    private void put(int branch, String place, StateDict dict) {
        where.put(branch, place);
        weights.put(branch, dict);
    }

    private StateDict file(Path path) {
        WeightFile file = WeightFile.open(path);
        open.add(file);
        return file.weights();
    }

    private static Tensor projection(Path path, StateDict own) {
        if (!own.has("proj") || own.shape("proj").size() != 2) {
            throw new ModelFileException(
                    path,
                    "expected CLIP's projection, a matrix proj (768, 512), found "
                            + (own.has("proj") ? own.shape("proj") : "none"));
        }
        return own.get("proj");
    }

    private static void require(Path file, String what) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(file, "there is no such file; expected " + what);
        }
    }

    /** W + alpha / r * B A, in float32, in every layer that the configuration names. */
    private void merge(Path folder) {
        Path config = folder.resolve("adapter_config.json");
        require(config, "PEFT's configuration of the LoRA");
        JsonNode json = json(config);
        PLAIN.forEach((setting, plain) -> {
            JsonNode value = json.path(setting);
            if (!value.isMissingNode()
                    && !value.isNull()
                    && !value.toString().replace("\"", "").equals(plain)) {
                throw new ModelFileException(config, setting + ": expected " + plain + ", found " + value);
            }
        });
        long rank = json.path("r").asLong();
        double alpha = json.path("lora_alpha").asDouble(Double.NaN);
        if (rank < 1 || !Double.isFinite(alpha)) {
            throw new ModelFileException(
                    config, "expected r and lora_alpha, found " + json.path("r") + " and " + json.path("lora_alpha"));
        }
        Path path = folder.resolve("adapter_model.safetensors");
        path = Files.isRegularFile(path) ? path : folder.resolve("adapter_model.bin");
        require(path, "the LoRA as PEFT saves it, adapter_model.safetensors or adapter_model.bin");
        StateDict factors = file(path);
        Set<String> left = layers(json, config);
        Map<Integer, Map<String, Tensor>> changed = new HashMap<>();
        for (String name : factors.names()) {
            Matcher m = FACTOR.matcher(name);
            if (!m.matches()) {
                throw new ModelFileException(
                        path, "expected factors of a LoRA on DreamSim's networks, found the tensor " + name);
            }
            if (m.group(3).equals("B")) {
                continue; // taken with its A
            }
            int branch = Integer.parseInt(m.group(1));
            String layer = m.group(2) + ".weight";
            String other = name.replace(".lora_A.", ".lora_B.");
            if (!left.remove(branch + "." + m.group(2)) || !factors.has(other)) {
                throw new ModelFileException(
                        path, name + ": expected a layer that the configuration names, and its lora_B");
            }
            List<Long> shape = weights.get(branch).shape(layer);
            List<Long> a = factors.shape(name);
            List<Long> b = factors.shape(other);
            if (!a.equals(List.of(rank, shape.get(1))) || !b.equals(List.of(shape.get(0), rank))) {
                throw new ModelFileException(
                        path,
                        name + ": expected factors of rank " + rank + " for a layer " + shape + ", found " + a + " and "
                                + b);
            }
            Tensor delta = factors.get(other).matmul(factors.get(name)).mul(new Scalar(alpha / rank));
            changed.computeIfAbsent(branch, k -> new HashMap<>())
                    .put(layer, weights.get(branch).get(layer).add(delta));
        }
        if (!left.isEmpty()) {
            throw new ModelFileException(
                    path,
                    "lacks factors for " + left.size() + " layers that the configuration names: "
                            + String.join(", ", left.stream().limit(5).toList()));
        }
        changed.forEach((branch, layers) -> weights.computeIfPresent(branch, (k, dict) -> dict.with(layers)));
    }

    /** Layers of all networks that the configuration names, as {@code 0.blocks.0.attn.qkv}. */
    private Set<String> layers(JsonNode json, Path config) {
        List<String> targets = new ArrayList<>();
        json.path("target_modules").forEach(t -> targets.add(t.asText()));
        Set<String> layers = new TreeSet<>();
        for (int branch : BRANCHES) {
            StateDict dict = weights.get(branch);
            for (String name : dict.names()) {
                String module = name.endsWith(".weight") ? name.substring(0, name.length() - ".weight".length()) : "";
                if (dict.shape(name).size() == 2
                        && targets.stream().anyMatch(t -> module.equals(t) || module.endsWith("." + t))) {
                    layers.add(branch + "." + module);
                }
            }
        }
        if (layers.isEmpty()) {
            throw new ModelFileException(
                    config,
                    "target_modules: expected names of layers such as qkv, found " + json.path("target_modules"));
        }
        return layers;
    }

    private static JsonNode json(Path file) {
        return JsonFile.config(file, "PEFT");
    }

    @Override
    public void close() {
        open.forEach(WeightFile::close);
    }
}
