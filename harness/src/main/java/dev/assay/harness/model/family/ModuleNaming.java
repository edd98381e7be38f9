package dev.assay.harness.model.family;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The two names of a model's modules, where its authors and diffusers disagree.
 *
 * @param authors modules that a file in the layout of the authors has; empty where they and diffusers agree
 * @param diffusers modules that a file in the layout of diffusers has; empty where that layout is not known
 * @param pairs which modules are the same
 * @param more further names of the authors' modules; in each pair the further name is the "original"
 * @param secondIsThird whether some call the second text encoder the third
 */
public record ModuleNaming(
        Set<String> authors, Set<String> diffusers, Pairs pairs, ModuleRules more, boolean secondIsThird) {
    /**
     * One module of the authors' and the modules of diffusers whose rows, in this order, are its rows.
     *
     * @param swapped whether diffusers has the two halves of the rows the other way round (scale, shift for shift, scale)
     */
    public record Pair(String original, List<String> diffusers, boolean swapped) {}

    /** The pairs of a model, by the modules of either layout; modules that both call the same are left out. */
    public interface Pairs {
        List<Pair> ofOriginal(Collection<String> original);

        List<Pair> ofDiffusers(Collection<String> diffusers);
    }

    /** Authors and diffusers call every module the same. */
    static final ModuleNaming SAME = new ModuleNaming(Set.of(), Set.of(), ModuleRules.NONE, ModuleRules.NONE, false);

    static ModuleNaming of(Set<String> authors, Set<String> diffusers, Pairs pairs) {
        return new ModuleNaming(authors, diffusers, pairs, ModuleRules.NONE, false);
    }

    /** Whether a file with these modules has the layout of the authors. */
    public boolean isOfAuthors(Set<String> modules) {
        return !authors.isEmpty() && modules.containsAll(authors);
    }

    /** Whether a file with these modules has the layout of diffusers. */
    public boolean isOfDiffusers(Set<String> modules) {
        return !diffusers.isEmpty() && modules.containsAll(diffusers);
    }

    /** Whether these are the names of a UNet of Stable Diffusion's kind. */
    public boolean isUnet() {
        return pairs instanceof UnetNames.Both;
    }
}
