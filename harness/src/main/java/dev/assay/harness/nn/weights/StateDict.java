package dev.assay.harness.nn.weights;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Weights by name; minimal stand-in until the mapped one is merged. */
public final class StateDict {
    private final Map<String, Tensor> tensors;
    private final ScalarType dtype;

    private StateDict(Map<String, Tensor> tensors, ScalarType dtype) {
        this.tensors = new LinkedHashMap<>(tensors);
        this.dtype = dtype;
    }

    public static StateDict of(Map<String, Tensor> tensors) {
        return new StateDict(tensors, ScalarType.Float);
    }

    public StateDict to(ScalarType newDtype, String newDevice) {
        return new StateDict(tensors, newDtype);
    }

    public Tensor get(String name) {
        return tensors.get(name).to(dtype, false, true, null);
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public Set<String> names() {
        return tensors.keySet();
    }

    public List<Long> shape(String name) {
        return Arrays.stream(tensors.get(name).sizes().vec().get()).boxed().toList();
    }

    public StateDict with(Map<String, Tensor> changed) {
        Map<String, Tensor> all = new LinkedHashMap<>(tensors);
        all.putAll(changed);
        return new StateDict(all, dtype);
    }
}
