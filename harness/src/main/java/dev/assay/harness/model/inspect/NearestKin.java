package dev.assay.harness.model.inspect;

import dev.assay.harness.model.family.AdapterLayers;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.PublishedModel;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.text.PlainText;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The published model whose layers are called most like those of a file of no known family, numbers apart.
 *
 * @param name of the model
 * @param shared sorts of layers of the file that the model has
 * @param all sorts of layers of the file
 * @param more those that the model lacks, in the order of their names
 */
record NearestKin(String name, int shared, int all, List<String> more) {
    private static final int LEAST = 3; // sorts of layers: fewer are an accident
    private static final int SHOWN = 2;

    /** @param layers names of modules, with dots or underscores; a model's own prefix and a tensor's ending apart */
    static Optional<NearestKin> of(Collection<String> layers) {
        Set<String> sorts = layers.stream().map(AdapterLayers::pattern).collect(Collectors.toCollection(TreeSet::new));
        return ModelFamilies.ALL.stream()
                .flatMap(f -> f.signs().published().stream())
                .flatMap(m -> m.files().stream().flatMap(file -> of(m, file, sorts)))
                .filter(k -> k.shared >= LEAST && 2 * k.shared >= k.all)
                .max(Comparator.comparingInt(NearestKin::shared));
    }

    /** In each of the model's languages. */
    private static Stream<NearestKin> of(PublishedModel model, String file, Set<String> sorts) {
        BaseModules base = PublishedFit.layers(file);
        return Stream.of(base.original().keySet(), base.diffusers().keySet()).map(names -> {
            Set<String> theirs = names.stream().map(AdapterLayers::pattern).collect(Collectors.toSet());
            List<String> more = sorts.stream().filter(s -> !theirs.contains(s)).toList();
            return new NearestKin(model.name(), sorts.size() - more.size(), sorts.size(), more);
        });
    }

    /** Like {@code it looks like Flux.1 (21 of its 24 sorts of layers are called so) but has ...}. */
    String words() {
        return "it looks like " + name + " (" + shared + " of its " + all + " sorts of layers are called so)"
                + (more.isEmpty()
                        ? " but is of another size or make"
                        : " but has "
                                + more.stream()
                                        .limit(SHOWN)
                                        .map(m -> PlainText.line(m, 60))
                                        .collect(Collectors.joining(", "))
                                + (more.size() > SHOWN ? " and more" : ""));
    }
}
