package dev.assay.harness.verdict;

import java.util.List;
import java.util.Optional;

/**
 * Pictures of the candidate that are the same as another one, where the base's are not.
 *
 * @param measured of those that could show it: 1 for one that does, else 0
 * @param looked pictures that were compared
 * @param exact those that are another one pixel by pixel
 * @param example empty for none
 */
public record Alike(List<Measurement> measured, int looked, int exact, Optional<Example> example) {
    /** @param other the picture that it is the same as */
    public record Example(Place one, Place other) {}

    public Alike {
        measured = List.copyOf(measured);
    }

    int same() {
        return (int) measured.stream().filter(m -> m.difference() > 0).count();
    }
}
