package dev.assay.harness.model.family;

import dev.assay.harness.model.family.PublishedModel.Fit;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraNaming;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The family that a LoRA was made for: the one whose published models have the layers that it changes, in their sizes. Where
 * several have them, a training of all blocks of one of them was made for that one; then the file's metadata says; else all are
 * named.
 */
final class AdapterFamily {
    private static final double NEAR = 0.9; // of the best: too near to be told apart by names alone
    private static final double LEAST = 0.5; // of the modules must be known

    private static final String FILL = "Fill (inpainting)"; // no other family has so many channels
    private static final Pattern INPUT = Pattern.compile("^(img_in|x_embedder)$");
    private static final String VIDEO = "hunyuan-video";

    private AdapterFamily() {}

    /** By names and sizes. */
    static Optional<FamilyMatch> sized(AdapterLayers layers) {
        // The input tells the variant and not the family: a control LoRA of Flux.1 widens it to that of Flux.2.
        List<LoraModule> blocks = layers.denoiser().stream()
                .filter(m -> !INPUT.matcher(m.layer()).find())
                .toList();
        List<LoraModule> modules = blocks.isEmpty() ? layers.denoiser() : blocks;
        List<Fit> fits = fits(modules, true, layers);
        if (fits.isEmpty() || fits.get(0).matched() < LEAST * modules.size()) {
            return Optional.empty();
        }
        int best = fits.get(0).matched();
        List<Fit> equal = fits.stream().filter(f -> f.matched() == best).toList();
        equal = narrowed(equal, f -> TextEncoderLayers.mayBe(f.model().word(), layers));
        equal = narrowed(equal, f -> f.model().word().equals("flux1") || !layers.hasNaming(LoraNaming.XLABS));
        equal = narrowed(equal, Fit::covered);
        List<String> may = best == modules.size()
                ? words(equal)
                : words(fits.stream().filter(f -> f.matched() >= NEAR * best).toList());
        FamilyMatch match = chosen(equal, layers).families(may);
        String control = control(layers);
        return Optional.of(
                (match.word().equals("flux1") && !control.isEmpty()) || (may.contains("flux1") && control.equals(FILL))
                        ? FamilyMatch.of("flux1", "Flux.1 dev").detail(control)
                        : match);
    }

    /** Flux.1's variants for pictures beside the prompt have wider inputs, and so have LoRAs that make one of dev. */
    private static String control(AdapterLayers layers) {
        Set<Long> channels = layers.widths(INPUT);
        return channels.contains(128L)
                ? "for a control picture (depth or canny) beside the prompt"
                : channels.contains(384L) ? FILL : "";
    }

    /** By names alone: of a size that nobody published. */
    static Optional<FamilyMatch> named(AdapterLayers layers) {
        List<LoraModule> modules = layers.denoiser();
        List<Fit> fits = fits(modules, false, layers);
        if (fits.isEmpty() || fits.get(0).matched() < NEAR * modules.size()) {
            return Optional.empty();
        }
        int best = fits.get(0).matched();
        FamilyMatch match =
                chosen(fits.stream().filter(f -> f.matched() == best).toList(), layers);
        return Optional.of(match.detail("of no published size"));
    }

    /** Those of which anything is matched, the best first. */
    private static List<Fit> fits(List<LoraModule> modules, boolean sized, AdapterLayers layers) {
        List<Fit> fits = PublishedModels.ALL.stream()
                .map(m -> m.fit(modules, sized))
                .filter(f -> f.matched() > 0)
                .sorted(Comparator.comparingInt(Fit::matched).reversed())
                .toList();
        // Few use Flux's names for a video model: only where every block is changed, or the file says so.
        return narrowed(
                fits,
                f -> !f.model().word().equals(VIDEO)
                        || f.covered()
                        || layers.claimedFamily().equals(VIDEO));
    }

    /** Those of whom it is true; all where it is true of none. */
    private static List<Fit> narrowed(List<Fit> fits, Predicate<Fit> of) {
        List<Fit> some = fits.stream().filter(of).toList();
        return some.isEmpty() ? fits : some;
    }

    private static List<String> words(List<Fit> fits) {
        return fits.stream().map(f -> f.model().word()).distinct().toList();
    }

    private static FamilyMatch chosen(List<Fit> equal, AdapterLayers layers) {
        List<String> words = words(equal);
        if (words.size() == 1) {
            return match(equal, words.get(0), "");
        }
        String claimed = layers.claimedFamily();
        if (words.contains(claimed)) {
            String others = names(equal.stream()
                    .filter(f -> !f.model().word().equals(claimed))
                    .toList());
            boolean usual = claimed.equals("flux1") && Set.of("flux1", "chroma").containsAll(words);
            return match(equal, claimed, usual ? "" : ", as its metadata says; its layers fit " + others + " too");
        }
        boolean original = layers.denoiser().stream()
                .allMatch(m -> m.flat() && m.layer().matches("(input|output)_blocks_.*|middle_block_.*"));
        if (words.contains("sdxl") && original) {
            return match(
                    equal,
                    "sdxl",
                    "; its names are those that trainers give to SDXL alone, its layers fit "
                            + names(equal.stream()
                                    .filter(f -> !f.model().word().equals("sdxl"))
                                    .toList()) + " too");
        }
        if (Set.copyOf(words).equals(Set.of("flux1", "chroma"))) {
            return FamilyMatch.of(
                            "flux1", "Flux.1 (dev, Krea, schnell, a finetune, or Chroma; this LoRA does not tell)")
                    .families(words);
        }
        if (Set.copyOf(words).equals(Set.of("sd15", "sd2"))) {
            return FamilyMatch.unet("sd15", "Stable Diffusion 1.5 (or 2: this kind of LoRA does not tell)")
                    .families(words);
        }
        return network(FamilyMatch.UNKNOWN, names(equal) + " (its layers fit each of them)")
                .families(words);
    }

    private static FamilyMatch match(List<Fit> fits, String word, String more) {
        List<PublishedModel> models =
                fits.stream().map(Fit::model).filter(m -> m.word().equals(word)).toList();
        String detail = models.stream().map(PublishedModel::detail).distinct().collect(Collectors.joining(" or "));
        String title = more.isEmpty() ? models.get(0).title() : models.get(0).name() + more;
        FamilyMatch match = network(word, title).families(words(fits)).detail(detail);
        return word.equals(VIDEO) ? match.caution(OtherFamily.VIDEO) : match;
    }

    private static FamilyMatch network(String word, String title) {
        boolean unet = title.startsWith("Stable Diffusion 1") || title.startsWith("Stable Diffusion 2");
        return unet || title.startsWith("SDXL") ? FamilyMatch.unet(word, title) : FamilyMatch.of(word, title);
    }

    /** {@code A, B or C}. */
    private static String names(List<Fit> fits) {
        return or(fits.stream().map(f -> f.model().name()).distinct().toList());
    }

    static String or(List<String> names) {
        int last = names.size() - 1;
        return last < 1 ? String.join("", names) : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }
}
