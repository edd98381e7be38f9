package dev.assay.harness.model.family;

import dev.assay.harness.model.ModelHeader.Tensor;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A file's tensors under a prefix, by their names after it. */
public final class Layers {
    private static final String WEIGHT = ".weight";

    private final NavigableMap<String, Tensor> tensors;
    private final String prefix;

    private Layers(NavigableMap<String, Tensor> tensors, String prefix) {
        this.tensors = tensors;
        this.prefix = prefix;
    }

    public static Layers of(Map<String, Tensor> tensors) {
        return new Layers(new TreeMap<>(tensors), "");
    }

    /** Those below a further prefix. */
    public Layers under(String further) {
        return new Layers(tensors, prefix + further);
    }

    public boolean has(String name) {
        return tensors.containsKey(prefix + name);
    }

    /** Whether any name begins so. */
    public boolean hasUnder(String start) {
        String first = tensors.ceilingKey(prefix + start);
        return first != null && first.startsWith(prefix + start);
    }

    /** Size of a dimension; -1 if there is no such tensor or dimension. */
    public long dimension(String name, int index) {
        Tensor tensor = tensors.get(prefix + name);
        return tensor == null || tensor.shape().size() <= index
                ? -1
                : tensor.shape().get(index);
    }

    /** Number of dimensions; -1 if there is no such tensor. */
    public int rank(String name) {
        Tensor tensor = tensors.get(prefix + name);
        return tensor == null ? -1 : tensor.shape().size();
    }

    /** Number of names that begin with {@code start.0.}, {@code start.1.} and so on, without a gap. */
    public int blocks(String start) {
        int count = 0;
        while (hasUnder(start + "." + count + ".")) {
            count++;
        }
        return count;
    }

    /** Number of names under this prefix. */
    public int size() {
        return prefix.isEmpty()
                ? tensors.size()
                : tensors.subMap(prefix, true, prefix + Character.MAX_VALUE, false)
                        .size();
    }

    /** Names of the modules that have a weight. */
    public List<String> modules() {
        return tensors.tailMap(prefix, true).keySet().stream()
                .takeWhile(n -> n.startsWith(prefix))
                .filter(n -> n.endsWith(WEIGHT))
                .map(n -> n.substring(prefix.length(), n.length() - WEIGHT.length()))
                .toList();
    }

    /** The first tensor (in the order of names) that ends so; null if none does. */
    @Nullable
    Tensor first(String end) {
        for (Map.Entry<String, Tensor> entry : tensors.tailMap(prefix, true).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                return null;
            }
            if (entry.getKey().endsWith(end)) {
                return entry.getValue();
            }
        }
        return null;
    }
}
