package dev.assay.harness.run;

import com.fasterxml.jackson.databind.util.StdConverter;
import dev.assay.harness.score.Family;

/** A family of metrics is its word in a file. */
public final class FamilyWord {
    private FamilyWord() {}

    public static final class Written extends StdConverter<Family, String> {
        @Override
        public String convert(Family family) {
            return family.word();
        }
    }

    public static final class Read extends StdConverter<String, Family> {
        @Override
        public Family convert(String word) {
            return Family.of(word);
        }
    }
}
