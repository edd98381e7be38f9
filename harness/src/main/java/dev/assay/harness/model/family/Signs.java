package dev.assay.harness.model.family;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * By what files of a family are recognised.
 *
 * @param model of a diffusion model
 * @param lora of a LoRA whose layers and sizes are those of no published model
 * @param published whose layers, sizes and number of blocks tell most LoRAs
 * @param control of a ControlNet that has fewer layers than a model
 * @param imagePrompt of an IP-Adapter
 * @param edits models of the same layers that need more than a prompt
 * @param packed how Nunchaku's {@code model_class} of such a model begins, less {@code Nunchaku}; empty where it packs none
 */
public record Signs(
        Function<Layers, Optional<FamilyMatch>> model,
        Function<AdapterLayers, Optional<FamilyMatch>> lora,
        List<PublishedModel> published,
        Function<Layers, Optional<FamilyMatch>> control,
        Predicate<Layers> imagePrompt,
        List<Edit> edits,
        String packed) {
    public Signs {
        published = List.copyOf(published);
        edits = List.copyOf(edits);
    }

    static Signs of(
            Function<Layers, Optional<FamilyMatch>> model,
            Function<AdapterLayers, Optional<FamilyMatch>> lora,
            PublishedModel... published) {
        return new Signs(model, lora, List.of(published), l -> Optional.empty(), l -> false, List.of(), "");
    }

    Signs control(Function<Layers, Optional<FamilyMatch>> sign) {
        return new Signs(model, lora, published, sign, imagePrompt, edits, packed);
    }

    Signs imagePrompt(Predicate<Layers> sign) {
        return new Signs(model, lora, published, control, sign, edits, packed);
    }

    Signs packed(String modelClass) {
        return new Signs(model, lora, published, control, imagePrompt, edits, modelClass);
    }

    Signs edits(Edit... named) {
        return new Signs(model, lora, published, control, imagePrompt, List.of(named), packed);
    }
}
