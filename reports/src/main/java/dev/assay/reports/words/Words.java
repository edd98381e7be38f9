package dev.assay.reports.words;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names and numbers as people read them. Prompts, file names and messages come from strangers: they are made plain first. */
public final class Words {
    private static final Pattern WEIGHTS = Pattern.compile("(?i).*\\.(safetensors|gguf|ckpt|pt|pth|bin|onnx)");

    /** Characters of a question that are kept. */
    public static final int QUESTION = 160;

    private Words() {}

    /**
     * One line without control characters, terminal escapes or characters that turn the direction of writing.
     *
     * @param most characters kept; a longer text ends in an ellipsis
     */
    public static String line(String text, int most) {
        return PlainText.line(text, most);
    }

    /** Like {@link #line} with its line breaks kept. */
    public static String block(String text) {
        return text == null ? "" : PlainText.of(text);
    }

    /**
     * One line as {@link #line} has it, with the middle left out of one that is too long: a sentence of ours begins with what is wrong and
     * ends with what to do.
     */
    public static String ends(String text, int most) {
        String whole = line(text, Integer.MAX_VALUE);
        int points = whole.codePointCount(0, whole.length());
        if (points <= most) {
            return whole;
        }
        int head = (most - 3) / 2;
        int tail = most - 3 - head;
        return whole.substring(0, whole.offsetByCodePoints(0, head)).stripTrailing()
                + " … "
                + whole.substring(whole.offsetByCodePoints(0, points - tail)).stripLeading();
    }

    /** The words of a line in lines of at most {@code width} characters; a longer word, such as a path, stays whole. */
    public static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : line(text, Integer.MAX_VALUE).split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** Text for an element or an attribute of HTML, made plain. */
    public static String html(String text) {
        return block(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** {@link Numbers#of}; {@code -} for null. */
    public static String number(Double value) {
        return value == null ? "-" : Numbers.of(value);
    }

    /** {@link Numbers#signed}; {@code -} for null. */
    public static String signed(Double value) {
        return value == null ? "-" : Numbers.signed(value);
    }

    /** {@code [-0.21, -0.08]}, or {@code -}. */
    public static String interval(List<Double> interval) {
        return interval == null || interval.size() != 2
                ? "-"
                : "[" + signed(interval.get(0)) + ", " + signed(interval.get(1)) + "]";
    }

    /** {@code vendi: Do the seeds of one prompt still give as many different pictures?} */
    public static String title(VerdictEntry verdict) {
        String scope = "suite".equals(verdict.scope()) ? "" : " (" + line(verdict.scope(), 60) + ")";
        return line(verdict.metric(), 60) + scope + ": " + question(verdict.question(), verdict.family());
    }

    /**
     * What a verdict answers.
     *
     * @param asked as the record has it; empty in those written before records had it, which are named by the family
     */
    public static String question(String asked, Family family) {
        return asked.isEmpty() ? family.word() : line(asked, QUESTION);
    }

    /** The rule with its margin as a sentence, about candidate minus base. */
    public static String rule(VerdictEntry v) {
        String margin = number(v.margin()) + " " + line(v.unit(), 40);
        return switch (v.rule()) {
            case NON_INFERIOR ->
                switch (v.better()) {
                    case HIGHER -> "may fall by at most " + margin;
                    case LOWER -> "may rise by at most " + margin;
                    case TWO_SIDED -> "may drift either way by at most " + margin;
                };
            case DEFECT_RATE_NON_INFERIOR ->
                "the share of pictures with the defect may rise by at most " + number(100 * v.margin())
                        + " percentage points";
            case NO_NEW_DEFECTS -> "no pair may be worse than in the base";
            case SUPERIOR -> "must " + (v.better() == Direction.HIGHER ? "rise" : "fall") + " by more than " + margin;
            case HAS_EFFECT -> "must differ from the base by more than the noise floor plus " + margin;
        };
    }

    /** {@code higher is better}. */
    public static String better(VerdictEntry v) {
        return switch (v.better()) {
            case HIGHER -> "higher is better";
            case LOWER -> "lower is better";
            case TWO_SIDED -> "any drift is a change for the worse";
        };
    }

    /** Where weights come from, without folders of this machine: {@code hf:...} and {@code microcosm:...} have none. */
    public static String reference(String written) {
        return written.matches("(?:hf|microcosm|comfyui):.*") ? written : fileName(written.replaceAll("[/\\\\]+$", ""));
    }

    /** The last part of a path, whatever its separators. */
    public static String fileName(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    /** What two names have in common that some file systems cannot tell apart: upper and lower case, composed letters. */
    public static String fold(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
    }

    /** Whether a file of a checkpoint holds weights; the others are short texts whose hashes tell people little. */
    public static boolean isWeights(String file) {
        return WEIGHTS.matcher(file).matches();
    }

    /** Where in Assay's folder a metric is explained. */
    public static String page(String metric) {
        return "docs/metrics/" + line(metric, 60) + ".md";
    }
}
