package dev.assay.harness.nn.diffusion;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.weights.StateDict;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // scopes work by being open
class UnetTest {
    private static StateDict weights(String name) {
        return Golden.tensors(name + "/diffusion_pytorch_model");
    }

    private static Unet unet(String name, StateDict weights) {
        return new Unet(UnetConfig.of(Golden.json(name + "/config.json")), weights, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unet_conv", "unet_linear"})
    void predictions_equal_those_of_diffusers(String name) {
        try (PointerScope scope = new PointerScope()) {
            StateDict golden = Golden.tensors(name + "_golden");
            Unet unet = unet(name, weights(name));
            Tensor latents = golden.get("latents");
            Unet.Text text = unet.prepare(golden.get("context"));
            Golden.assertClose("t 501", unet.forward(latents, 501, text), golden.get("output"), 1e-5);
            Golden.assertClose("t 20.75", unet.forward(latents, 20.75, text), golden.get("fractional"), 1e-5);
        }
    }

    @Test
    void a_batch_of_two_equals_two_batches_of_one() {
        try (PointerScope scope = new PointerScope()) {
            StateDict golden = Golden.tensors("unet_linear_golden");
            Unet unet = unet("unet_linear", weights("unet_linear"));
            for (long i = 0; i < 2; i++) {
                Tensor one = unet.forward(
                        golden.get("latents").narrow(0, i, 1),
                        501,
                        unet.prepare(golden.get("context").narrow(0, i, 1)));
                Golden.assertClose("picture " + i, one, golden.get("output").narrow(0, i, 1), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "upcast_attention, true",
        "class_embed_type, timestep",
        "addition_embed_type, text_time",
        "mid_block_type, UNetMidBlock2D",
        "act_fn, gelu"
    })
    void a_field_we_do_not_support_is_an_error_that_names_it(String field, String value) {
        ObjectNode json = (ObjectNode) Golden.json("unet_conv/config.json");
        json.put(field, value);
        assertThatThrownBy(() -> UnetConfig.of(json))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(field)
                .hasMessageContaining(value);
    }

    @Test
    void a_block_we_do_not_know_is_an_error_that_names_it() {
        ObjectNode json = (ObjectNode) Golden.json("unet_conv/config.json");
        json.putArray("down_block_types").add("AttnDownBlock2D").add("DownBlock2D");
        assertThatThrownBy(() -> UnetConfig.of(json)).hasMessageContaining("AttnDownBlock2D");
    }

    @Test
    void missing_left_over_and_misshapen_weights_are_one_error_that_names_them() {
        try (PointerScope scope = new PointerScope()) {
            StateDict wrong = weights("unet_conv")
                    .rename(n -> n.equals("conv_in.bias") ? "conv_in.bios" : n)
                    .with(Map.of("conv_out.bias", torch.zeros(5)));
            assertThatThrownBy(() -> unet("unet_conv", wrong))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("missing: conv_in.bias")
                    .hasMessageContaining("left over: conv_in.bios")
                    .hasMessageContaining("conv_out.bias (expected [4], found [5])");
        }
    }
}
