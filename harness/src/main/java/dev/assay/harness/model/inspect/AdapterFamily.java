package dev.assay.harness.model.inspect;

import dev.assay.harness.model.family.AdapterLayers;
import dev.assay.harness.model.family.AdapterLayers.Layer;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.family.FamilyTrait;
import dev.assay.harness.model.family.LoraFacts.Twin;
import dev.assay.harness.model.family.LoraFacts.Wider;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraPart;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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

    private static final Pattern INPUT = Pattern.compile("^(img_in|x_embedder)$");

    private final LoraGrammar grammar;
    private final List<LoraModule> denoiser;
    private final AdapterLayers layers;

    private AdapterFamily(LoraGrammar grammar, Metadata metadata) {
        this.grammar = grammar;
        this.denoiser = grammar.modules().stream()
                .filter(m -> m.part() == LoraPart.DENOISER)
                .toList();
        this.layers = new AdapterLayers(
                grammar.modules().stream().map(AdapterFamily::layer).toList(),
                metadata.claimedBase().toLowerCase(Locale.ROOT),
                metadata.claimedFamily().map(f -> f.loras().family()).orElse(""));
    }

    /** Empty for a LoRA of no family that is known. */
    static Optional<FamilyMatch> of(LoraGrammar grammar, Metadata metadata) {
        AdapterFamily family = new AdapterFamily(grammar, metadata);
        return TextEncoderLayers.family(grammar, family.layers)
                .or(family::sized)
                .or(() -> ModelFamilies.lora(family.layers))
                .or(family::named);
    }

    private static Layer layer(LoraModule module) {
        return new Layer(module.part().number(), module.layer(), LayerWidths.in(module), LayerWidths.out(module));
    }

    /** By names and sizes. */
    private Optional<FamilyMatch> sized() {
        // The input tells the variant and not the family: a control LoRA of Flux.1 widens it to that of Flux.2.
        List<LoraModule> blocks =
                denoiser.stream().filter(m -> !INPUT.matcher(m.layer()).find()).toList();
        List<LoraModule> modules = blocks.isEmpty() ? denoiser : blocks;
        List<PublishedFit> fits = fits(modules, true);
        if (fits.isEmpty() || fits.get(0).matched() < LEAST * modules.size()) {
            return Optional.empty();
        }
        int best = fits.get(0).matched();
        List<PublishedFit> equal =
                fits.stream().filter(f -> f.matched() == best).toList();
        equal = narrowed(equal, f -> TextEncoderLayers.mayBe(f.family(), grammar));
        equal = narrowed(equal, f -> f.family().loras().marks().test(layers));
        equal = narrowed(equal, PublishedFit::covered);
        List<String> may = best == modules.size()
                ? ids(equal)
                : ids(fits.stream().filter(f -> f.matched() >= NEAR * best).toList());
        FamilyMatch match = chosen(equal).families(may);
        return Optional.of(fits.stream()
                .map(PublishedFit::family)
                .distinct()
                .flatMap(f -> f.loras().wider().apply(layers).stream())
                .filter(w -> isWider(w, match, may))
                .map(Wider::match)
                .findFirst()
                .orElse(match));
    }

    private static boolean isWider(Wider wider, FamilyMatch match, List<String> may) {
        String family = wider.match().word();
        return match.word().equals(family) || (wider.sure() && may.contains(family));
    }

    /** By names alone: of a size that nobody published. */
    private Optional<FamilyMatch> named() {
        List<PublishedFit> fits = fits(denoiser, false);
        if (fits.isEmpty() || fits.get(0).matched() < NEAR * denoiser.size()) {
            return Optional.empty();
        }
        int best = fits.get(0).matched();
        FamilyMatch match =
                chosen(fits.stream().filter(f -> f.matched() == best).toList());
        return Optional.of(match.detail("of no published size"));
    }

    /** Those of which anything is matched, the best first. */
    private List<PublishedFit> fits(List<LoraModule> modules, boolean sized) {
        List<PublishedFit> fits = PublishedFit.all(modules, sized)
                .filter(f -> f.matched() > 0)
                .sorted(Comparator.comparingInt(PublishedFit::matched).reversed())
                .toList();
        return narrowed(
                fits,
                f -> !f.family().loras().namesAreBorrowed()
                        || f.covered()
                        || layers.claimedFamily().equals(f.family().id()));
    }

    /** Those of whom it is true; all where it is true of none. */
    private static List<PublishedFit> narrowed(List<PublishedFit> fits, Predicate<PublishedFit> of) {
        List<PublishedFit> some = fits.stream().filter(of).toList();
        return some.isEmpty() ? fits : some;
    }

    private static List<String> ids(List<PublishedFit> fits) {
        return fits.stream().map(f -> f.family().id()).distinct().toList();
    }

    private FamilyMatch chosen(List<PublishedFit> equal) {
        List<ModelFamily> families =
                equal.stream().map(PublishedFit::family).distinct().toList();
        if (families.size() == 1) {
            return match(equal, families.get(0), "");
        }
        Set<String> ids = Set.copyOf(ids(equal));
        for (ModelFamily family : families) {
            if (layers.claimedFamily().equals(family.id())) {
                boolean silent = twins(family).containsAll(ids)
                        && family.loras().twin().filter(Twin::silent).isPresent();
                return match(
                        equal, family, silent ? "" : ", as its metadata says; its layers fit " + others(equal, family));
            }
        }
        for (ModelFamily family : families) {
            if (family.loras().habit().test(layers)) {
                return match(
                        equal,
                        family,
                        "; its names are those that trainers give to " + family.title() + " alone, its layers fit "
                                + others(equal, family));
            }
        }
        for (ModelFamily family : families) {
            if (twins(family).equals(ids)) {
                return family.match(family.loras().twin().map(Twin::title).orElseThrow())
                        .families(ids(equal));
            }
        }
        String called = names(equal) + " (its layers fit each of them)";
        return families.get(0).has(FamilyTrait.UNET)
                ? FamilyMatch.unet(FamilyMatch.UNKNOWN, called).families(ids(equal))
                : FamilyMatch.of(FamilyMatch.UNKNOWN, called).families(ids(equal));
    }

    /** A family and the one that its LoRAs often fit as well; nothing where there is none. */
    private static Set<String> twins(ModelFamily family) {
        return family.loras().twin().map(t -> Set.of(family.id(), t.family())).orElse(Set.of());
    }

    private static String others(List<PublishedFit> equal, ModelFamily family) {
        return names(equal.stream().filter(f -> !f.family().equals(family)).toList()) + " too";
    }

    private static FamilyMatch match(List<PublishedFit> fits, ModelFamily family, String more) {
        List<PublishedFit> own =
                fits.stream().filter(f -> f.family().equals(family)).toList();
        String detail = own.stream().map(f -> f.model().detail()).distinct().collect(Collectors.joining(" or "));
        String called =
                more.isEmpty() ? family.loras().title() : own.get(0).model().name() + more;
        return family.match(called).families(ids(fits)).detail(detail);
    }

    private static String names(List<PublishedFit> fits) {
        return ModelFamilies.or(
                fits.stream().map(f -> f.model().name()).distinct().toList());
    }
}
