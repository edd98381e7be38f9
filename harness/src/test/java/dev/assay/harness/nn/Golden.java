package dev.assay.harness.nn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.nn.weights.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Golden files of {@code golden_networks.py}. */
public final class Golden {
    private static final Path ROOT = Path.of("src/test/resources/golden/networks");

    static {
        torch.set_num_threads(1); // threads cost more than they save on such small models, above all on a busy machine
    }

    private Golden() {}

    public static Path path(String name) {
        return ROOT.resolve(name);
    }

    /** The tensors of a file; it stays open until the tests end. */
    public static StateDict tensors(String file) {
        return StateDict.of(SafetensorsFile.open(path(file + ".safetensors")));
    }

    public static JsonNode json(String file) {
        try {
            return new ObjectMapper().readTree(path(file).toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Largest difference over largest expected value. */
    public static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double difference = actual.sub(expected).abs().max().item_float();
        double largest = expected.abs().max().item_float();
        assertThat(largest).as(what + " is not all zero").isGreaterThan(1e-3);
        assertThat(difference / largest).as(what).isLessThanOrEqualTo(tolerance);
    }
}
