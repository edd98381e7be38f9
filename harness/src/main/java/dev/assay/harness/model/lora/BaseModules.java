package dev.assay.harness.model.lora;

import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.family.ModuleNaming;
import dev.assay.harness.model.family.ModuleNaming.Pair;
import dev.assay.harness.model.family.ModuleRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Every name by which LoRAs call the layers of one base, made from the base's own tensors: flattened names are looked up and
 * never taken apart, since an underscore may stand for a dot or for itself. Knows the layouts of every family, and the text encoders
 * in the file.
 */
public final class BaseModules {
    /**
     * How the denoiser's tensors are laid out.
     *
     * @param namings whose sign the file has; empty where authors and diffusers agree, or the model is not known
     * @param diffusers whether it is the layout of diffusers, and the authors have another
     */
    private record Layout(List<ModuleNaming> namings, boolean diffusers) {
        static Layout of(Set<String> modules) {
            List<ModuleNaming> authors =
                    ALL.stream().filter(n -> n.isOfAuthors(modules)).toList();
            List<ModuleNaming> diffusers =
                    ALL.stream().filter(n -> n.isOfDiffusers(modules)).toList();
            return authors.isEmpty() ? new Layout(diffusers, !diffusers.isEmpty()) : new Layout(authors, false);
        }

        boolean is(Predicate<ModuleNaming> trait) {
            return namings.stream().anyMatch(trait);
        }
    }

    private static final List<ModuleNaming> ALL =
            ModelFamilies.ALL.stream().map(ModelFamily::naming).distinct().toList();

    private static final List<String> DENOISER_PREFIXES =
            List.of("model.diffusion_model.", "diffusion_model.", "unet.", "transformer.", "net.");

    private static final Map<String, LoraPart> TEXT_PREFIXES = Map.ofEntries(
            Map.entry("cond_stage_model.transformer.", LoraPart.TEXT_ENCODER_1),
            Map.entry("cond_stage_model.model.", LoraPart.TEXT_ENCODER_1),
            Map.entry("conditioner.embedders.0.transformer.", LoraPart.TEXT_ENCODER_1),
            Map.entry("conditioner.embedders.0.model.", LoraPart.TEXT_ENCODER_1),
            Map.entry("conditioner.embedders.1.model.", LoraPart.TEXT_ENCODER_2),
            Map.entry("text_encoders.clip_l.transformer.", LoraPart.TEXT_ENCODER_1),
            Map.entry("text_encoders.clip_h.transformer.", LoraPart.TEXT_ENCODER_1),
            Map.entry("text_encoders.clip_g.transformer.", LoraPart.TEXT_ENCODER_2),
            Map.entry("text_encoders.t5xxl.transformer.", LoraPart.TEXT_ENCODER_3),
            Map.entry("text_encoders.llama.transformer.", LoraPart.TEXT_ENCODER_4),
            Map.entry("text_encoder.", LoraPart.TEXT_ENCODER_1),
            Map.entry("text_encoder_2.", LoraPart.TEXT_ENCODER_2),
            Map.entry("text_encoder_3.", LoraPart.TEXT_ENCODER_3),
            Map.entry("text_encoder_4.", LoraPart.TEXT_ENCODER_4));

    private static final List<String> OTHER_PREFIXES =
            List.of("first_stage_model.", "vae.", "model_ema.", "cond_stage_model.", "conditioner.", "text_encoders.");

    private static final int FEW = 5; // keys that do not yet make a prefix, as ComfyUI counts

    private final Layout layout;
    private final boolean twoTextEncoders; // a UNet with pooled text features
    private final Map<String, BaseLayer> own; // the denoiser's, in the names of the file
    private final Map<String, BaseLayer> other; // the denoiser's, in the other language
    private final Set<String> tensors;
    private final Map<LoraPart, Map<String, BaseLayer>> dotted;
    private final Map<LoraPart, Map<String, BaseLayer>> flat = new EnumMap<>(LoraPart.class);

    private BaseModules(
            Layout layout,
            boolean twoTextEncoders,
            Map<LoraPart, Map<String, BaseLayer>> dotted,
            Map<String, BaseLayer> own,
            Map<String, BaseLayer> other,
            Set<String> tensors) {
        this.tensors = Set.copyOf(tensors);
        this.layout = layout;
        this.own = Collections.unmodifiableMap(own);
        this.other = Collections.unmodifiableMap(other);
        this.twoTextEncoders = twoTextEncoders;
        this.dotted = dotted;
        dotted.forEach((part, names) -> flat.put(part, flattened(names)));
    }

