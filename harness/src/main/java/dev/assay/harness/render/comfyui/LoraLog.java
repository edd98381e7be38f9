package dev.assay.harness.render.comfyui;

import dev.assay.harness.text.PlainText;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Lines of the server's log that tell of a LoRA that was not applied, whole or in part; nothing else tells. */
final class LoraLog {
    private static final Pattern NOT_LOADED = Pattern.compile("lora key not loaded: (.+)");
    private static final Pattern WRONG = Pattern.compile("ERROR (?:lora|loha|lokr|glora|oft|boft) (.+)");
    private static final Pattern SHAPE = Pattern.compile("(.*SHAPE MISMATCH.*)");
    private static final Pattern LEFT_OUT = Pattern.compile("NOT LOADED (.+)");

    private LoraLog() {}

    /** What went wrong with the LoRA. */
    enum Kind {
        /** The model has no such part. */
        NOT_LOADED,
        /** The model has the part, of another shape. */
        WRONG_SHAPE,
        /** The model lacks the weight that the part would change. */
        LEFT_OUT
    }

    /**
     * A line.
     *
     * @param what the key, or the server's words
     */
    record Line(Kind kind, String what) {}

    /** Empty for a line that tells of something else. */
    static Optional<Line> read(String text) {
        String line = PlainText.line(text, 300);
        return Stream.of(
                        find(NOT_LOADED, Kind.NOT_LOADED, line),
                        find(WRONG, Kind.WRONG_SHAPE, line),
                        find(SHAPE, Kind.WRONG_SHAPE, line),
                        find(LEFT_OUT, Kind.LEFT_OUT, line))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Line> find(Pattern pattern, Kind kind, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? Optional.of(new Line(kind, matcher.group(1).strip())) : Optional.empty();
    }
}
