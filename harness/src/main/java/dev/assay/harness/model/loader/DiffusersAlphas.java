package dev.assay.harness.model.loader;

import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraNaming;
import dev.assay.harness.model.lora.LoraRole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Alphas that diffusers gives to the wrong modules. For kohya's LoRAs of Stable Diffusion 1 and XL it tells PEFT the most common alpha,
 * and the others by name; but of attention layers it tells them by a name that no layer has ({@code _get_alpha_name}), so that these get
 * the most common one.
 */
final class DiffusersAlphas {
    private static final Pattern ATTENTION = Pattern.compile("_attn[12]_to_(q|k|v|out_0)$");

    private DiffusersAlphas() {}

    /** @param scales by module: alpha divided by the rank */
    static LoaderReport applied(LoaderReport report, Map<String, Double> scales) {
        Map<String, Double> alphas = new LinkedHashMap<>();
        report.denoiser().stream()
                .filter(LoadedModule::whole)
                .map(LoadedModule::module)
                .filter(m -> m.naming() == LoraNaming.KOHYA && m.has(LoraRole.ALPHA) && scales.containsKey(m.name()))
                .forEach(m ->
                        alphas.put(m.name(), scales.get(m.name()) * m.rank().orElse(1)));
        Map<Double, Integer> counts = new LinkedHashMap<>();
        alphas.values().forEach(a -> counts.merge(a, 1, Integer::sum));
        if (counts.size() < 2) {
            return report;
        }
        int most = counts.values().stream().mapToInt(n -> n).max().orElse(0);
        List<LoadedModule> modules = new ArrayList<>();
        for (LoadedModule loaded : report.modules()) {
            LoraModule module = loaded.module();
            Double alpha = alphas.get(module.name());
            boolean other = alpha != null
                    && counts.get(alpha) < most
                    && ATTENTION.matcher(module.name()).find();
            modules.add(
                    other
                            ? new LoadedModule(
                                    module,
                                    loaded.layer(),
                                    Loss.PART,
                                    Set.of(module.keys().get(LoraRole.ALPHA)),
                                    "")
                            : loaded);
        }
        return new LoaderReport(report.loader(), report.version(), true, report.grammar(), modules, report.stray());
    }
}
