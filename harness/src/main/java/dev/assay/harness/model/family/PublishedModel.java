package dev.assay.harness.model.family;

import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraFit;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model as it was published: what its layers are called, in every tool's words, and measure. Read from {@code *.layers} beside
 * this class, which {@code published_layers.py} makes; looked at when first asked.
 *
 * @param word of its family
 * @param name of its family, for people, in a list of several
 * @param title of its family, for people; says no more than layers do
 * @param detail which of the family's sizes; may be empty
 * @param blocks how many there are of each kind of block, by the start of their layers' names in every layout; 0 where the
 *     number tells nothing
 * @param files names of the resources, one per layout
 */
record PublishedModel(
        String word, String name, String title, String detail, Map<String, Integer> blocks, List<String> files) {
    private static final int SAMPLE = 16; // modules that are tried first: none of them, none at all
    private static final String AUTHORS = ".authors";
    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)-(\\d+)}");
    private static final Map<String, BaseModules> LOADED = new ConcurrentHashMap<>();

    /**
     * How much of a LoRA's diffusion part has its place here.
     *
     * @param matched modules whose layer is here, in the same size where sizes were asked for
     * @param covered whether it changes every block of each kind that it changes at all
     */
    record Fit(PublishedModel model, int matched, boolean covered) {}

    /** @param sized whether the layers must be of the same size too */
    Fit fit(List<LoraModule> modules, boolean sized) {
        Set<LoraModule> matched = Set.of();
        for (String file : files) {
            // The authors' layout is told in diffusers' words too, which are not those of its own file in diffusers'
            // layout.
            List<LoraModule> mine = file.endsWith(AUTHORS)
                    ? modules.stream()
                            .filter(m -> !m.layer().contains("transformer_blocks"))
                            .toList()
                    : modules;
            BaseModules layers = LOADED.computeIfAbsent(file, f -> BaseModules.of(shapes(f)));
            if (!found(layers, sample(mine), sized).isEmpty()) {
                Set<LoraModule> found = found(layers, mine, sized);
                matched = found.size() > matched.size() ? found : matched;
            }
        }
        return new Fit(this, matched.size(), covers(matched));
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
                    modules.stream().map(PublishedModel::weight).toList();
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

    private Optional<String> block(LoraModule module) {
        String layer = module.layer();
        return blocks.keySet().stream()
                .filter(b -> layer.length() > b.length()
                        && layer.startsWith(b)
                        && (layer.charAt(b.length()) == '.' || layer.charAt(b.length()) == '_'))
                .findFirst();
    }

    private boolean covers(Set<LoraModule> modules) {
        Map<String, Set<Integer>> seen = new LinkedHashMap<>();
        for (LoraModule module : modules) {
            block(module)
                    .ifPresent(b -> seen.computeIfAbsent(b, k -> new TreeSet<>())
                            .add(AdapterLayers.firstNumber(module.layer())));
        }
        return !seen.isEmpty()
                && seen.entrySet().stream()
                        .allMatch(e -> blocks.get(e.getKey()) == e.getValue().size());
    }

    /** Shapes of a resource's tensors by name. */
    static Map<String, List<Long>> shapes(String file) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        try (InputStream in = PublishedModel.class.getResourceAsStream(file + ".layers");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split(" ", -1);
                    List<Long> shape = Pattern.compile(",")
                            .splitAsStream(parts[1])
                            .map(Long::valueOf)
                            .toList();
                    for (String layer : expanded(parts[0])) {
                        shapes.put(layer + ".weight", shape);
                        if (parts.length > 2) {
                            shapes.put(layer + ".bias", List.of(shape.get(0)));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shapes;
    }

    private static List<String> expanded(String name) {
        Matcher range = RANGE.matcher(name);
        if (!range.find()) {
            return List.of(name);
        }
        List<String> names = new ArrayList<>();
        for (int i = Integer.parseInt(range.group(1)); i <= Integer.parseInt(range.group(2)); i++) {
            names.addAll(expanded(name.substring(0, range.start()) + i + name.substring(range.end())));
        }
        return names;
    }
}