    /** @param shapes of all tensors of a checkpoint or diffusion model by name, rows (outputs) first */
    public static BaseModules of(Map<String, List<Long>> shapes) {
        String prefix = prefix(shapes.keySet());
        Map<LoraPart, Map<String, List<Long>>> parts = new EnumMap<>(LoraPart.class);
        Map<LoraPart, String> prefixes = new EnumMap<>(LoraPart.class);
        prefixes.put(LoraPart.DENOISER, prefix);
        shapes.forEach((name, shape) -> {
            Optional<Map.Entry<String, LoraPart>> text = TEXT_PREFIXES.entrySet().stream()
                    .filter(e -> name.startsWith(e.getKey()))
                    .findFirst();
            if (text.isPresent()) {
                prefixes.putIfAbsent(text.get().getValue(), text.get().getKey());
                parts.computeIfAbsent(text.get().getValue(), p -> new LinkedHashMap<>())
                        .put(name, shape);
            } else if (name.startsWith(prefix) && OTHER_PREFIXES.stream().noneMatch(name::startsWith)) {
                parts.computeIfAbsent(LoraPart.DENOISER, p -> new LinkedHashMap<>())
                        .put(name, shape);
            }
        });
        Map<LoraPart, Map<String, BaseLayer>> tables = new EnumMap<>(LoraPart.class);
        parts.forEach((part, own) -> tables.put(part, layers(own, prefixes.get(part))));
        Set<String> denoiser = tables.getOrDefault(LoraPart.DENOISER, Map.of()).keySet();
        Layout layout = Layout.of(denoiser);
        boolean twoTextEncoders = denoiser.contains("label_emb.0.0") || denoiser.contains("add_embedding.linear_1");
        Set<String> tensors = new HashSet<>();
        parts.getOrDefault(LoraPart.DENOISER, Map.of())
                .keySet()
                .forEach(n -> tensors.add(n.substring(prefix.length())));
        Map<String, BaseLayer> own = new LinkedHashMap<>(tables.getOrDefault(LoraPart.DENOISER, Map.of()));
        Map<String, BaseLayer> other = aliases(own, layout);
        tables.forEach((part, layers) -> {
            if (part != LoraPart.DENOISER) {
                addTextAliases(layers);
                return;
            }
            other.forEach(layers::putIfAbsent);
            for (ModuleNaming naming : layout.namings()) {
                naming.more().ofDiffusers(List.copyOf(layers.keySet())).forEach(p -> join(layers, layers, p));
            }
        });
        return new BaseModules(layout, twoTextEncoders, tables, own, other, tensors);
    }

    private static String prefix(Set<String> names) {
        for (String prefix : DENOISER_PREFIXES) {
            if (names.stream().filter(n -> n.startsWith(prefix)).count() > FEW) {
                return prefix;
            }
        }
        return "";
    }

