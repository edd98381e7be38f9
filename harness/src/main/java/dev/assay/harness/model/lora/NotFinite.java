package dev.assay.harness.model.lora;

import java.util.Optional;

/** How many values of a tensor are no numbers. */
public record NotFinite(String tensor, long nan, long infinite) {
    public String words() {
        return tensor + " (" + (nan > 0 ? nan + " NaN" : "") + (nan > 0 && infinite > 0 ? ", " : "")
                + (infinite > 0 ? infinite + " infinite" : "") + ")";
    }

    /** Empty where all values are numbers. */
    static Optional<NotFinite> in(String tensor, double[] values) {
        long nan = 0;
        long infinite = 0;
        for (double value : values) {
            if (!Double.isFinite(value)) {
                nan += Double.isNaN(value) ? 1 : 0;
                infinite += Double.isNaN(value) ? 0 : 1;
            }
        }
        return nan + infinite == 0 ? Optional.empty() : Optional.of(new NotFinite(tensor, nan, infinite));
    }
}
