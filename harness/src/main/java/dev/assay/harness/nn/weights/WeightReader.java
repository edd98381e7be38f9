package dev.assay.harness.nn.weights;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Hands a network its weights and keeps the books: {@link #finish} names every tensor that was missing, had another shape
 * than the config says, or was left over.
 */
public final class WeightReader {
    private final String where;
    private final StateDict weights;
    private final Set<String> left;
    private final List<String> missing = new ArrayList<>();
    private final List<String> misshapen = new ArrayList<>();
    private final Set<String> taken = new HashSet<>();

    /** @param where what is being loaded, e.g. the path of the component; begins error messages */
    public WeightReader(String where, StateDict weights) {
        this.where = where;
        this.weights = weights.withoutBookkeeping();
        this.left = new TreeSet<>(this.weights.names());
    }

    public boolean has(String name) {
        return weights.has(name);
    }

    /**
     * The tensor in the given shape; a 1 x 1 convolution may stand for a linear layer and the other way round. Where it is
     * missing or has other sizes, an empty tensor stands in until {@link #finish} reports it.
     */
    public Tensor take(String name, long... shape) {
        taken.add(name);
        if (!weights.has(name)) {
            missing.add(name);
            return torch.empty(0);
        }
        left.remove(name);
        List<Long> found = weights.shape(name);
        List<Long> expected = Arrays.stream(shape).boxed().toList();
        if (found.equals(expected)) {
            return weights.get(name);
        }
        if (withoutTrailingOnes(found).equals(withoutTrailingOnes(expected))) {
            return weights.get(name).reshape(shape);
        }
        misshapen.add(name + " (expected " + expected + ", found " + found + ")");
        return torch.empty(0);
    }

    /** @throws ModelFileException naming what was missing, misshapen or left over */
    public void finish() {
        StringBuilder problem = new StringBuilder();
        append(problem, "missing", missing, taken.size());
        append(problem, "of another shape than the config says", misshapen, taken.size());
        append(problem, "left over", left, weights.names().size());
        if (problem.length() > 0) {
            throw new ModelFileException(where + ": the weights do not fit the network" + problem
                    + "; is this file of another model family?");
        }
    }

    private static void append(StringBuilder text, String what, java.util.Collection<String> names, int of) {
        if (!names.isEmpty()) {
            text.append("; ")
                    .append(names.size())
                    .append(" of ")
                    .append(of)
                    .append(" keys ")
                    .append(what)
                    .append(": ");
            text.append(Shortened.of(List.copyOf(names), 20));
        }
    }

    private static List<Long> withoutTrailingOnes(List<Long> shape) {
        int n = shape.size();
        while (n > 2 && shape.get(n - 1) == 1) {
            n--;
        }
        return shape.subList(0, n);
    }
}
