package dev.assay.harness.model.lora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A file's names and shapes, read as a LoRA of any kind. Every key ends up in exactly one place: a module, or
 * {@link #unknown}; a second key for one purpose is in {@link #twice}. Embeddings that lie in the same file are no part of the LoRA.
 *
 * @param modules in the order of their names
 * @param unknown keys of no known form, in the order of their names: for a checkpoint, all of them
 * @param twice pairs of keys that claim one purpose, as {@code A and B}
 */
public record LoraGrammar(List<LoraModule> modules, List<String> unknown, List<String> twice) {
    /** How the keys of embeddings begin that are bundled with a LoRA: {@code bundle_emb.NAME.clip_l}. */
    public static final String BUNDLED = "bundle_emb.";

    /**
     * How the keys of a low-rank pair end, up first, then down, with a core tensor where one goes with it; in the order in which ComfyUI
     * asks for them.
     */
    public static final List<List<String>> PAIRS = List.of(
            List.of(".lora_up.weight", ".lora_down.weight", ".lora_mid.weight"),
            List.of("_lora.up.weight", "_lora.down.weight"),
            List.of(".lora_B.weight", ".lora_A.weight"),
            List.of(".lora.up.weight", ".lora.down.weight"),
            List.of(".lora_B", ".lora_A"),
            List.of(".lora_linear_layer.up.weight", ".lora_linear_layer.down.weight"),
            List.of(".lora_B.default.weight", ".lora_A.default.weight"));

    public LoraGrammar {
        modules = List.copyOf(modules);
        unknown = List.copyOf(unknown);
        twice = List.copyOf(twice);
    }

    /** Smallest, median (lower of the two middle ones) and largest rank. */
    public record Ranks(long min, long median, long max) {}

    /** @param shapes of all tensors of a file by name */
    public static LoraGrammar parse(Map<String, List<Long>> shapes) {
        return parse(shapes, Optional.empty());
    }

    /** Some keys of a file, as a log names them: magnitudes may come without what they scale, and every shape is (1). */
    public static LoraGrammar ofKeys(Collection<String> keys) {
        return parse(
                keys.stream().distinct().collect(Collectors.toMap(k -> k, k -> List.of(1L))),
                Optional.of(LoraKind.LORA));
    }

    /** @param otherwise the kind of modules whose keys go with any; empty counts them as unknown */
    private static LoraGrammar parse(Map<String, List<Long>> shapes, Optional<LoraKind> otherwise) {
        Map<String, List<Long>> sorted = new TreeMap<>(shapes);
        Map<String, Map<LoraRole, List<String>>> claims = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        for (String key : sorted.keySet()) {
            if (key.startsWith(BUNDLED)) {
                continue;
            }
            Optional<LoraKey> parsed = LoraKey.parse(key).or(() -> implied(key, sorted));
            if (parsed.isEmpty()) {
                unknown.add(key);
                continue;
            }
            claims.computeIfAbsent(parsed.get().module(), m -> new EnumMap<>(LoraRole.class))
                    .computeIfAbsent(parsed.get().role(), r -> new ArrayList<>())
                    .add(key);
        }
        List<LoraModule> modules = new ArrayList<>();
        claims.forEach((name, claimed) -> {
            Map<LoraRole, String> keys = settled(claimed);
            claimed.forEach((role, all) -> all.stream()
                    .filter(k -> !k.equals(keys.get(role)))
                    .forEach(k -> {
                        twice.add(all.get(0) + " and " + (k.equals(all.get(0)) ? keys.get(role) : k));
                        unknown.add(k);
                    }));
            String alpha = keys.get(LoraRole.ALPHA);
            if (alpha != null && Shapes.elements(sorted.get(alpha)) != 1) {
                unknown.add(keys.remove(LoraRole.ALPHA));
            }
            Optional<LoraKind> kind = kind(keys, sorted).or(() -> keys.isEmpty() ? Optional.empty() : otherwise);
            if (kind.isEmpty()) {
                unknown.addAll(keys.values());
                return;
            }
            LoraName n = LoraName.of(name);
            Map<LoraRole, List<Long>> ofModule = new EnumMap<>(LoraRole.class);
            keys.forEach((role, key) -> ofModule.put(role, sorted.get(key)));
            modules.add(new LoraModule(name, n.naming(), n.part(), n.layer(), n.flat(), kind.get(), keys, ofModule));
        });
        Collections.sort(unknown);
        return new LoraGrammar(modules, unknown, twice);
    }

    /** One key for each role: of two pairs that which ComfyUI asks for first, else the first by name. */
    private static Map<LoraRole, String> settled(Map<LoraRole, List<String>> claimed) {
        Map<LoraRole, String> keys = new EnumMap<>(LoraRole.class);
        claimed.forEach((role, all) -> keys.put(role, all.get(0)));
        List<String> ups = claimed.getOrDefault(LoraRole.UP, List.of());
        PAIRS.stream()
                .filter(p -> ups.stream().anyMatch(k -> k.endsWith(p.get(0))))
                .findFirst()
                .ifPresent(p -> {
                    for (LoraRole role : List.of(LoraRole.UP, LoraRole.DOWN)) {
                        claimed.getOrDefault(role, List.of()).stream()
                                .filter(k -> k.endsWith(p.get(role == LoraRole.UP ? 0 : 1)))
                                .findFirst()
                                .ifPresent(k -> keys.put(role, k));
                    }
                });
        return keys;
    }

    /**
     * Keys that only their company tells from a checkpoint's: (IA)^3's {@code weight} beside an {@code on_input}, and the norms
     * of Black Forest Labs' Flux control LoRAs, whose {@code scale} replaces the model's.
     */
    private static Optional<LoraKey> implied(String key, Map<String, List<Long>> all) {
        if (key.endsWith(".weight")) {
            String module = key.substring(0, key.length() - ".weight".length());
            return all.containsKey(module + ".on_input")
                    ? Optional.of(new LoraKey(module, LoraRole.IA3_WEIGHT))
                    : Optional.empty();
        }
        boolean control = all.containsKey("img_in.lora_A.weight")
                && all.containsKey("single_blocks.0.norm.key_norm.scale")
                && key.endsWith(".scale");
        return control
                ? Optional.of(new LoraKey(key.substring(0, key.length() - ".scale".length()), LoraRole.SET_WEIGHT))
                : Optional.empty();
    }

    /** Of several kinds in one module the later in ComfyUI's order of adapters wins, as it does there. */
    private static Optional<LoraKind> kind(Map<LoraRole, String> keys, Map<String, List<Long>> shapes) {
        Set<LoraKind> kinds = keys.keySet().stream()
                .map(LoraRole::kind)
                .filter(k -> k != null)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(LoraKind.class)));
        for (LoraKind kind : List.of(
                LoraKind.BOFT,
                LoraKind.OFT,
                LoraKind.GLORA,
                LoraKind.LOKR,
                LoraKind.LOHA,
                LoraKind.LORA,
                LoraKind.IA3)) {
            if (kinds.contains(kind)) {
                return Optional.of(refined(kind, keys, shapes));
            }
        }
        return kinds.isEmpty() ? Optional.empty() : Optional.of(LoraKind.FULL_DIFF);
    }

    private static LoraKind refined(LoraKind kind, Map<LoraRole, String> keys, Map<String, List<Long>> shapes) {
        if (kind == LoraKind.LORA) {
            List<Long> down = shapes.getOrDefault(keys.getOrDefault(LoraRole.DOWN, ""), List.of());
            boolean kernel =
                    down.size() > 2 && down.subList(2, down.size()).stream().anyMatch(k -> k != 1);
            return kernel || keys.containsKey(LoraRole.MID) ? LoraKind.LOCON : LoraKind.LORA;
        }
        if (kind == LoraKind.OFT) {
            return shapes.getOrDefault(keys.getOrDefault(LoraRole.OFT_BLOCKS, ""), List.of())
                                    .size()
                            == 4
                    ? LoraKind.BOFT
                    : LoraKind.OFT;
        }
        return kind;
    }

    /** Whether this is a LoRA of some kind and no checkpoint that happens to have a key of such a form. */
    public boolean isAdapter() {
        return !modules.isEmpty() && keys() >= unknown.size();
    }

    /** Whether this is one of Black Forest Labs' control LoRAs for Flux.1, whose {@code img_in} takes a picture too. */
    public boolean isControl() {
        return modules.stream().anyMatch(m -> m.name().equals("img_in") && m.has(LoraRole.DOWN))
                && modules.stream()
                        .anyMatch(m -> m.name().equals("single_blocks.0.norm.key_norm") && m.has(LoraRole.SET_WEIGHT));
    }

    /** Number of keys that belong to a module. */
    public int keys() {
        return modules.stream().mapToInt(m -> m.keys().size()).sum();
    }

    /**
     * What users call the file: DoRA where any module has magnitudes; else the kind of the most modules, full differences
     * (which go with norms and biases) counted last, LoCon where convolutions are trained beside linear layers.
     *
     * @return empty where there is no module
     */
    public Optional<LoraKind> kind() {
        if (modules.stream().anyMatch(LoraModule::dora)) {
            return Optional.of(LoraKind.DORA);
        }
        Map<LoraKind, Integer> kinds = new EnumMap<>(LoraKind.class);
        kinds.putAll(kinds());
        if (kinds.size() > 1) {
            kinds.remove(LoraKind.FULL_DIFF);
        }
        Integer locon = kinds.get(LoraKind.LOCON);
        if (locon != null) {
            kinds.merge(LoraKind.LOCON, kinds.getOrDefault(LoraKind.LORA, 0), Integer::sum);
        }
        return most(kinds);
    }

    /** Number of modules of each kind. */
    public Map<LoraKind, Integer> kinds() {
        return count(LoraModule::kind, LoraKind.class);
    }

    /** Whose names the most modules have; empty where there is no module. */
    public Optional<LoraNaming> naming() {
        return most(count(LoraModule::naming, LoraNaming.class));
    }

    /** Number of modules of each part of a model. */
    public Map<LoraPart, Integer> parts() {
        return count(LoraModule::part, LoraPart.class);
    }

    /** Ranks of the modules that have one; empty where none has. */
    public Optional<Ranks> ranks() {
        return ranks(modules);
    }

    private static Optional<Ranks> ranks(Collection<LoraModule> modules) {
        long[] ranks = modules.stream()
                .map(LoraModule::rank)
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .toArray();
        Arrays.sort(ranks);
        return ranks.length == 0
                ? Optional.empty()
                : Optional.of(new Ranks(ranks[0], ranks[(ranks.length - 1) / 2], ranks[ranks.length - 1]));
    }

    /** By module name, the alpha that gives a module without its own the scale that a configuration asks for, where it is not 1. */
    public Map<String, Double> alphas(PeftConfig config) {
        Map<String, Double> alphas = new LinkedHashMap<>();
        for (LoraModule module : modules) {
            double scale = module.scale(config).orElse(1);
            if (scale != 1) {
                alphas.put(module.name(), scale * module.rank().getAsLong());
            }
        }
        return alphas;
    }

    /** Modules that lack a tensor, as {@code NAME without lora_down (lora_A)}. */
    public List<String> halves() {
        return modules.stream()
                .filter(m -> m.missing().isPresent())
                .map(m -> m.name() + " without " + m.missing().orElseThrow())
                .toList();
    }

    private <E extends Enum<E>> Map<E, Integer> count(Function<LoraModule, E> by, Class<E> type) {
        Map<E, Integer> counts = new EnumMap<>(type);
        modules.forEach(m -> counts.merge(by.apply(m), 1, Integer::sum));
        return Collections.unmodifiableMap(counts);
    }

    private static <E extends Enum<E>> Optional<E> most(Map<E, Integer> counts) {
        return counts.entrySet().stream()
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }
}
