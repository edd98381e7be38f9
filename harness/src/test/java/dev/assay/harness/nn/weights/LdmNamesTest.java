package dev.assay.harness.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LdmNamesTest {
    /** Two layers per block, as in Stable Diffusion 1: attention in the first three blocks down and the last three up. */
    private static List<String> stableDiffusion1() {
        List<String> modules = new ArrayList<>(List.of("conv_in", "conv_out", "mid_block.attentions.0.proj_in"));
        for (int b = 0; b < 4; b++) {
            for (int j = 0; j < 3; j++) {
                if (j < 2) {
                    modules.add("down_blocks." + b + ".resnets." + j + ".conv1");
                }
                modules.add("up_blocks." + b + ".resnets." + j + ".conv1");
                if (b > 0) {
                    modules.add("up_blocks." + b + ".attentions." + j + ".proj_in");
                }
            }
        }
        return modules;
    }

    @Test
    void paths_of_stable_diffusion_1_in_the_original_layout() {
        LdmNames names = new LdmNames(stableDiffusion1());
        Map<String, String> expected = Map.ofEntries(
                Map.entry("conv_in", "input_blocks.0.0"),
                Map.entry("down_blocks.0.resnets.1.conv2", "input_blocks.2.0.out_layers.3"),
                Map.entry("down_blocks.0.downsamplers.0.conv", "input_blocks.3.0.op"),
                Map.entry("down_blocks.1.attentions.0.proj_in", "input_blocks.4.1.proj_in"),
                Map.entry("down_blocks.2.attentions.1.proj_out", "input_blocks.8.1.proj_out"),
                Map.entry("down_blocks.3.resnets.1.norm1", "input_blocks.11.0.in_layers.0"),
                Map.entry("mid_block.resnets.0.conv1", "middle_block.0.in_layers.2"),
                Map.entry("mid_block.attentions.0.proj_in", "middle_block.1.proj_in"),
                Map.entry("mid_block.resnets.1.time_emb_proj", "middle_block.2.emb_layers.1"),
                Map.entry("up_blocks.0.resnets.2.conv_shortcut", "output_blocks.2.0.skip_connection"),
                Map.entry("up_blocks.0.upsamplers.0.conv", "output_blocks.2.1.conv"),
                Map.entry("up_blocks.1.upsamplers.0.conv", "output_blocks.5.2.conv"),
                Map.entry("up_blocks.3.attentions.2.proj_out", "output_blocks.11.1.proj_out"),
                Map.entry("conv_norm_out", "out.0"),
                Map.entry("time_embedding.linear_2", "time_embed.2"));
        expected.forEach(
                (module, ldm) -> assertThat(names.of(module)).as(module).hasValue(ldm));
    }

    @Test
    void no_two_modules_share_a_name() {
        List<String> modules = stableDiffusion1();
        LdmNames names = new LdmNames(modules);
        assertThat(modules.stream().map(m -> names.of(m).orElseThrow())).doesNotHaveDuplicates();
    }
}
