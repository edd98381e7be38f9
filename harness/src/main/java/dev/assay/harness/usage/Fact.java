package dev.assay.harness.usage;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One thing that can be said of a file's use, by the name that settings and {@code NAME.assay.yaml} have for it. It uses the JDK alone, for
 * the keys of settings name it.
 */
public enum Fact {
    /** Of the prompt: a list of texts. */
    TRIGGERS("triggerWords", "trigger words", Fact::triggers),
    /** {@code start}, {@code end}, or a text with both placeholders. */
    TEMPLATE("triggerTemplate", "place of the trigger", Fact::template),
    PURPOSE("purpose", "purpose", Fact::purpose),
    /** On the diffusion model. */
    STRENGTH("strength", "strength", raw -> strength(raw, true)),
    /** On text encoders. */
    CLIP_STRENGTH("clipStrength", "strength on text encoders", raw -> strength(raw, false)),
    STEPS("steps", "steps", raw -> whole(raw, 1, 1000)),
    /** Classifier-free; 1 and less switch it off. */
    GUIDANCE("guidance", "guidance", raw -> real(raw, 0, 100)),
    DISTILLED_GUIDANCE("distilledGuidance", "distilled guidance", raw -> real(raw, 0, 100)),
    SAMPLER("sampler", "sampler", raw -> name(raw, "dpmpp_2m")),
    SCHEDULER("scheduler", "scheduler", raw -> name(raw, "karras")),
    SHIFT("shift", "shift", raw -> real(raw, 0, 100)),
    /** Layers of the text encoder left out at its end. */
    CLIP_SKIP("clipSkip", "clip skip", raw -> whole(raw, 0, 11)),
    /** {@code WIDTHxHEIGHT}. */
    SIZE("size", "size", Fact::size),
    NEGATIVE("negative", "negative prompt", Fact::negative);

    static final String TRIGGER = "{trigger}";
    static final String PROMPT = "{prompt}";
    static final String START = TRIGGER + ", " + PROMPT;
    static final String END = PROMPT + ", " + TRIGGER;

