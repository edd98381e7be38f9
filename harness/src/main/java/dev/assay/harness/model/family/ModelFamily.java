package dev.assay.harness.model.family;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * All that Assay knows of the models whose files have the same layers. Each family is one file of this package, which answers
 * every question here, and one line of {@link ModelFamilies}.
 *
 * @param id for settings, records and machines: {@code flux1}
 * @param title for people, in a list of several: {@code Flux.1}
 * @param signs by which its files are recognised
 * @param claims lower case; one of them is in {@code modelspec.architecture} or {@code ss_base_model_version} of its files
 * @param loras what sets its LoRAs apart
 * @param naming the two names of its modules
 * @param textEncoders that its models read prompts with
 * @param latentChannels that its VAE decodes
 * @param sites what other programs call it
 * @param comfyui how ComfyUI makes pictures with it and reads its LoRAs
 * @param diffusers how diffusers reads its LoRAs
 */
public record ModelFamily(
        String id,
        String title,
        Set<FamilyTrait> traits,
        Signs signs,
        List<String> claims,
        LoraFacts loras,
        ModuleNaming naming,
        TextEncoders textEncoders,
        int latentChannels,
        Sites sites,
        ComfyUi comfyui,
        DiffusersPipeline diffusers)
        implements Recognizer {
    public ModelFamily {
        traits = Set.copyOf(traits);
        claims = List.copyOf(claims);
    }

    public boolean has(FamilyTrait trait) {
        return traits.contains(trait);
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        return signs.model().apply(layers);
    }

    @Override
    public Optional<FamilyMatch> lora(AdapterLayers layers) {
        return signs.lora().apply(layers);
    }

    /** A file of this family, called so. */
    public FamilyMatch match(String called) {
        FamilyMatch match = has(FamilyTrait.UNET) ? FamilyMatch.unet(id, called) : FamilyMatch.of(id, called);
        return has(FamilyTrait.VIDEO) ? match.caution(OtherFamily.VIDEO) : match;
    }

    /** The model that needs more than a prompt and is called so. */
    public Optional<Edit> edit(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return signs.edits().stream()
                .filter(e -> e.name().matcher(lower).find())
                .findFirst();
    }

    /** Whether a LoRA for one may be put on a model of the other. */
    public boolean isKin(ModelFamily other) {
        return loras.kin().equals(other.loras.kin());
    }
}
