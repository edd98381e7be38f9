package dev.assay.harness.score;

/**
 * A pattern on the pixel grid.
 *
 * @param period in pixels
 */
public record GridPattern(int period, Shape shape) {
    /** Where it repeats. */
    public enum Shape {
        X("across x"),
        Y("across y"),
        XY("across x and y"),
        CHECKERED("in a checkered pattern");

        private final String words;

        Shape(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** {@code period 8 px across x}. */
    public String words() {
        return "period " + period + " px " + shape.words;
    }
}
