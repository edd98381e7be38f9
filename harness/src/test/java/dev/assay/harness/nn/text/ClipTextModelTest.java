package dev.assay.harness.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.weights.StateDict;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // scopes work by being open
class ClipTextModelTest {
    private static ClipTextModel model(String name) {
        return new ClipTextModel(
                ClipTextConfig.of(Golden.json(name + "/config.json")), Golden.tensors(name + "/model"), name);
    }

    private static long[] ids(StateDict golden) {
        Tensor ids = golden.get("ids").flatten();
        long[] all = new long[(int) ids.numel()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) ids.select(0, i).item_float();
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"text_quick", "text_gelu"})
    void hidden_states_equal_those_of_transformers(String name) {
        try (PointerScope scope = new PointerScope()) {
            StateDict golden = Golden.tensors(name + "_golden");
            ClipTextModel model = model(name);
            long[] ids = ids(golden);
            Tensor last = model.forward(ids, 0);
            Golden.assertClose("last", last, golden.get("last"), 1e-5);
            Golden.assertClose("clip skip 1", model.forward(ids, 1), golden.get("skip1"), 1e-5);
            Golden.assertClose("pooled", last.select(1, model.endOfText(ids)), golden.get("pooled"), 1e-5);
        }
    }

    @Test
    void too_large_a_clip_skip_is_an_error() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> model("text_gelu").forward(new long[] {638, 639}, 3))
                    .hasMessageContaining("0 to 2")
                    .hasMessageContaining("found 3");
        }
    }

    @Test
    void an_activation_we_do_not_have_is_an_error_that_names_it() {
        ObjectNode json = (ObjectNode) Golden.json("text_gelu/config.json");
        json.put("hidden_act", "relu");
        assertThatThrownBy(() -> ClipTextConfig.of(json))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("hidden_act")
                .hasMessageContaining("relu");
    }

    @Test
    void the_end_of_text_is_the_highest_id_in_old_configs_and_the_first_end_token_in_new_ones() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(model("text_quick").endOfText(new long[] {638, 5, 639, 639}))
                    .isEqualTo(2);
            assertThat(model("text_gelu").endOfText(new long[] {638, 5, 639, 639}))
                    .isEqualTo(2);
        }
    }
}
