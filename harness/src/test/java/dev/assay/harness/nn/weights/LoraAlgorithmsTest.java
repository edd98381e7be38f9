package dev.assay.harness.nn.weights;

import static dev.assay.harness.nn.weights.TinyWeights.floats;
import static dev.assay.harness.nn.weights.TinyWeights.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraChecks;
import dev.assay.harness.model.lora.LoraFile;
import dev.assay.harness.model.lora.LoraWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is measured is what is merged, and both are what the program that trained it computes with: LyCORIS 4.1.3 and PEFT 0.21.2, of
 * src/test/python/golden_lora_algorithms.py.
 */
class LoraAlgorithmsTest {
    private static final String FOLDER = "/dev/assay/harness/model/lora/";
    private static final List<Path> FILES =
            List.of(resource(FOLDER + "algorithms.safetensors"), resource(FOLDER + "algorithms_peft.safetensors"));
    private static final double FLOAT = 2e-6; // float32 on both sides, as a share of the largest weight

    private final Map<String, Tensor> base = TinyWeights.tensors(FOLDER + "algorithms_base.safetensors");
    private final Map<String, Tensor> golden = TinyWeights.tensors(FOLDER + "algorithms_merged.safetensors");
    private final JsonNode layers = layers();

    private static JsonNode layers() {
        try {
            return new ObjectMapper()
                    .readTree(resource(FOLDER + "algorithms.json").toFile())
                    .get("layers");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, StateDict> components() {
        Map<String, StateDict> components = new LinkedHashMap<>();
        for (String component : List.of("unet", "text_encoder")) {
            Map<String, Tensor> own = new LinkedHashMap<>();
            base.forEach((name, tensor) -> {
                if (name.startsWith(component + ".")) {
                    own.put(name.substring(component.length() + 1), tensor);
                }
            });
            components.put(component, StateDict.of(own));
        }
        return components;
    }

    /** All layers by name, with both files merged at a strength. */
    private Map<String, float[]> merged(double strength) {
        Map<String, StateDict> components = components();
        LoraMerge merge = LoraMerge.of(
                FILES.stream()
                        .map(f -> new LoraMerge.Part(LoraFile.read(f), strength))
                        .toList(),
                components);
        Map<String, float[]> merged = new TreeMap<>();
        components.forEach((component, weights) -> {
            StateDict all = merge.apply(component, weights);
            all.names().forEach(n -> merged.put(component + "." + n, floats(all.get(n))));
        });
        return merged;
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.7, -0.5})
    void weights_are_those_of_the_program_that_trained_them(double strength) {
        Map<String, float[]> merged = merged(strength);
        assertThat(merged).hasSameSizeAs(base);
        Set<String> changed = new TreeSet<>();
        merged.forEach((name, found) -> {
            float[] before = floats(base.get(name));
            float[] after = golden.containsKey(name) ? floats(golden.get(name)) : before;
            double largest = 0;
            double error = 0;
            for (int i = 0; i < before.length; i++) {
                double expected = before[i] + strength * ((double) after[i] - before[i]);
                largest = Math.max(largest, Math.abs(expected));
                error = Math.max(error, Math.abs(found[i] - expected));
            }
            assertThat(error / largest).as("%s: %s", name, what(name)).isLessThan(FLOAT);
            if (!java.util.Arrays.equals(found, before)) {
                changed.add(name);
            }
        });
        assertThat(changed).isEqualTo(new TreeSet<>(golden.keySet()));
    }

    private String what(String name) {
        return layers.path(name.substring(0, name.lastIndexOf('.')))
                .path("what")
                .asText();
    }

    @Test
    void norms_are_those_of_what_is_merged() {
        Map<String, float[]> merged = merged(1);
        int measured = 0;
        for (Path file : FILES) {
            LoraCheck check = LoraChecks.of(file, 1, Optional.of(resource(FOLDER + "algorithms_base.safetensors")));
            assertThat(check.fit().orElseThrow().whole()).isTrue();
            for (LoraWeights.Module module : check.weights().modules()) {
                String tensor = check.fit()
                        .orElseThrow()
                        .layers()
                        .get(module.name())
                        .tensor()
                        .orElseThrow();
                String layer = tensor.substring(0, tensor.lastIndexOf('.'));
                double norm = layers.get(layer).get("norm").asDouble();
                assertThat(module.norm().orElse(-1))
                        .as("%s: %s", layer, what(tensor))
                        .isCloseTo(norm, within(5e-6 * norm));
                double squared = 0;
                for (String parameter : List.of(".weight", ".bias")) {
                    float[] before = floats(base.get(layer + parameter));
                    for (int i = 0; i < before.length; i++) {
                        squared += Math.pow((double) merged.get(layer + parameter)[i] - before[i], 2);
                    }
                }
                assertThat(Math.sqrt(squared)).as(layer).isCloseTo(norm, within(5e-6 * norm));
                measured++;
            }
        }
        assertThat(measured).isEqualTo(layers.size());
    }

    @Test
    void comfyui_differs_where_it_leaves_the_authors_formula() {
        Set<String> other = new TreeSet<>();
        layers.forEach(l -> {
            if (l.path("comfyui").asDouble(0) > 1e-5) {
                other.add(l.get("what").asText().replaceAll(" (lora_dim|alpha|factor)=\\d+", ""));
            }
        });
        assertThat(other)
                .containsExactly(
                        "DiagOFTModule rescaled=True", // it reads no scale of the rows
                        "LoConModule weight_decompose=True wd_on_out=True", // it divides by the norm of W, not of W +
                        // dW
                        "LohaModule weight_decompose=True wd_on_out=True",
                        "LokrModule weight_decompose=True wd_on_out=True");
    }
}