    /** The base's own modules by their own path. */
    private static Map<String, BaseLayer> layers(Map<String, List<Long>> shapes, String prefix) {
        Map<String, BaseLayer> layers = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> {
            String weight = name.endsWith(".weight") ? ".weight" : isNorm(name) ? ".scale" : "_weight";
            if (!name.startsWith(prefix)
                    || !name.endsWith(weight)
                    || shape.isEmpty()
                    || (weight.equals("_weight") && !name.endsWith(".in_proj_weight"))) {
                return;
            }
            String module = name.substring(0, name.length() - weight.length());
            List<Long> bias = shapes.get(module + (weight.equals("_weight") ? "_bias" : ".bias"));
            boolean packed = shapes.containsKey(module + ".comfy_quant")
                    || shapes.containsKey(name + ".absmax")
                    || shapes.containsKey(name + ".quant_map");
            layers.put(
                    module.substring(prefix.length()),
                    new BaseLayer(
                            List.of(new BaseLayer.Slice(name, shape, 0, shape.get(0))),
                            bias == null || bias.isEmpty() ? 0 : bias.get(0),
                            packed));
        });
        return layers;
    }

    /** The norms of Black Forest Labs: {@code key_norm.scale}, and {@code norms.0.scale} in Chroma. */
    private static boolean isNorm(String name) {
        return name.endsWith("_norm.scale") || (name.endsWith(".scale") && name.contains(".norms."));
    }

    /** Names in the other language, the authors' or that of diffusers, by the base's own. */
    private static Map<String, BaseLayer> aliases(Map<String, BaseLayer> layers, Layout layout) {
        List<String> own = List.copyOf(layers.keySet());
        Map<String, BaseLayer> other = new LinkedHashMap<>();
        for (ModuleNaming naming : layout.namings()) {
            if (layout.diffusers()) {
                naming.pairs().ofDiffusers(own).forEach(p -> join(layers, other, p));
            } else {
                naming.pairs().ofOriginal(own).forEach(p -> split(layers, other, p));
            }
        }
        return other;
    }

    private static void addTextAliases(Map<String, BaseLayer> layers) {
        ModuleRules.OPEN_CLIP.ofOriginal(List.copyOf(layers.keySet())).forEach(p -> split(layers, layers, p));
        for (String module : List.copyOf(layers.keySet())) {
            if (module.startsWith("text_model.")) {
                layers.putIfAbsent(module.substring("text_model.".length()), layers.get(module));
            } else if (module.startsWith("encoder.layers.")
                    || module.startsWith("embeddings.")
                    || module.startsWith("final_layer_norm")) {
                layers.putIfAbsent("text_model." + module, layers.get(module));
            }
            if (module.startsWith("transformer.encoder.")) { // T5 with its wrapper's name
                layers.putIfAbsent(module.substring("transformer.".length()), layers.get(module));
            }
        }
    }

    /** Names the parts of a fused module. */
    private static void split(Map<String, BaseLayer> layers, Map<String, BaseLayer> aliases, Pair pair) {
        BaseLayer whole = layers.get(pair.original());
        List<String> names = pair.diffusers();
        if (names.size() == 1) {
            aliases.putIfAbsent(names.get(0), isSwapped(pair, whole) ? swapped(whole) : whole);
            return;
        }
        BaseLayer.Slice slice = whole.slices().get(0);
        long rows = slice.rows();
        long query = whole.rest().isEmpty() ? 0 : whole.rest().get(0); // attention is as wide as its input
        long other = names.size() == 4 ? query : (rows - query) / 2; // fewer heads for keys and values in Lumina 2
        long[] sizes = {query, other, other, rows - query - 2 * other};
        long first = 0;
        for (int i = 0; i < names.size(); i++) {
            if (sizes[i] <= 0 || first + sizes[i] > rows) {
                return; // no attention of this form, or packed: the parts have no names
            }
            aliases.putIfAbsent(
                    names.get(i),
                    new BaseLayer(
                            List.of(new BaseLayer.Slice(slice.tensor(), slice.shape(), first, sizes[i])),
                            whole.bias() == 0 ? 0 : sizes[i],
                            whole.packed()));
            first += sizes[i];
        }
    }

    /** Names the module that these would be if they were fused. */
    private static void join(Map<String, BaseLayer> layers, Map<String, BaseLayer> aliases, Pair pair) {
        List<BaseLayer> parts = new ArrayList<>();
        for (String name : pair.diffusers()) {
            BaseLayer part = layers.get(name);
            if (part == null
                    || (!parts.isEmpty() && !part.rest().equals(parts.get(0).rest()))) {
                return;
            }
            parts.add(part);
        }
        BaseLayer joined = joined(parts);
        aliases.putIfAbsent(pair.original(), isSwapped(pair, joined) ? swapped(joined) : joined);
    }

    /** Stable Diffusion 3 ends the text stream before its last block does more than read it: scale and shift are all there is. */
    private static boolean isSwapped(Pair pair, BaseLayer layer) {
        return pair.swapped()
                || (pair.original().endsWith("context_block.adaLN_modulation.1")
                        && !layer.rest().isEmpty()
                        && layer.rows() == 2 * layer.rest().get(0));
    }

    private static BaseLayer joined(List<BaseLayer> parts) {
        return new BaseLayer(
                parts.stream().flatMap(p -> p.slices().stream()).toList(),
                parts.stream().mapToLong(BaseLayer::bias).sum(),
                parts.stream().anyMatch(BaseLayer::packed));
    }

    /** The second half of the rows, then the first. */
    private static BaseLayer swapped(BaseLayer layer) {
        BaseLayer.Slice all = layer.slices().get(0);
        long half = all.rows() / 2;
        return new BaseLayer(
                List.of(
                        new BaseLayer.Slice(all.tensor(), all.shape(), half, all.rows() - half),
                        new BaseLayer.Slice(all.tensor(), all.shape(), 0, half)),
                layer.bias(),
                layer.packed());
    }

    /** Without the names that two different layers would share. */
    private static Map<String, BaseLayer> flattened(Map<String, BaseLayer> names) {
        Map<String, BaseLayer> flat = new HashMap<>();
        Set<String> ambiguous = new HashSet<>();
        names.forEach((name, layer) -> {
            BaseLayer other = flat.put(name.replace('.', '_'), layer);
            if (other != null && !other.equals(layer)) {
                ambiguous.add(name.replace('.', '_'));
            }
        });
        flat.keySet().removeAll(ambiguous);
        return flat;
    }

    /** The denoiser's modules by the names of its authors. */
    public Map<String, BaseLayer> original() {
        return isDiffusers() ? joinedNames() : own;
    }

    /** The denoiser's modules by the names of diffusers, where those differ from the authors'. */
    public Map<String, BaseLayer> diffusers() {
        return isDiffusers() ? own : other;
    }

    /** Whether the file is in the layout of diffusers, and its authors have another. */
    public boolean isDiffusers() {
        return layout.diffusers();
    }

    /** Every tensor of the denoiser by its name in the file, less the prefix of the denoiser. */
    public Set<String> tensors() {
        return tensors;
    }

    /** Whether the denoiser is a UNet of Stable Diffusion's kind. */
    public boolean isStableDiffusionUnet() {
        return isUnet();
    }

    /** Whether the file holds this part of a model. */
    public boolean has(LoraPart part) {
        return dotted.containsKey(part);
    }

    /**
     * The same model in the layout of its authors, by names and shapes; its tensors are not those of the file. This one where the file
     * has that layout.
     */
    public BaseModules inOriginalLayout() {
        if (!isDiffusers()) {
            return this;
        }
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        joinedNames().forEach((name, layer) -> {
            List<Long> shape = new ArrayList<>(List.of(layer.rows()));
            shape.addAll(layer.rest());
            shapes.put(name + ".weight", shape);
            if (layer.bias() > 0) {
                shapes.put(name + ".bias", List.of(layer.bias()));
            }
        });
        return of(shapes);
    }

    /** The authors' names; modules that both call the same are in the file's own. */
    private Map<String, BaseLayer> joinedNames() {
        Set<BaseLayer.Slice> parts = new HashSet<>();
        other.values()
                .forEach(l -> l.slices().forEach(s -> parts.add(new BaseLayer.Slice(s.tensor(), s.shape(), 0, 0))));
        Map<String, BaseLayer> names = new LinkedHashMap<>(other);
        own.forEach((name, layer) -> {
            BaseLayer.Slice slice = layer.slices().get(0);
            if (!parts.contains(new BaseLayer.Slice(slice.tensor(), slice.shape(), 0, 0))) {
                names.putIfAbsent(name, layer);
            }
        });
        return names;
    }

    /** The layer that a module of a LoRA changes; empty where this file has no such layer. */
    public Optional<BaseLayer> find(LoraModule module) {
        for (LoraPart part : parts(module.part())) {
            Map<String, BaseLayer> names = (module.flat() ? flat : dotted).getOrDefault(part, Map.of());
            for (String name : spellings(module)) {
                BaseLayer layer = names.get(name);
                if (layer != null) {
                    return Optional.of(layer);
                }
            }
        }
        return Optional.empty();
    }

    /** The path with dots by which the file knows the layer that a module changes; empty where it has no such layer. */
    public Optional<String> path(LoraModule module) {
        for (LoraPart part : parts(module.part())) {
            Map<String, BaseLayer> names = dotted.getOrDefault(part, Map.of());
            for (String name : spellings(module)) {
                if (!module.flat() && names.containsKey(name)) {
                    return Optional.of(name);
                }
                if (module.flat() && flat.getOrDefault(part, Map.of()).containsKey(name)) {
                    return names.keySet().stream()
                            .filter(n -> n.replace('.', '_').equals(name))
                            .findFirst();
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Whether this file can say if the module fits: it cannot for a text encoder that the family has and the file, made of
     * the diffusion model alone, does not.
     */
    public boolean answersFor(LoraModule module) {
        return !isExpected(module.part()) || parts(module.part()).stream().anyMatch(dotted::containsKey);
    }

    private boolean isExpected(LoraPart part) {
        return switch (part) {
            case DENOISER, TEXT_ENCODER_1 -> true;
            case TEXT_ENCODER_2 -> twoTextEncoders || !isUnet();
            case TEXT_ENCODER_3, TEXT_ENCODER_4 -> !isUnet();
        };
    }

    private boolean isUnet() {
        return layout.is(ModuleNaming::isUnet);
    }

    private List<LoraPart> parts(LoraPart part) {
        return layout.is(ModuleNaming::secondIsThird)
                        && (part == LoraPart.TEXT_ENCODER_2 || part == LoraPart.TEXT_ENCODER_3)
                ? List.of(LoraPart.TEXT_ENCODER_2, LoraPart.TEXT_ENCODER_3)
                : List.of(part);
    }

    /** The name, and what diffusers wrote before PEFT: attention processors, {@code to_q} for a text encoder's {@code q_proj}. */
    private static List<String> spellings(LoraModule module) {
        String name = module.layer();
        if (module.flat() || module.naming() == LoraNaming.XLABS) {
            return List.of(name);
        }
        List<String> spellings = new ArrayList<>();
        spellings.add(name);
        String bare = name.replace(".processor.", ".");
        spellings.add(bare);
        if (bare.endsWith(".to_out")) {
            spellings.add(bare + ".0");
        }
        int attention = bare.lastIndexOf(".self_attn.to_");
        if (attention >= 0) {
            spellings.add(bare.substring(0, attention) + ".self_attn."
                    + bare.substring(attention + ".self_attn.to_".length()) + "_proj");
        }
        return spellings;
    }
}
