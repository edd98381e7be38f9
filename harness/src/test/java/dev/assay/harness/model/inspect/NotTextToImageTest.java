package dev.assay.harness.model.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that need more than a prompt, and models of no known family, are named as what they are. */
class NotTextToImageTest {
    @TempDir
    Path folder;

    private int files;

    private Inspection inspect(Map<String, String> metadata, List<Entry> tensors) {
        return Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(folder.resolve(files++ + ".safetensors"), metadata, tensors));
    }

    private static String notes(Inspection found) {
        return String.join("\n", found.problems().stream().map(Finding::text).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "flux-fill, a picture and a mask of what to paint anew",
        "flux-control, a picture for control",
        "sd15-inpaint, a picture and a mask of what to paint anew",
        "sdxl-refiner, a picture that the base model began",
        "flux-dev, ''",
        "sdxl, ''",
        "qwen-image, ''",
    })
    void what_a_model_needs_beside_a_prompt_is_told_by_its_layers(String model, String needs) {
        Inspection found = inspect(Map.of(), Models.of(model));
        assertThat(found.needs()).isEqualTo(needs);
        assertThat(found.notFromText().isPresent()).isEqualTo(!needs.isEmpty());
        assertThat(notes(found).contains("Assay judges pictures that are made from a prompt alone"))
                .isEqualTo(!needs.isEmpty());
        assertThat(found.broken()).isFalse();
    }

    @Test
    void qwen_image_edit_of_2511_and_layered_are_told_by_a_tensor_of_their_own() {
        List<Entry> edit = new ArrayList<>(Models.of("qwen-image"));
        edit.add(Entry.of("__index_timestep_zero__", "F16", 1));
        assertThat(inspect(Map.of(), edit).needs()).isEqualTo("a picture to edit");
        List<Entry> layered = new ArrayList<>(Models.of("qwen-image"));
        layered.add(Entry.of("time_text_embed.addition_t_embedding.weight", "F16", 2, 3072));
        assertThat(inspect(Map.of(), layered).needs()).isEqualTo("a picture to take apart");
    }

    /** Their layers are the family's: what the metadata says of the base decides. */
    @ParameterizedTest
    @CsvSource({
        "transformer_blocks.{0-18}.norm1.linear 18432x3072, modelspec.architecture, flux-1-kontext/lora, a picture to"
                + " edit",
        "transformer_blocks.{0-18}.norm1.linear 18432x3072, ss_sd_model_name, flux1-kontext-dev.safetensors, a picture"
                + " to edit",
        "transformer_blocks.{0-18}.norm1.linear 18432x3072, ss_base_model_name, black-forest-labs/FLUX.1-Kontext-dev/,"
                + " a picture to edit",
        "transformer_blocks.{0-18}.norm1.linear 18432x3072, ss_sd_model_name, flux1-fill-dev.safetensors, a picture"
                + " and a mask of what to paint anew",
        "transformer_blocks.{0-18}.norm1.linear 18432x3072, ss_sd_model_name, flux1-dev.safetensors, ''",
        "transformer_blocks.{0-18}.norm1.linear 18432x3072, ss_sd_model_name, flux-fillingstation.safetensors, ''",
        "transformer_blocks.{0-5}.txt_mod.1 18432x3072, modelspec.architecture, Qwen-Image-Edit-2509, a picture to"
                + " edit",
        "transformer_blocks.{0-5}.txt_mod.1 18432x3072, modelspec.architecture, qwen-image, ''",
    })
    void a_lora_for_a_model_that_edits_is_told_by_its_metadata(String layers, String key, String value, String needs) {
        Inspection found = inspect(Map.of(key, value), Trainings.lora("transformer.", layers, "peft"));
        assertThat(found.needs()).isEqualTo(needs);
    }

    /** Words of a name that stand elsewhere: in a folder, in another claim, in a word that says something else. */
    @ParameterizedTest
    @CsvSource({
        "flux-1-dev/lora, depth-of-field.safetensors",
        "flux-1-dev/lora, my depth.safetensors",
        "flux-1-dev/lora, flux-depth-of-field-v2.safetensors",
        "flux-1-dev/lora, /models/flux/fill/flux1-dev.safetensors",
        "flux-1-dev/lora, C:\\flux\\kontext\\flux1-dev.safetensors",
    })
    void a_lora_for_a_model_that_makes_pictures_from_text_stays_one(String architecture, String base) {
        Inspection found = inspect(
                Map.of("modelspec.architecture", architecture, "ss_sd_model_name", base),
                Trainings.lora("transformer.", "transformer_blocks.{0-18}.norm1.linear 18432x3072", "peft"));
        assertThat(found.needs()).isEmpty();
    }

    @Test
    void a_lora_that_widens_the_input_needs_what_goes_there() {
        List<Entry> control = new ArrayList<>(
                Trainings.lora("transformer.", "transformer_blocks.{0-18}.norm1.linear 18432x3072", "peft"));
        control.addAll(Trainings.lora("transformer.", "x_embedder 3072x128", "peft"));
        assertThat(inspect(Map.of(), control).needs()).isEqualTo("a picture for control");
    }

    @Test
    void a_model_of_no_known_family_is_named_with_its_nearest_kin() {
        List<Entry> other = new ArrayList<>(Models.of("flux-dev"));
        other.removeIf(e -> e.name().startsWith("vector_in."));
        assertThat(notes(inspect(Map.of(), other)))
                .contains("; it looks like Flux.1 (")
                .contains("of its 17 sorts of layers are called so) but is of another size or make");
        other.add(Entry.of("style_in.weight", "F16", 3072, 12));
        other.add(Entry.of("style_out.weight", "F16", 3072, 12));
        other.add(Entry.of("style_up.weight", "F16", 3072, 12));
        assertThat(notes(inspect(Map.of(), other)))
                .contains(
                        "it looks like Flux.1 (17 of its 20 sorts of layers are called so) but has style_in, style_out"
                                + " and more");
        List<Entry> nobodys = List.of(
                Entry.of("one.weight", "F16", 4, 4),
                Entry.of("two.weight", "F16", 4, 4),
                Entry.of("three.weight", "F16", 4, 4));
        assertThat(notes(inspect(Map.of(), nobodys))).doesNotContain("looks like");
    }
}
