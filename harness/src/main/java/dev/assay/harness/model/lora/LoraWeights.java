package dev.assay.harness.model.lora;

import dev.assay.harness.model.SafetensorsFile;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What a LoRA's numbers say at one strength: how much it changes each layer, what is broken, what does nothing. Norms are
 * Frobenius norms of W' - W, with alpha, rank and strength, and without dW itself (r x r Gram matrices).
 *
 * @param strength any real
 * @param modules in the order of the grammar
 * @param notFinite tensors with NaN or infinite values
 */
public record LoraWeights(
        double strength, List<Module> modules, List<NotFinite> notFinite, LoraFingerprint fingerprint) {
    private static final long MAX_RANK = 1 << 13;
    private static final long MAX_ELEMENTS = 1L << 27; // of one tensor: twice the largest layer of Flux

    public LoraWeights {
        modules = List.copyOf(modules);
        notFinite = List.copyOf(notFinite);
    }

    /**
     * One module.
     *
     * @param block what it belongs to, e.g. {@code double_blocks.7}
     * @param norm of the change at the strength; empty for the reason
     * @param largest singular value of the change at the strength, where it is cheap
     * @param baseNorm norm of the base's weight in the rows that change, where the base is given
     * @param scale alpha / rank, or 1
     * @param zero whether nothing that is learned here differs from zero
     * @param reason why there is no norm; empty where there is one
     */
    public record Module(
            String name,
            LoraPart part,
            String block,
            OptionalDouble norm,
            OptionalDouble largest,
            OptionalDouble baseNorm,
            double scale,
            boolean zero,
            String reason) {}

    /**
     * Modules of one block together.
     *
     * @param relative norm divided by that of the base's weights there
     */
    public record Block(String name, int modules, double norm, OptionalDouble relative) {}

    /**
     * Reads every tensor of a LoRA, and those of the base that it changes.
     *
     * @param fit what the modules change in the base; empty to judge the LoRA alone
     * @param base the file that {@code fit} was made for
     * @param config what the file's metadata tell of alpha, where that counts
     */
    static LoraWeights of(
            SafetensorsFile file,
            LoraGrammar lora,
            double strength,
            Optional<LoraFit> fit,
            Optional<SafetensorsFile> base,
            PeftConfig config) {
        Optional<BaseWeights> weights = base.map(BaseWeights::new);
        List<Judged> judged = lora.modules().parallelStream()
                .map(m ->
                        judge(file, m, config, strength, fit.map(f -> f.layers().get(m.name())), weights))
                .toList();
        double[] sums = new double[LoraFingerprint.PROBES * LoraFingerprint.PROBES];
        for (Judged j : judged) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += j.sketch[i];
            }
        }
        return new LoraWeights(
                strength,
                judged.stream().map(j -> j.module).toList(),
                judged.stream().flatMap(j -> j.notFinite.stream()).toList(),
                LoraFingerprint.of(sums));
    }

    private static final class Judged {
        final Module module;
        final List<NotFinite> notFinite;
        final double[] sketch; // its part of the fingerprint's sums

        Judged(Module module, List<NotFinite> notFinite, double[] sketch) {
            this.module = module;
            this.notFinite = notFinite;
            this.sketch = sketch;
        }
    }

    private static Judged judge(
            SafetensorsFile file,
            LoraModule module,
            PeftConfig config,
            double strength,
            Optional<BaseLayer> layer,
            Optional<BaseWeights> base) {
        String block = block(module);
        Optional<String> broken = broken(module);
        if (!hasLayerSize(module, file)) {
            return unknown(module, block, "holds a tensor larger than any layer", List.of());
        }
        ModuleTensors tensors = ModuleTensors.read(module, file, config);
        List<NotFinite> notFinite = tensors.notFinite();
        if (!notFinite.isEmpty() || broken.isPresent()) {
            String reason = notFinite.isEmpty() ? broken.orElseThrow() : "has values that are no numbers";
            return unknown(module, block, reason, notFinite);
        }
        Change change = tensors.change();
        double scale = tensors.scale();
        double factor = Math.abs(strength * scale);
        double squaredChange = change.squaredNorm();
        double squared = Double.NaN;
        String reason = "";
        OptionalDouble baseNorm = OptionalDouble.empty();
        boolean readable = layer.isPresent() && base.isPresent() && base.get().canRead(layer.get());
        if (readable) {
            baseNorm = OptionalDouble.of(Math.sqrt(base.get().squaredNorm(layer.get())));
        }
        if (!tensors.needsBase()) {
            squared = factor * factor * squaredChange + strength * strength * tensors.squaredNormBesides();
        } else if (readable) {
            double ofWeight = tensors.on(base.get().matrix(layer.get()), layer.get())
                    .map(Delta::squaredNorm)
                    .orElse(Double.NaN);
            squared = strength * strength * (ofWeight + tensors.squaredNormBesides());
            reason = Double.isNaN(squared) ? module.kind().title() + ": not computed for this form" : "";
        } else {
            reason = (module.dora() ? LoraKind.DORA : module.kind()).title()
                    + ": the change depends on the base's weights; give the base";
        }
        double largest = tensors.needsBase() ? Double.NaN : factor * change.largest();
        return new Judged(
                new Module(
                        module.name(),
                        module.part(),
                        block,
                        optional(Math.sqrt(squared)),
                        optional(largest),
                        baseNorm,
                        scale,
                        tensors.isZero(squaredChange),
                        reason),
                List.of(),
                LoraFingerprint.sketch(change, scale));
    }

    private static Judged unknown(LoraModule module, String block, String reason, List<NotFinite> notFinite) {
        return new Judged(
                new Module(
                        module.name(),
                        module.part(),
                        block,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        1,
                        false,
                        reason),
                notFinite,
                new double[LoraFingerprint.PROBES * LoraFingerprint.PROBES]);
    }

    private static boolean hasLayerSize(LoraModule module, SafetensorsFile file) {
        return module.keys().values().stream()
                .allMatch(key -> file.tensors().get(key).elements() <= MAX_ELEMENTS);
    }

    /** Whether a module asks for no more work than one on a real layer can. */
    static boolean isBounded(LoraModule module, SafetensorsFile file) {
        return hasLayerSize(module, file) && broken(module).isEmpty();
    }

    /** Why a module's numbers cannot be used whatever they are; bounds the work that a hostile file can ask for. */
    private static Optional<String> broken(LoraModule module) {
        if (module.missing().isPresent()) {
            return module.missing().map(m -> "lacks " + m);
        }
        if (!module.kind().algorithm().isProduct()) {
            return Optional.empty();
        }
        Optional<List<Long>> shape = ChangeShape.of(module);
        if (shape.isEmpty()) {
            return Optional.of("its tensors do not fit each other");
        }
        double elements = shape.get().stream().mapToDouble(d -> d).reduce(1, (a, b) -> a * b);
        return elements > Integer.MAX_VALUE || module.rank().orElse(1) > MAX_RANK
                ? Optional.of("is larger than any layer: its change has shape " + shape.get() + " and rank "
                        + module.rank().orElse(0))
                : Optional.empty();
    }

    private static OptionalDouble optional(double value) {
        return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** Up to the first number of the layer's name; the whole name where it has none. */
    private static String block(LoraModule module) {
        String layer = module.layer();
        int end = 0;
        while (end < layer.length() && !Character.isDigit(layer.charAt(end))) {
            end++;
        }
        while (end < layer.length() && Character.isDigit(layer.charAt(end))) {
            end++;
        }
        String block = layer.substring(0, end);
        if (module.flat()) { // the last underscore stands before the number, and is a dot
            int last = block.lastIndexOf('_');
            if (last > 0 && last + 1 < block.length() && Character.isDigit(block.charAt(last + 1))) {
                block = block.substring(0, last) + "." + block.substring(last + 1);
            }
        }
        return module.part() == LoraPart.DENOISER ? block : module.part().word() + ", " + block;
    }

    /** Norm of the whole change over the modules that have one. */
    public double norm() {
        return norm(modules);
    }

    private static double norm(List<Module> modules) {
        return Math.sqrt(modules.stream()
                .map(Module::norm)
                .filter(OptionalDouble::isPresent)
                .mapToDouble(n -> n.getAsDouble() * n.getAsDouble())
                .sum());
    }

    /** Norm of the change divided by that of the base's weights in the layers that change, over modules that have both. */
    public OptionalDouble relative() {
        return relative(modules);
    }

    private static OptionalDouble relative(List<Module> modules) {
        List<Module> both = modules.stream()
                .filter(m -> m.norm().isPresent() && m.baseNorm().isPresent())
                .toList();
        double base = Math.sqrt(both.stream()
                .mapToDouble(m -> m.baseNorm().getAsDouble() * m.baseNorm().getAsDouble())
                .sum());
        return base > 0 ? OptionalDouble.of(norm(both) / base) : OptionalDouble.empty();
    }

    /** Blocks in the order of the file, each with what its modules do together. */
    public List<Block> blocks() {
        Map<String, List<Module>> blocks =
                modules.stream().collect(Collectors.groupingBy(Module::block, LinkedHashMap::new, Collectors.toList()));
        return blocks.entrySet().stream()
                .map(e -> new Block(e.getKey(), e.getValue().size(), norm(e.getValue()), relative(e.getValue())))
                .toList();
    }

    /** Modules whose learned values are all zero. */
    public List<String> zero() {
        return modules.stream().filter(Module::zero).map(Module::name).toList();
    }

    /** Whether the file changes nothing: no module, or zeros only. */
    public boolean doesNothing() {
        return modules.stream().allMatch(Module::zero);
    }

    /** Whether the file has modules for a part of the model, and they are zeros. */
    public boolean doesNothingTo(LoraPart part) {
        List<Module> here = modules.stream().filter(m -> m.part() == part).toList();
        return !here.isEmpty() && here.stream().allMatch(Module::zero);
    }

    /** The module that changes its layer the most, by largest singular value; empty where none is known to change any. */
    public Optional<Module> strongest() {
        return modules.stream()
                .filter(m -> m.largest().orElse(0) > 0)
                .max(Comparator.comparingDouble(m -> m.largest().getAsDouble()));
    }

    /** Why some modules have no norm, with the number of modules for each reason. */
    public Map<String, Integer> reasons() {
        Map<String, Integer> reasons = new LinkedHashMap<>();
        modules.stream().filter(m -> m.norm().isEmpty()).forEach(m -> reasons.merge(m.reason(), 1, Integer::sum));
        return reasons;
    }
}
