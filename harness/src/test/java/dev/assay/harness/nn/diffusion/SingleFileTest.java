package dev.assay.harness.nn.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // scopes work by being open
class SingleFileTest {
    private record Names(String single, String diffusers, List<Long> shape) {}

    private static List<Names> stableDiffusion15() throws IOException {
        return Files.readAllLines(Golden.path("sd15_names.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" ", -1))
                .map(f -> new Names(
                        f[0],
                        f[1],
                        Arrays.stream(f[2].split("x", -1)).map(Long::valueOf).toList()))
                .toList();
    }

    private static StateDict shapes(List<Names> names) {
        TensorOptions meta = new TensorOptions().device(new DeviceOptional(new Device("meta")));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        names.forEach(n -> tensors.put(
                n.single,
                torch.empty(n.shape.stream().mapToLong(Long::longValue).toArray(), meta, null)));
        return StateDict.of(tensors);
    }

    @Test
    void every_key_of_stable_diffusion_15_maps_both_ways() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            List<Names> all = stableDiffusion15();
            assertThat(all).hasSize(686 + 248 + 196);
            StateDict file = shapes(all);
            Map<String, String> unet = SingleFile.unetNames(SingleFile.unetConfig(file.below(SingleFile.UNET)));
            Map<String, String> vae = SingleFile.vaeNames(SingleFile.vaeConfig(file.below(SingleFile.VAE)));
            check(all, SingleFile.UNET, unet);
            check(all, SingleFile.VAE, vae);
        }
    }

    private static void check(List<Names> all, String prefix, Map<String, String> table) {
        Map<String, String> back = new HashMap<>();
        table.forEach((from, to) -> back.put(to, from));
        assertThat(back).as("no two modules get one name").hasSameSizeAs(table);
        for (Names n : all) {
            if (n.single.startsWith(prefix)) {
                String single = n.single.substring(prefix.length());
                assertThat(SingleFile.translate(table, single)).isEqualTo(n.diffusers);
                assertThat(SingleFile.translate(back, n.diffusers)).isEqualTo(single);
            }
        }
    }

    @Test
    void sizes_of_stable_diffusion_15_are_read_off_its_shapes() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            StateDict file = shapes(stableDiffusion15());
            UnetConfig unet = SingleFile.unetConfig(file.below(SingleFile.UNET));
            assertThat(unet.blockChannels()).containsExactly(320, 640, 1280, 1280);
            assertThat(unet.heads()).containsOnly(8);
            assertThat(unet.layers()).containsOnly(2);
            assertThat(unet.crossAttentionDim()).isEqualTo(768);
            assertThat(unet.upBlocks().get(0)).isEqualTo("UpBlock2D");
            assertThat(new HashSet<>(unet.upBlocks().subList(1, 4))).containsOnly("CrossAttnUpBlock2D");
            assertThat(unet.linearProjection()).isFalse();
            AutoencoderConfig vae = SingleFile.vaeConfig(file.below(SingleFile.VAE));
            assertThat(vae.blockChannels()).containsExactly(128, 256, 512, 512);
            assertThat(vae.layers()).isEqualTo(2);
            assertThat(vae.downscale()).isEqualTo(8);
            assertThat(ClipTextConfig.fromShapes(file.below(SingleFile.TEXT)))
                    .isEqualTo(new ClipTextConfig(
                            49408,
                            768,
                            3072,
                            12,
                            12,
                            77,
                            dev.assay.harness.nn.ops.Activation.QUICK_GELU,
                            1e-5,
                            2,
                            true));
        }
    }

    @Test
    void another_family_is_an_error_that_says_what_was_found() {
        try (PointerScope scope = new PointerScope()) {
            StateDict flux = StateDict.of(Map.of("double_blocks.0.img_attn.proj.weight", torch.zeros(1)));
            assertThatThrownBy(() -> SingleFile.part(flux, SingleFile.UNET, "UNet"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("double_blocks.0.img_attn.proj.weight");
        }
    }
}
