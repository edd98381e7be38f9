package dev.assay.harness.nn.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.vision.VisionConfig.Kind;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("try") // scopes work by being open
class VisionTransformerTest {
    private static VisionTransformer model(Kind kind, String name) {
        JsonNode json = Golden.json(name + "/config.json");
        VisionConfig config = VisionConfig.of(kind, json.has("vision_config") ? json.get("vision_config") : json);
        StateDict weights = Golden.tensors(name + "/model");
        StateDict vision = kind == Kind.DINOV2 ? weights : weights.below("vision_model.");
        WeightReader reader = new WeightReader(name, VisionLayouts.names(vision));
        VisionTransformer model = new VisionTransformer(config, reader);
        reader.finish();
        return model;
    }

    @ParameterizedTest
    @CsvSource({"CLIP, clip_quick", "CLIP, clip_gelu", "SIGLIP, siglip", "DINOV2, dinov2", "DINOV2, dinov2_registers"})
    void pooled_vectors_equal_those_of_transformers_and_a_batch_those_of_single_pictures(Kind kind, String name) {
        try (PointerScope scope = new PointerScope()) {
            StateDict golden = Golden.tensors(name + "_golden");
            VisionTransformer model = model(kind, name);
            Tensor pixels = golden.get("pixels");
            Golden.assertClose("pooled", model.forward(pixels), golden.get("pooled"), 1e-5);
            Golden.assertClose(
                    "second alone",
                    model.forward(pixels.narrow(0, 1, 1)),
                    golden.get("pooled").narrow(0, 1, 1),
                    1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({"dinov2", "dinov2_registers"})
    void dinov2_takes_other_sizes_by_stretching_its_positions(String name) {
        try (PointerScope scope = new PointerScope()) {
            StateDict golden = Golden.tensors(name + "_golden");
            Golden.assertClose(
                    "wide", model(Kind.DINOV2, name).forward(golden.get("wide")), golden.get("wide_pooled"), 1e-5);
        }
    }

    @Test
    void clip_refuses_pictures_of_another_size() {
        try (PointerScope scope = new PointerScope()) {
            Tensor wide = Golden.tensors("dinov2_golden").get("wide");
            assertThatThrownBy(() -> model(Kind.CLIP, "clip_quick").forward(wide))
                    .hasMessageContaining("expected pictures of 32 px");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "visual.conv1.weight, embeddings.patch_embedding.weight",
        "visual.class_embedding, embeddings.class_embedding",
        "visual.positional_embedding, embeddings.position_embedding.weight",
        "visual.ln_pre.bias, pre_layrnorm.bias",
        "visual.ln_post.weight, post_layernorm.weight",
        "visual.transformer.resblocks.7.attn.in_proj_weight, encoder.layers.7.self_attn.in_proj.weight",
        "visual.transformer.resblocks.7.attn.out_proj.bias, encoder.layers.7.self_attn.out_proj.bias",
        "visual.transformer.resblocks.7.ln_1.weight, encoder.layers.7.layer_norm1.weight",
        "visual.transformer.resblocks.7.mlp.c_fc.weight, encoder.layers.7.mlp.fc1.weight",
        "visual.transformer.resblocks.7.mlp.c_proj.bias, encoder.layers.7.mlp.fc2.bias",
        "blocks.3.attn.qkv.weight, encoder.layers.3.self_attn.in_proj.weight",
        "blocks.3.attn.proj.bias, encoder.layers.3.self_attn.out_proj.bias",
        "blocks.3.ls2.gamma, encoder.layers.3.layer_scale2.lambda1",
        "blocks.3.norm1.weight, encoder.layers.3.layer_norm1.weight",
        "patch_embed.proj.weight, embeddings.patch_embedding.weight",
        "pos_embed, embeddings.position_embedding.weight",
        "norm.bias, post_layernorm.bias",
        "encoder.layer.3.attention.attention.query.weight, encoder.layers.3.self_attn.q_proj.weight",
        "encoder.layer.3.attention.attention.key.bias, encoder.layers.3.self_attn.k_proj.bias",
        "encoder.layer.3.attention.output.dense.weight, encoder.layers.3.self_attn.out_proj.weight",
        "encoder.layer.3.layer_scale1.lambda1, encoder.layers.3.layer_scale1.lambda1"
    })
    void other_layouts_come_to_the_same_names(String found, String name) {
        assertThat(VisionLayouts.name(found)).isEqualTo(name);
    }

    @Test
    void the_mask_token_of_training_is_left_out() {
        assertThat(VisionLayouts.name("embeddings.mask_token")).isNull();
    }
}
