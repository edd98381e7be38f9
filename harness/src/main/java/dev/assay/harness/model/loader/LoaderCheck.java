package dev.assay.harness.model.loader;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraFit;
import dev.assay.harness.model.lora.LoraNaming;
import dev.assay.harness.model.lora.LoraWeights;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Does a renderer load this LoRA on this base: whole, in part, not at all, or after a conversion.
 *
 * @param report what the loader makes of every module
 * @param lost share of the change of the diffusion model (of the text encoders in a file for these alone) that is not loaded as it was
 *     trained, 0 to 1: of the sum of the squared norms of the modules' changes, of their number where norms are not at hand
 * @param byNorm whether norms were at hand
 * @param conversion names by which the renderer loads all of it
 * @param problems the worst first
 */
public record LoaderCheck(
        Answer answer,
        LoaderReport report,
        double lost,
        boolean byNorm,
        Optional<LoraConversion> conversion,
        List<Finding> problems) {
    /** A share of the change that may be missing without a change of the answer: see docs/decisions/0025. */
    public static final double NEGLIGIBLE = 0.02;

    private static final int SHOWN = 3;
    private static final int SHOWN_TWICE = 5;

    private static final String MERGE =
            "train or save it in a form that this renderer loads, or merge it into its base with the tool that trained"
                    + " it and judge that as assay.checkpoint";

    public LoaderCheck {
        problems = List.copyOf(problems);
    }

    /** What one says of the file. */
    public enum Answer {
        WORKS("works"),
        IN_PART("works in part"),
        AFTER_CONVERSION("works after conversion"),
        DOES_NOT_WORK("does not work");

        private final String words;

        Answer(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /**
     * With what is to say of the fit whatever renderer loads it.
     *
     * @param check of the LoRA on this base
     * @param family of the base
     */
    public static LoaderCheck of(LoraLoader loader, LoraCheck check, String family, BaseModules base) {
        LoaderCheck found = of(loader, check.lora().shapes(), Optional.of(check.weights()), family, base);
        List<Finding> problems = new ArrayList<>(found.problems);
        check.fit().map(LoaderCheck::besides).ifPresent(problems::addAll);
        problems.sort((a, b) -> a.level().compareTo(b.level()));
        return new LoaderCheck(found.answer, found.report, found.lost, found.byNorm, found.conversion, problems);
    }

    /**
     * @param lora shapes of all tensors of the LoRA by name
     * @param numbers what its numbers say, for shares by norm; empty to count modules
     * @param family of the base
     */
    public static LoaderCheck of(
            LoraLoader loader,
            Map<String, List<Long>> lora,
            Optional<LoraWeights> numbers,
            String family,
            BaseModules base) {
        LoaderReport byName = loader.load(lora, family, base);
        LoaderReport report = numbers.map(n -> loader.with(byName, n)).orElse(byName);
        List<LoadedModule> judged = report.denoiser().isEmpty() ? report.textEncoders() : report.denoiser();
        Optional<Map<String, Double>> energies = numbers.flatMap(n -> energies(n, judged));
        Map<String, Double> weights = energies.orElseGet(() -> ones(judged));
        double all = sum(judged, weights, m -> true);
        double gone = sum(judged, weights, LoadedModule::lost);
        double harmed = sum(judged, weights, m -> m.loss() == Loss.PART);
        double lost = all > 0 ? (gone + harmed) / all : 0;
        boolean nothing = judged.isEmpty() || (all > 0 && gone == all);
        Optional<LoraConversion> conversion = loader != LoraLoaders.LOCAL && lost > NEGLIGIBLE
                ? LoraConversion.toComfyUi(lora, family, base).filter(c -> c.completeFor(loader, lora, family, base))
                : Optional.empty();
        Answer answer = lost <= NEGLIGIBLE && !nothing
                ? Answer.WORKS
                : conversion.isPresent()
                        ? Answer.AFTER_CONVERSION
                        : nothing || loader == LoraLoaders.LOCAL ? Answer.DOES_NOT_WORK : Answer.IN_PART;
        List<Finding> problems = new ArrayList<>();
        boolean elsewhere = loader == LoraLoaders.COMFYUI
                && answer != Answer.WORKS
                && loadsWhole(LoraLoaders.DIFFUSERS.load(lora, family, base));
        Words words = new Words(report, judged, family, elsewhere, energies.isPresent(), answer);
        words.lost(gone / Math.max(all, Double.MIN_NORMAL), problems);
        words.harmed(harmed / Math.max(all, Double.MIN_NORMAL), problems);
        words.rest(problems);
        problems.sort((a, b) -> a.level().compareTo(b.level()));
        return new LoaderCheck(answer, report, lost, energies.isPresent(), conversion, problems);
    }

    /** What is to say of a fit, whatever renderer loads it. */
    private static List<Finding> besides(LoraFit fit) {
        List<Finding> problems = new ArrayList<>();
        if (!fit.twice().isEmpty()) {
            problems.add(Finding.warning("layers that are changed twice: " + Shortened.of(fit.twice(), SHOWN_TWICE)));
        }
        if (!fit.unanswered().isEmpty()) {
            problems.add(new Finding(
                    fit.total() == 0 ? Finding.Level.WARNING : Finding.Level.NOTE,
                    fit.unanswered().size()
                            + " modules are for text encoders, which the base's file does not hold: not checked"));
        }
        if (fit.unchecked() > 0) {
            problems.add(Finding.note(
                    fit.unchecked() + " modules are on quantised layers whose shape the base does not tell: matched by"
                            + " name alone"));
        }
        return problems;
    }

    /** Whether a render with this LoRA says something about it as it was trained. */
    public boolean works() {
        return answer == Answer.WORKS;
    }

    /** Whether the base has layers by the names that it changes, and none of the same shape. */
    public boolean isOtherSize() {
        Set<Loss> reasons = report.denoiser().stream().map(LoadedModule::loss).collect(Collectors.toSet());
        return reasons.contains(Loss.SHAPE) && Set.of(Loss.SHAPE, Loss.LAYER).containsAll(reasons);
    }

    /** Whether a loader whose rules are known takes all of it that changes a diffusion model. */
    private static boolean loadsWhole(LoaderReport report) {
        return report.known()
                && !report.denoiser().isEmpty()
                && report.denoiser().stream().allMatch(LoadedModule::whole);
    }

    /** Squared norms by module; empty where one is not known. */
    private static Optional<Map<String, Double>> energies(LoraWeights numbers, List<LoadedModule> modules) {
        Map<String, Double> energies = new HashMap<>();
        for (LoraWeights.Module m : numbers.modules()) {
            OptionalDouble norm = m.norm();
            norm.ifPresent(n -> energies.put(m.name(), n * n));
        }
        double all = energies.values().stream().mapToDouble(e -> e).sum();
        boolean known =
                modules.stream().allMatch(m -> energies.containsKey(m.module().name()));
        return known && all > 0 ? Optional.of(energies) : Optional.empty();
    }

    private static Map<String, Double> ones(List<LoadedModule> modules) {
        Map<String, Double> ones = new HashMap<>();
        modules.forEach(m -> ones.put(m.module().name(), 1.0));
        return ones;
    }

    private static double sum(List<LoadedModule> modules, Map<String, Double> weights, Predicate<LoadedModule> which) {
        return modules.stream()
                .filter(which)
                .mapToDouble(m -> weights.getOrDefault(m.module().name(), 0.0))
                .sum();
    }

    private static String percent(double share) {
        double percent = 100 * share;
        return percent >= 99.95 ? "100 %" : String.format(Locale.ROOT, percent < 10 ? "%.1f %%" : "%.0f %%", percent);
    }

    /** The sentences. */
    private record Words(
            LoaderReport report,
            List<LoadedModule> judged,
            String family,
            boolean elsewhere,
            boolean byNorm,
            Answer answer) {
        private Finding.Level severity() {
            return answer == Answer.WORKS ? Finding.Level.WARNING : Finding.Level.ERROR;
        }

        private String share(double share) {
            return byNorm ? " (" + percent(share) + " of the change)" : "";
        }

        /** One sentence for each reason for which whole modules are lost. */
        void lost(double share, List<Finding> problems) {
            Map<Loss, List<LoadedModule>> reasons = new EnumMap<>(Loss.class);
            judged.stream()
                    .filter(LoadedModule::lost)
                    .forEach(m -> reasons.computeIfAbsent(m.loss(), l -> new ArrayList<>())
                            .add(m));
            if (reasons.isEmpty()) {
                return;
            }
            long count = judged.stream().filter(LoadedModule::lost).count();
            boolean foreign = reasons.keySet().stream().allMatch(l -> l == Loss.LAYER || l == Loss.SHAPE);
            String head = count == judged.size()
                    ? foreign
                            ? "0 of " + count
                                    + " modules match: it would do nothing; is this a LoRA for another "
                                    + (reasons.containsKey(Loss.SHAPE)
                                            ? "size of this family, or for another?"
                                            : "family?")
                            : report.loader() + " would load none of its " + count + " modules"
                    : report.loader() + " would not load " + count + " of its " + judged.size() + " modules"
                            + share(share);
            List<String> why = new ArrayList<>();
            reasons.forEach((loss, modules) ->
                    why.add((reasons.size() > 1 ? modules.size() + " " : "they ") + reason(loss, modules)));
            boolean all = foreign && count == judged.size();
            problems.add(new Finding(
                    severity(),
                    head + (all ? " " : ": ") + String.join("; ", why) + (all ? "" : remedy(reasons.keySet()))));
        }

        private String reason(Loss loss, List<LoadedModule> modules) {
            String some = " ("
                    + Shortened.of(modules.stream().map(m -> m.module().name()).toList(), SHOWN)
                    + ")";
            return switch (loss) {
                case PREFIX -> "begin with " + prefixes(modules) + ", which it does not know for " + base() + some;
                case BODY ->
                    "have names that it does not know for " + base() + ", though the base has the layers" + some;
                case SUFFIX -> "are in a form that it does not load, " + kinds(modules) + some;
                case LAYER -> "name no layer of the base" + some;
                case SHAPE ->
                    "meet a layer of another shape ("
                            + Shortened.of(
                                    modules.stream()
                                            .map(m -> m.module().name() + ": " + m.why())
                                            .toList(),
                                    SHOWN)
                            + ")";
                case TWICE ->
                    "change layers that other modules of the file change under another name, which it keeps instead"
                            + some;
                case STOP ->
                    "come to nothing, as it ends with an error: "
                            + modules.get(0).why();
                case NONE, PART -> "";
            };
        }

        private String base() {
            return family.equals(FamilyMatch.UNKNOWN) ? "a base of this form" : family;
        }

        private static String prefixes(List<LoadedModule> modules) {
            Set<String> prefixes = new TreeSet<>();
            modules.forEach(m -> {
                String prefix = m.module().prefix();
                prefixes.add(prefix.isEmpty() ? "no prefix" : prefix);
            });
            return String.join(", ", prefixes);
        }

        private static String kinds(List<LoadedModule> modules) {
            Set<String> kinds = new TreeSet<>();
            modules.forEach(m -> kinds.add(m.module().kind().title()
                    + (m.module().naming() == LoraNaming.KOHYA_OFT ? " of kohya's scripts" : "")
                    + (m.why().isEmpty() ? "" : " " + m.why())));
            return String.join(", ", kinds);
        }

        /** What helps, where anything does. */
        private String remedy(Set<Loss> reasons) {
            return remedyHere(reasons)
                    + (elsewhere
                            ? "; " + LoraLoaders.DIFFUSERS.title() + " " + LoraLoaders.DIFFUSERS.version()
                                    + " loads it as it is"
                            : "");
        }

        private String remedyHere(Set<Loss> reasons) {
            if (answer == Answer.AFTER_CONVERSION) {
                return "; new names are all it takes: assay convert";
            }
            if (reasons.contains(Loss.SUFFIX)) {
                return "; no new names help: " + MERGE;
            }
            if (reasons.contains(Loss.LAYER) || reasons.contains(Loss.SHAPE)) {
                return "; was it trained on another base?";
            }
            return "";
        }

        /** Modules of which the change of the weight is loaded, and something else is not. */
        void harmed(double share, List<Finding> problems) {
            List<LoadedModule> modules =
                    judged.stream().filter(m -> m.loss() == Loss.PART).toList();
            if (modules.isEmpty()) {
                return;
            }
            Set<String> without = new TreeSet<>();
            modules.forEach(m -> without.addAll(m.without()));
            problems.add(new Finding(
                    severity(),
                    report.loader() + " would load " + modules.size() + " of its " + judged.size() + " modules"
                            + share(share) + " without " + String.join(" and ", without)
                            + ": not what was trained"
                            + (answer == Answer.AFTER_CONVERSION
                                    ? "; new names are all it takes: assay convert"
                                    : "; " + MERGE)));
        }

        void rest(List<Finding> problems) {
            if (!report.known()) {
                problems.add(Finding.note("which names " + report.loader()
                        + " knows for this family is not known here: all are taken as loaded"));
            }
            List<LoadedModule> text = report.textEncoders().stream()
                    .filter(m -> !m.whole())
                    .filter(m -> !judged.contains(m))
                    .toList();
            if (!text.isEmpty()) {
                problems.add(Finding.warning(report.loader() + " would not load " + text.size() + " of its "
                        + report.textEncoders().size() + " modules for text encoders ("
                        + Shortened.of(text.stream().map(m -> m.module().name()).toList(), SHOWN)
                        + ")"));
            }
        }
    }
}
