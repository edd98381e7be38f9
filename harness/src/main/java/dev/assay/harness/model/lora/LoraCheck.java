package dev.assay.harness.model.lora;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Is this LoRA whole, does the base have its layers, and how strong is it: answered without rendering. Whether a renderer loads it is
 * for {@code dev.assay.harness.model.loader} to say.
 *
 * @param fit empty where no base was given
 * @param problems what the file alone tells, the worst first
 */
public record LoraCheck(LoraFile lora, Optional<LoraFit> fit, LoraWeights weights, List<Finding> problems) {
    private static final int SHOWN = 5;
    private static final String NOTHING = "changes nothing: ";
    private static final String NOT_IN_DENOISER =
            "changes nothing in the diffusion model: all modules for it are zero or have alpha 0; only its part for"
                    + " text encoders is trained";

    public LoraCheck {
        problems = List.copyOf(problems);
    }

    /**
     * With the weights of the base that change.
     *
     * @param base a safetensors file
     * @param alphaInMetadata whether alpha counts where only the file's metadata tell it: not for every renderer
     * @throws dev.assay.harness.model.ModelFileException where a file is unreadable or damaged
     */
    public static LoraCheck onWeights(LoraFile lora, double strength, ModelHeader base, boolean alphaInMetadata) {
        try (SafetensorsFile weights = SafetensorsFile.open(base)) {
            BaseModules modules = BaseModules.of(LoraFile.shapes(base));
            return of(lora, strength, Optional.of(modules), Optional.of(weights), alphaInMetadata);
        }
    }

    /**
     * Alone, or on a base of which only the header is used: in another format, in several files, or too large to read.
     *
     * @param alphaInMetadata whether alpha counts where only the file's metadata tell it: not for every renderer
     */
    public static LoraCheck of(LoraFile lora, double strength, Optional<BaseModules> base, boolean alphaInMetadata) {
        return of(lora, strength, base, Optional.empty(), alphaInMetadata);
    }

    private static LoraCheck of(
            LoraFile lora,
            double strength,
            Optional<BaseModules> base,
            Optional<SafetensorsFile> weights,
            boolean alphaInMetadata) {
        LoraGrammar grammar = lora.grammar();
        Optional<LoraFit> fit = base.map(b -> LoraFit.of(grammar, b));
        try (SafetensorsFile file = lora.open()) {
            PeftConfig config = lora.config();
            LoraWeights numbers =
                    LoraWeights.of(file, grammar, strength, fit, weights, alphaInMetadata ? config : PeftConfig.NONE);
            List<Finding> ofFile = new ArrayList<>();
            ofFile(grammar, numbers, ofFile);
            alphaInMetadata(config, grammar, alphaInMetadata).ifPresent(ofFile::add);
            ofFile.sort((a, b) -> a.level().compareTo(b.level()));
            return new LoraCheck(lora, fit, numbers, ofFile);
        }
    }

    /** What renderers make of an alpha that stands in the metadata alone: some read it, for some the scale is 1. */
    private static Optional<Finding> alphaInMetadata(PeftConfig config, LoraGrammar grammar, boolean counts) {
        Map<String, Double> alphas = grammar.alphas(config);
        if (alphas.isEmpty()) {
            return Optional.empty();
        }
        LoraModule first = grammar.modules().stream()
                .filter(m -> alphas.containsKey(m.name()))
                .findFirst()
                .orElseThrow();
        double scale = alphas.get(first.name()) / first.rank().orElse(1);
        String said = "its alpha stands in its metadata alone, for " + alphas.size() + " of "
                + grammar.modules().size() + " modules: diffusers and Assay's own renderer apply alpha / rank ("
                + Numbers.of(scale) + " for the first), ComfyUI applies 1";
        return Optional.of(new Finding(
                counts ? Finding.Level.NOTE : Finding.Level.WARNING,
                counts ? said : said + "; figures here are for scale 1"));
    }

    /** What names and shapes alone tell: whether it is a LoRA, and whether it is whole. */
    public static List<Finding> ofNames(LoraGrammar grammar) {
        List<Finding> problems = new ArrayList<>();
        if (grammar.modules().isEmpty()) {
            problems.add(Finding.error("is no LoRA: none of its "
                    + grammar.unknown().size() + " keys has the form of one: " + some(grammar.unknown())));
        }
        if (!grammar.halves().isEmpty()) {
            problems.add(Finding.error(grammar.halves().size()
                    + " modules are incomplete; the file is cut off or was edited, save it again: "
                    + some(grammar.halves())));
        }
        if (!grammar.twice().isEmpty()) {
            problems.add(Finding.error("two tensors for one purpose: " + some(grammar.twice())));
        }
        return problems;
    }

    private static void ofFile(LoraGrammar grammar, LoraWeights weights, List<Finding> problems) {
        if (!weights.notFinite().isEmpty()) {
            problems.add(Finding.error("NaN or infinite values in "
                    + weights.notFinite().size()
                    + " tensors; the training diverged, or the file is damaged: "
                    + some(weights.notFinite().stream().map(NotFinite::words).toList())));
        }
        problems.addAll(ofNames(grammar));
        if (grammar.modules().isEmpty()) {
            return;
        }
        if (weights.doesNothing()) {
            problems.add(Finding.error(NOTHING
                    + (weights.modules().stream().allMatch(m -> m.scale() == 0)
                            ? unscaled(grammar)
                            : "all of its " + grammar.modules().size()
                                    + " modules are zero; it was saved before it was trained")));
        } else if (weights.doesNothingTo(LoraPart.DENOISER)) {
            problems.add(Finding.error(NOT_IN_DENOISER));
        } else if (!weights.zero().isEmpty()) {
            problems.add(Finding.note(weights.zero().size() + " of "
                    + grammar.modules().size() + " modules are zero: " + some(weights.zero())));
        }
        if (weights.strength() == 0) {
            problems.add(Finding.error("changes nothing at strength 0"));
        }
        weights.reasons().forEach((reason, modules) -> {
            if (!reason.startsWith("has values") && !reason.startsWith("lacks")) {
                problems.add(Finding.note("no norm for " + modules + " modules: " + reason));
            }
        });
    }

    private static String unscaled(LoraGrammar grammar) {
        return "its alpha is 0, so the scale of all of its " + grammar.modules().size() + " modules is 0";
    }

    /**
     * Why a LoRA changes nothing whatever its other numbers are; empty where they count.
     *
     * @param alpha of a module; empty where the file tells none
     */
    public static Optional<String> nothingByAlpha(LoraGrammar grammar, Function<LoraModule, OptionalDouble> alpha) {
        Predicate<LoraModule> counts =
                m -> !ModuleTensors.isAllScaled(m) || alpha.apply(m).orElse(1) != 0;
        if (grammar.modules().stream().noneMatch(counts)) {
            return Optional.of(NOTHING + unscaled(grammar));
        }
        List<LoraModule> denoiser = grammar.modules().stream()
                .filter(m -> m.part() == LoraPart.DENOISER)
                .toList();
        return denoiser.isEmpty() || denoiser.stream().anyMatch(counts)
                ? Optional.empty()
                : Optional.of(NOT_IN_DENOISER);
    }

    private static String some(List<String> items) {
        return Shortened.of(items, SHOWN);
    }

    /** Whether a render with this LoRA can say something about it: no {@link Finding#isError}. */
    public boolean works() {
        return problems.stream().noneMatch(p -> p.isError());
    }
}
