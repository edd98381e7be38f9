package dev.assay.harness.model.family;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that Assay knows of the models whose files have the same layers. Each family is one file of this package, which answers
 * every question here, and one line of {@link ModelFamilies}.
 *
 * @param id for settings, records and machines: {@code flux1}
 * @param title for people, in a list of several: {@code Flux.1}
 * @param signs by which its files are recognised
 * @param claims what metadata says of it
 * @param loras what sets its LoRAs apart
 * @param naming the two names of its modules
 * @param textEncoders that its models read prompts with
 * @param latents that its VAE decodes
 * @param sites what other programs call it
 * @param comfyui how ComfyUI makes pictures with it and reads its LoRAs
 * @param diffusers how diffusers reads its LoRAs
 */
public record ModelFamily(
        String id,
        String title,
        Set<Trait> traits,
        Signs signs,
        Claims claims,
        LoraFacts loras,
        ModuleNaming naming,
        TextEncoders textEncoders,
        Latents latents,
        Sites sites,
        ComfyUi comfyui,
        DiffusersPipeline diffusers)
        implements Recognizer {
    /** What is so or is not. */
    public enum Trait {
        /** A UNet; else a diffusion transformer. */
        UNET,
        /** Trained by flow matching. */
        FLOW,
        /** Makes videos: Assay judges pictures and does not judge it. */
        VIDEO,
        /** Assay's own renderer makes pictures with it. */
        LOCAL
    }

    /**
     * What metadata says.
     *
     * @param words lower case; one of them is in {@code modelspec.architecture} or {@code ss_base_model_version}
     * @param packed how Nunchaku's {@code model_class} of such a model begins, less {@code Nunchaku}; empty where it packs none
     */
    public record Claims(List<String> words, Optional<String> packed) {
        static Claims of(String... words) {
            return new Claims(List.of(words), Optional.empty());
        }

        Claims packed(String start) {
            return new Claims(words, Optional.of(start));
        }

        /** Letters of the longest word that a lower-case text has; 0 for none. */
        int longestIn(String text) {
            return words.stream()
                    .filter(text::contains)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
        }
    }

    /**
     * What a VAE decodes.
     *
     * @param video whether its convolutions are three-dimensional
     */
    public record Latents(int channels, boolean video) {
        static Latents of(int channels) {
            return new Latents(channels, false);
        }
    }

    /**
     * What other programs call the family.
     *
     * @param civitai the base model of a LoRA on Civitai and in ComfyUI LoRA Manager; empty where each size has a name of its own
     * @param webUi the {@code sd version} of AUTOMATIC1111's web UI, which knows few
     */
    public record Sites(Optional<String> civitai, String webUi) {
        private static final String OTHER = "Unknown";

        static Sites civitai(String name) {
            return new Sites(Optional.of(name), OTHER);
        }

        /** Whose sizes have names of their own. */
        static Sites bySize() {
            return new Sites(Optional.empty(), OTHER);
        }

        Sites webUi(String name) {
            return new Sites(civitai, name);
        }
    }

    public ModelFamily {
        traits = Set.copyOf(traits);
    }

    public boolean has(Trait trait) {
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
        FamilyMatch match = has(Trait.UNET) ? FamilyMatch.unet(id, called) : FamilyMatch.of(id, called);
        return has(Trait.VIDEO) ? match.caution(OtherFamily.VIDEO) : match;
    }

    /** Whether a LoRA for one may be put on a model of the other. */
    public boolean isKin(ModelFamily other) {
        return loras.kin().equals(other.loras.kin());
    }
}
