package dev.assay.harness.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.diffusion.AutoencoderConfig;
import dev.assay.harness.nn.diffusion.SchedulerConfig;
import dev.assay.harness.nn.diffusion.UnetConfig;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A few bytes of a configuration ask for nothing that no model has. */
class ConfigBoundsTest {
    @TempDir
    Path folder;

    private static final String PICTURES =
            "'image_mean': [0.5, 0.5, 0.5], 'image_std': [0.5, 0.5, 0.5], 'crop_size': 224, 'size': ";

    private static Function<JsonNode, Object> reader(String kind, Path file) {
        return switch (kind) {
            case "scheduler" -> json -> SchedulerConfig.read(file);
            case "unet" -> UnetConfig::of;
            case "vae" -> AutoencoderConfig::of;
            case "text" -> ClipTextConfig::of;
            case "vision" -> json -> VisionConfig.of(VisionConfig.Kind.CLIP, json);
            default -> json -> Preprocessing.read(file);
        };
    }

    private Object read(String kind, String json) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), json.replace('\'', '"'));
        return reader(kind, file).apply(JsonFile.config(file, "a test"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "scheduler | {'num_train_timesteps': 2000000000} | num_train_timesteps from 1 to 100000",
                "scheduler | {'steps_offset': 2000} | steps_offset from 0 to num_train_timesteps",
                "scheduler | {'beta_start': NaN} | config.json: expected the JSON of a test",
                "scheduler | {'beta_start': 1e999} | beta_start: ",
                "unet | {'block_out_channels': [2147483647, 2147483647], 'down_block_types': ['DownBlock2D',"
                        + " 'DownBlock2D'], 'up_block_types': ['UpBlock2D', 'UpBlock2D']} | block_out_channels: expected a"
                        + " whole number from 1 to 65536",
                "unet | {'layers_per_block': 2000000000} | layers_per_block: expected a whole number from 1 to 100",
                "unet | {'transformer_layers_per_block': 2000000000} | transformer_layers_per_block",
                "unet | {'norm_num_groups': 0} | norm_num_groups: expected a whole number from 1",
                "unet | {'attention_head_dim': 0} | attention_head_dim: expected a whole number from 1",
                "unet | {'in_channels': 2000000000} | in_channels: expected a whole number from 1 to 65536, found",
                "unet | {'in_channels': 4.5} | in_channels: expected a whole number",
                "unet | {'cross_attention_dim': []} | cross_attention_dim: expected one number",
                "vae | {'norm_num_groups': 0} | norm_num_groups: expected a whole number from 1",
                "vae | {'layers_per_block': 2000000000} | layers_per_block: expected a whole number from 1 to 100",
                "vae | {'scaling_factor': 0} | scaling_factor: expected a number from",
                "vae | {'scaling_factor': 'NaN'} | scaling_factor: expected a number from",
                "text | {'num_hidden_layers': 2000000000} | num_hidden_layers: expected a whole number from 1 to 1000",
                "text | {'vocab_size': 99999999999} | vocab_size: expected a whole number",
                "text | {'hidden_size': -512} | hidden_size: expected a whole number from 1",
                "text | {'max_position_embeddings': 2147483647} | max_position_embeddings: expected",
                "vision | {'image_size': 2000000, 'patch_size': 1} | image_size: expected a whole number from 1 to"
                        + " 4096",
                "vision | {'patch_size': 0} | patch_size: expected a whole number from 1",
                "vision | {'num_attention_heads': 0} | num_attention_heads",
                "pictures | {" + PICTURES + "2147483647} | a crop of at most 4096",
                "pictures | {'size': {'height': 2000000, 'width': 2000000}, 'image_mean': [0, 0, 0], 'image_std': [1,"
                        + " 1, 1]} | a crop of at most 4096"
            })
    void what_no_model_has_is_refused_by_name(String kind, String json, String said) {
        assertThatThrownBy(() -> read(kind, json))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(said);
    }

    @Test
    void the_same_readers_take_what_models_have() throws IOException {
        for (String kind : new String[] {"scheduler", "unet", "vae", "text", "vision"}) {
            assertThat(read(kind, "{}")).isNotNull();
        }
        assertThat(read("pictures", "{" + PICTURES + "256}")).isNotNull();
    }

    @Test
    void a_configuration_is_short_flat_and_a_file() throws IOException {
        Path deep = Files.writeString(folder.resolve("deep.json"), "[".repeat(1000) + "]".repeat(1000));
        assertThatThrownBy(() -> JsonFile.config(deep, "a test"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("deep.json: expected the JSON of a test: Document nesting depth");
        Path long_ = Files.writeString(folder.resolve("long.json"), "[" + "0,".repeat(400_000) + "0]");
        assertThatThrownBy(() -> JsonFile.config(long_, "a test")).hasMessageContaining("Token count");
        Path large = Files.write(folder.resolve("large.json"), new byte[(4 << 20) + 1]);
        assertThatThrownBy(() -> JsonFile.config(large, "a test"))
                .hasMessageContaining("expected at most 4194304 bytes, found 4194305");
        assertThatThrownBy(() -> JsonFile.config(folder, "a test"))
                .hasMessageContaining("expected a file, found a folder");
        assertThatThrownBy(() -> JsonFile.config(folder.resolve("none.json"), "a test"))
                .hasMessageContaining("none.json: does not exist");
    }
}
