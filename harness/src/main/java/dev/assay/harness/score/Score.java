package dev.assay.harness.score;

import dev.assay.harness.text.AssayException;
import java.util.List;

/** A number with its evidence, or the reason why there is none. */
public sealed interface Score {
    /**
     * @param value finite; a {@link NotFiniteException} says so of another: weights that are broken give none
     * @param evidence one sentence for people, e.g. {@code 3 feet found; the case expects 2}
     * @param marks places in the picture that show it; may be empty
     */
    record Measured(double value, String evidence, List<Mark> marks) implements Score {
        public Measured {
            if (!Double.isFinite(value)) {
                throw new NotFiniteException("expected a finite value, found " + value + " (" + evidence + ")");
            }
            marks = List.copyOf(marks);
        }

        public Measured(double value, String evidence) {
            this(value, evidence, List.of());
        }
    }

    /** A value that is no number to compare. */
    final class NotFiniteException extends AssayException {
        private static final long serialVersionUID = 1;

        NotFiniteException(String message) {
            super(message);
        }
    }

    /**
     * No number, and why.
     *
     * @param kind short and always the same for the same kind of reason, by which pairs are counted: {@code few-pictures}
     * @param reason one sentence for people, e.g. {@code diversity needs at least 2 pictures of a prompt, found 1}
     */
    record Unscored(String kind, String reason) implements Score {
        public Unscored {
            if (!kind.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
                throw new IllegalArgumentException(
                        "kind of unscored: expected lower-case words with hyphens, found " + kind);
            }
        }
    }

    /**
     * Something to draw over the picture, in pixels, origin top left.
     *
     * @param label empty for what is only context, such as the bones of a skeleton that are in order
     * @param shape null: a box
     */
    record Mark(String label, double x0, double y0, double x1, double y1, double confidence, Shape shape) {
        public Mark {
            shape = shape == null ? Shape.BOX : shape;
        }

        public Mark(String label, double x0, double y0, double x1, double y1, double confidence) {
            this(label, x0, y0, x1, y1, confidence, Shape.BOX);
        }

        /** From (x0, y0) to (x1, y1). */
        public static Mark line(String label, double x0, double y0, double x1, double y1, double confidence) {
            return new Mark(label, x0, y0, x1, y1, confidence, Shape.LINE);
        }
    }

    /** How a mark is drawn. */
    enum Shape {
        /** The sides of a box whose corners are (x0, y0) and (x1, y1). */
        BOX,
        LINE
    }
}
