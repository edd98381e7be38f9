package dev.assay.harness.model.loader;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraFile;
import dev.assay.harness.model.lora.LoraFit;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraNaming;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Assay's own renderer, for models of the Stable Diffusion 1.5 class. It merges all of a LoRA or refuses it: nothing of one is ever
 * left out. What can be measured can be merged.
 */
public final class LocalLoader implements LoraLoader {
    private static final int SHOWN = 10;

    /** Names for transformers, which no model of this class is. */
    private static final Set<LoraNaming> FOREIGN =
            Set.of(LoraNaming.TRANSFORMER, LoraNaming.ONE_TRAINER, LoraNaming.XLABS);

    LocalLoader() {}

    @Override
    public String word() {
        return "local";
    }

    @Override
    public String title() {
        return "Assay's own renderer";
    }

    @Override
    public String version() {
        return "";
    }

    @Override
    public boolean readsAlphaFromMetadata() {
        return true;
    }

    @Override
    public LoaderReport load(Map<String, List<Long>> lora, String family, BaseModules base) {
        LoraGrammar grammar = LoraGrammar.parse(lora);
        return load(grammar, base, LoraFit.of(grammar, base));
    }

    private LoaderReport load(LoraGrammar grammar, BaseModules base, LoraFit fit) {
        Map<String, String> misfits = fit.misfits().stream()
                .collect(Collectors.toMap(LoraFit.Misfit::module, LoraFit.Misfit::problem, (a, b) -> a));
        Set<String> unmatched = Set.copyOf(fit.unmatched());
        return new LoaderReport(
                title(),
                version(),
                true,
                grammar,
                grammar.modules().stream()
                        .map(m -> judge(m, base.find(m), unmatched, misfits))
                        .toList(),
                grammar.unknown());
    }

    private static LoadedModule judge(
            LoraModule module, Optional<BaseLayer> layer, Set<String> unmatched, Map<String, String> misfits) {
        if (FOREIGN.contains(module.naming())) {
            return LoadedModule.lost(module, layer, Loss.PREFIX, "");
        }
        if (unmatched.contains(module.name())) {
            return LoadedModule.lost(module, layer, Loss.LAYER, "");
        }
        if (!module.unread().isEmpty()) {
            String others = module.unread().stream()
                    .map(r -> r.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(" and "));
            return LoadedModule.lost(module, layer, Loss.SUFFIX, "with " + others);
        }
        String misfit = misfits.get(module.name());
        return misfit == null
                ? new LoadedModule(module, layer, Loss.NONE, Set.of(), "")
                : LoadedModule.lost(module, layer, Loss.SHAPE, misfit);
    }

    /**
     * What it makes of a LoRA that it takes whole.
     *
     * @param base a whole model
     * @throws ModelFileException saying what of it would be left out
     */
    public static LoaderReport require(LoraFile lora, BaseModules base) {
        LoraFit fit = LoraFit.of(lora.grammar(), base);
        LoaderReport report = new LocalLoader().load(lora.grammar(), base, fit);
        List<String> problems = new ArrayList<>();
        LoraCheck.ofNames(lora.grammar()).forEach(p -> problems.add(p.text()));
        if (!report.stray().isEmpty()) {
            problems.add(
                    report.stray().size() + " of " + lora.header().tensors().size() + " keys have no known form: "
                            + Shortened.of(report.stray(), SHOWN));
        }
        List<LoadedModule> lost = report.modules().stream()
                .filter(m -> !m.whole() || m.layer().isEmpty())
                .toList();
        if (!lost.isEmpty()) {
            problems.add(lost.size() + " of " + report.modules().size() + " modules cannot be merged: "
                    + Shortened.of(lost.stream().map(LocalLoader::words).toList(), SHOWN));
        }
        problems.addAll(fit.twice());
        if (!problems.isEmpty()) {
            throw new ModelFileException(lora.path(), String.join("; ", problems));
        }
        return report;
    }

    private static String words(LoadedModule lost) {
        String name = lost.module().name();
        return switch (lost.loss()) {
            case NONE, LAYER -> name + " names no layer of this model";
            case PREFIX -> name + " is named as in another family";
            case SUFFIX -> name + " is " + lost.module().kind().title() + " " + lost.why();
            default -> name + ": " + lost.why();
        };
    }
}