    private static final int MAX_TRIGGERS = 20; // one after the other in a prompt
    private static final int MAX_TRIGGER = 600; // letters; some are sentences
    private static final int MAX_ALL_TRIGGERS = 1500;
    private static final int MAX_NEGATIVE = 2000;
    private static final int MAX_TEMPLATE = 300;
    private static final double MAX_STRENGTH = 20; // sliders go to 10
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,60}");
    private static final Pattern SIZE_WORDS = Pattern.compile("([0-9]{2,4})\\s*[xX×]\\s*([0-9]{2,4})");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]{1,9}(?:\\.[0-9]{0,17})?|\\.[0-9]{1,17})(?:[eE][+-]?[0-9]{1,3})?");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** Of pages and of prompts ({@code <lora:other:1>}): a trigger with it would load another file. */
    private static final Pattern MARKUP = Pattern.compile("[<>]");

    private final String key;
    private final String words;

    @SuppressWarnings("ImmutableEnumChecker") // references to methods, which have no state
    private final Function<Object, Object> read;

    Fact(String key, String words, Function<Object, Object> read) {
        this.key = key;
        this.words = words;
        this.read = read;
    }

    /** In settings and files: {@code distilledGuidance}. */
    public String key() {
        return key;
    }

    /** The setting that says it: {@code assay.usage.steps}, {@code assay.purpose}. */
    public String setting() {
        return switch (this) {
            case TRIGGERS, TEMPLATE, PURPOSE -> "assay." + key;
            default -> "assay.usage." + key;
        };
    }

    /** For people: {@code distilled guidance}. */
    public String words() {
        return words;
    }

    /**
     * What a source says, as a value of this fact: a list of texts for {@link #TRIGGERS}, a {@link Purpose}, a {@link Size}, else Double,
     * Integer or String.
     *
     * @param raw a number, a text of one, a text or a list
     * @throws IllegalArgumentException {@code expected ..., found ...}
     */
    public Object value(Object raw) {
        return read.apply(raw);
    }

    /** Of the pictures, in pixels. */
    public record Size(int width, int height) {
        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    private static Object triggers(Object raw) {
        List<?> all = raw instanceof List<?> list ? list : List.of(raw);
        if (all.isEmpty() || all.size() > MAX_TRIGGERS) {
            throw new IllegalArgumentException(
                    "expected 1 to " + MAX_TRIGGERS + " trigger words or phrases, found " + all.size());
        }
        List<String> words = new ArrayList<>();
        for (Object each : all) {
            String word = text(each, MAX_TRIGGER);
            if (MARKUP.matcher(word).find()) {
                throw wrong("words without < and >", each);
            }
            if (!words.contains(word)) {
                words.add(word);
            }
        }
        int letters = words.stream().mapToInt(String::length).sum();
        if (letters > MAX_ALL_TRIGGERS) {
            throw new IllegalArgumentException(
                    "expected at most " + MAX_ALL_TRIGGERS + " characters of trigger words, found " + letters);
        }
        return List.copyOf(words);
    }

    private static Object template(Object raw) {
        String text = text(raw, MAX_TEMPLATE);
        if (text.equals("start") || text.equals("end")) {
            return text.equals("start") ? START : END;
        }
        for (String placeholder : List.of(TRIGGER, PROMPT)) {
            if (text.split(Pattern.quote(placeholder), -1).length != 2) {
                throw wrong("start, end, or a text with " + TRIGGER + " and " + PROMPT + " once each", raw);
            }
        }
        return text;
    }

    private static Object negative(Object raw) {
        return text(raw, MAX_NEGATIVE);
    }

    private static Object purpose(Object raw) {
        return Purpose.of(String.valueOf(raw))
                .orElseThrow(() -> new IllegalArgumentException("expected one of "
                        + String.join(", ", Purpose.words()) + ", found " + found(raw)
                        + DidYouMean.hint(found(raw), Purpose.words())));
    }

    private static Object strength(Object raw, boolean matters) {
        double strength = real(raw, -MAX_STRENGTH, MAX_STRENGTH);
        if (matters && strength == 0) {
            throw wrong("a strength other than 0, which changes nothing", raw);
        }
        return strength;
    }

    private static Object name(Object raw, String example) {
        if (!(raw instanceof String text) || !NAME.matcher(text).matches()) {
            throw wrong("a name as ComfyUI has it: lower-case letters, digits, underscores (" + example + ")", raw);
        }
        return text;
    }

    private static Object size(Object raw) {
        Matcher sides = SIZE_WORDS.matcher(String.valueOf(raw).strip());
        if (sides.matches()) {
            Size size = new Size(Integer.parseInt(sides.group(1)), Integer.parseInt(sides.group(2)));
            if (Stream.of(size.width(), size.height()).allMatch(s -> s >= 64 && s <= 4096 && s % 8 == 0)) {
                return size;
            }
        }
        throw wrong("WIDTHxHEIGHT, multiples of 8 from 64 to 4096", raw);
    }

    private static Integer whole(Object raw, int least, int most) {
        double number = number(raw);
        if (!(number >= least && number <= most) || number != Math.rint(number)) {
            throw wrong("a whole number from " + least + " to " + most, raw);
        }
        return (int) number;
    }

    private static Double real(Object raw, double least, double most) {
        double number = number(raw);
        if (!(number >= least && number <= most)) {
            throw wrong(String.format(Locale.ROOT, "a number from %.0f to %.0f", least, most), raw);
        }
        return number;
    }

    /** NaN for what is none. */
    private static double number(Object raw) {
        if (raw instanceof Number number) {
            return number.doubleValue();
        }
        return raw instanceof String text && NUMBER.matcher(text.strip()).matches()
                ? Double.parseDouble(text.strip())
                : Double.NaN;
    }

    /** One line; blanks and line breaks in a row are one blank. */
    private static String text(Object raw, int most) {
        if (!(raw instanceof String text)) {
            throw wrong("text", raw);
        }
        if (text.length() > 4 * most) {
            throw new IllegalArgumentException("expected at most " + most + " characters, found " + text.length());
        }
        String line = BLANKS.matcher(text).replaceAll(" ").strip();
        if (line.isEmpty() || line.length() > most) {
            throw line.isEmpty()
                    ? wrong("text", raw)
                    : new IllegalArgumentException("expected at most " + most + " characters, found " + line.length());
        }
        if (!PlainText.allVisible(line)) {
            throw wrong("text without characters that cannot be seen", PlainText.quoted(line));
        }
        return line;
    }

    private static IllegalArgumentException wrong(String expected, Object raw) {
        return new IllegalArgumentException("expected " + expected + ", found " + found(raw));
    }

    private static String found(Object raw) {
        return raw == null || raw.toString().isBlank()
                ? "nothing"
                : raw instanceof List ? "a list" : raw instanceof Map ? "fields" : PlainText.line(raw.toString(), 80);
    }
}
