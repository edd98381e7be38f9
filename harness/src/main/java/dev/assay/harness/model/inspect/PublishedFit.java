package dev.assay.harness.model.inspect;

import dev.assay.harness.model.family.AdapterLayers;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.family.PublishedModel;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraFit;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How much of a LoRA's diffusion part has its place in a published model.
 *
 * @param matched modules whose layer is there, in the same size where sizes were asked for
 * @param covered whether it changes every block of each kind that it changes at all
 */
record PublishedFit(ModelFamily family, PublishedModel model, int matched, boolean covered) {
    private static final int SAMPLE = 16; // modules that are tried first: none of them, none at all
    private static final Map<String, BaseModules> LOADED = new ConcurrentHashMap<>();

    /** Of every published model. */
    static Stream<PublishedFit> all(List<LoraModule> modules, boolean sized) {
        return ModelFamilies.ALL.stream()
                .flatMap(f -> f.signs().published().stream().map(m -> of(f, m, modules, sized)));
    }

    private static PublishedFit of(ModelFamily family, PublishedModel model, List<LoraModule> modules, boolean sized) {
        Set<LoraModule> matched = Set.of();
        for (String file : model.files()) {
            // The authors' layout is told in diffusers' words too, which are not those of its own file in diffusers'
            // layout.
            List<LoraModule> mine = PublishedModel.isOfAuthors(file)
                    ? modules.stream()
                            .filter(m -> !m.layer().contains("transformer_blocks"))
                            .toList()
                    : modules;
            BaseModules layers = layers(file);
            if (!found(layers, sample(mine), sized).isEmpty()) {
                Set<LoraModule> found = found(layers, mine, sized);
                matched = found.size() > matched.size() ? found : matched;
            }
        }
        return new PublishedFit(family, model, matched.size(), covers(model, matched));
    }

    /** Those of a published model's resource. */
    static BaseModules layers(String file) {
        return LOADED.computeIfAbsent(file, f -> BaseModules.of(PublishedModel.shapes(f)));
    }

    private static List<LoraModule> sample(List<LoraModule> modules) {
        int step = Math.max(1, modules.size() / SAMPLE);
        List<LoraModule> sample = new ArrayList<>();
        for (int i = 0; i < modules.size(); i += step) {
            sample.add(modules.get(i));
        }
        return sample;
    }

    private static Set<LoraModule> found(BaseModules layers, List<LoraModule> modules, boolean sized) {
        Predicate<LoraModule> here = m -> layers.find(m).isPresent();
        if (sized) {
            List<LoraModule> weights =
                    modules.stream().map(PublishedFit::weight).toList();
            Set<String> names = LoraFit.of(new LoraGrammar(weights, List.of(), List.of()), layers)
                    .layers()
                    .keySet();
            here = m -> names.contains(m.name());
        }
        return modules.stream().filter(here).collect(Collectors.toSet());
    }

    /** Without a change of the bias, which trainers write for layers that have none; a module of that alone as it is. */
    private static LoraModule weight(LoraModule module) {
        LoraModule weight = module.only(r -> !r.isBias());
        return weight.keys().isEmpty() ? module : weight;
    }

    private static Optional<String> block(PublishedModel model, String layer) {
        return model.blocks().keySet().stream()
                .filter(b -> layer.length() > b.length()
                        && layer.startsWith(b)
                        && (layer.charAt(b.length()) == '.' || layer.charAt(b.length()) == '_'))
                .findFirst();
    }

    private static boolean covers(PublishedModel model, Set<LoraModule> modules) {
        Map<String, Set<Integer>> seen = new LinkedHashMap<>();
        for (LoraModule module : modules) {
            block(model, module.layer())
                    .ifPresent(b -> seen.computeIfAbsent(b, k -> new TreeSet<>())
                            .add(AdapterLayers.firstNumber(module.layer())));
        }
        return !seen.isEmpty()
                && seen.entrySet().stream()
                        .allMatch(e ->
                                model.blocks().get(e.getKey()) == e.getValue().size());
    }
}
