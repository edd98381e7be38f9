package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What sets a family's LoRAs apart.
 *
 * @param title what a LoRA is called whose layers fit this family alone; says no more than layers do
 * @param family whose LoRAs they are: another's where the layers are the same
 * @param kin the same word for families whose LoRAs may be put on each other's models
 * @param twin another family whose layers many a LoRA fits as well; empty without one
 * @param marks names that this family's LoRAs alone have
 * @param habit names that trainers give to this family's LoRAs alone, although others' layers are called so too
 * @param wider variants whose models, and LoRAs that make one, have wider inputs than the family's
 * @param namesAreBorrowed whether few LoRAs have this family's names, which are another's: only a file that changes every block, or says
 *     so, is taken for one
 */
public record LoraFacts(
        String title,
        String family,
        String kin,
        Optional<Twin> twin,
        Predicate<AdapterLayers> marks,
        Predicate<AdapterLayers> habit,
        Function<AdapterLayers, Optional<Wider>> wider,
        boolean namesAreBorrowed) {
    /**
     * Two that a LoRA often does not tell apart.
     *
     * @param title what it is called then
     * @param silent whether nothing is said of the other where metadata names this one
     */
    public record Twin(String family, String title, boolean silent) {}

    /**
     * A variant with a wider input.
     *
     * @param sure whether no other family has an input of this width
     */
    public record Wider(FamilyMatch match, boolean sure) {}

    static LoraFacts of(String family, String title) {
        return new LoraFacts(
                title, family, family, Optional.empty(), l -> false, l -> false, l -> Optional.empty(), false);
    }

    LoraFacts kin(String of) {
        return new LoraFacts(title, family, of, twin, marks, habit, wider, namesAreBorrowed);
    }

    LoraFacts twin(Twin other) {
        return new LoraFacts(title, family, kin, Optional.of(other), marks, habit, wider, namesAreBorrowed);
    }

    LoraFacts marks(Predicate<AdapterLayers> sign) {
        return new LoraFacts(title, family, kin, twin, sign, habit, wider, namesAreBorrowed);
    }

    LoraFacts habit(Predicate<AdapterLayers> sign) {
        return new LoraFacts(title, family, kin, twin, marks, sign, wider, namesAreBorrowed);
    }

    LoraFacts wider(Function<AdapterLayers, Optional<Wider>> sign) {
        return new LoraFacts(title, family, kin, twin, marks, habit, sign, namesAreBorrowed);
    }

    LoraFacts borrowed() {
        return new LoraFacts(title, family, kin, twin, marks, habit, wider, true);
    }
}
