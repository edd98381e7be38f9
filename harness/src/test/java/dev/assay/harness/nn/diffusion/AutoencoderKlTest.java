package dev.assay.harness.nn.diffusion;

import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.weights.StateDict;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // scopes work by being open
class AutoencoderKlTest {
    @ParameterizedTest
    @ValueSource(strings = {"vae_attention", "vae_plain"})
    void both_directions_equal_those_of_diffusers(String name) {
        try (PointerScope scope = new PointerScope()) {
            StateDict golden = Golden.tensors(name + "_golden");
            AutoencoderKl vae = new AutoencoderKl(
                    AutoencoderConfig.of(Golden.json(name + "/config.json")),
                    Golden.tensors(name + "/diffusion_pytorch_model"),
                    name);
            Golden.assertClose("decoded", vae.decode(golden.get("latents")), golden.get("decoded"), 3e-5);
            Golden.assertClose("encoded", vae.encode(golden.get("pixels")), golden.get("encoded"), 3e-5);
        }
    }
}
