package dev.assay.harness.suite;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.text.Utf8;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Reads YAML to plain values. Keys that appear twice, aliases and several documents are errors; size and depth are bounded. */
public final class Yaml {
    public static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 20;

    /** Plain decimal digits: others (010, 0x10, 1_0, 1:30.5) are other numbers in YAML than people think. */
    private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9]*)");

    private static final Pattern REAL =
            Pattern.compile("[-+]?((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?");

    private final YAMLParser parser;
    private final boolean asWritten;

    private Yaml(YAMLParser parser, boolean asWritten) {
        this.parser = parser;
        this.asWritten = asWritten;
    }

    /**
     * The only document: a Map (String to value, in the file's order), List, String, Long, Double, Boolean, or null. Whole
     * numbers beyond Long become Double.
     *
     * @throws AssayException on bad YAML, with line and column; on a number in another form than decimal digits; on what is no
     *     UTF-8; on more than 1 MiB
     */
    public static Object read(byte[] utf8) {
        return read(utf8, false);
    }

    /** As {@link #read(byte[])}, with every value as its text is written, numbers (0123, 1.10) and {@code yes} too. */
    public static Object readAsWritten(byte[] utf8) {
        return read(utf8, true);
    }

    private static Object read(byte[] utf8, boolean asWritten) {
        if (utf8.length > MAX_BYTES) {
            throw new AssayException("expected at most " + MAX_BYTES + " bytes, found " + utf8.length);
        }
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setCodePointLimit(MAX_BYTES);
        YAMLFactory factory = YAMLFactory.builder()
                .loaderOptions(options)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (YAMLParser parser = factory.createParser(Utf8.text(utf8))) {
            if (parser.nextToken() == null) {
                return null;
            }
            Yaml yaml = new Yaml(parser, asWritten);
            Object value = yaml.value(0);
            if (parser.nextToken() != null) {
                throw yaml.wrong("expected one document, found another");
            }
            return value;
        } catch (JacksonException e) {
            throw new AssayException(place(e) + problem(e), e);
        } catch (IOException e) {
            throw new AssayException("cannot be read: " + Trouble.words(e), e);
        }
    }

    private Object value(int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw wrong("nested more than " + MAX_DEPTH + " deep");
        }
        if (parser.isCurrentAlias()) {
            throw wrong("YAML aliases (*" + parser.getText() + ") are not supported; write the value out");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    if (key.equals("<<")) {
                        throw wrong("YAML merge keys (<<) are not supported; write the values out");
                    }
                    parser.nextToken();
                    map.put(key, value(depth + 1));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(depth + 1));
                }
                yield list;
            }
            case VALUE_NULL -> null;
            default -> asWritten ? parser.getText() : scalar(parser.getText());
        };
    }

    private Object scalar(String text) {
        return switch (parser.currentToken()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(text);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> text;
        };
    }

    private Number number(String text) {
        if (WHOLE.matcher(text).matches()) {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException beyondLong) {
                return Double.valueOf(text);
            }
        }
        if (REAL.matcher(text).matches()) {
            return Double.valueOf(text);
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case ".nan" -> Double.NaN;
            case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
            case "-.inf" -> Double.NEGATIVE_INFINITY;
            default ->
                throw wrong("expected a number in decimal digits (write 10 or 0.5), or text in quotes, found "
                        + PlainText.line(text));
        };
    }

    private AssayException wrong(String problem) {
        return new AssayException("line " + parser.currentTokenLocation().getLineNr() + ": " + problem);
    }

    private static String place(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : "line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ": ";
    }

    /** Without the words of the library. */
    private static String problem(JacksonException e) {
        String said = e.getCause() instanceof MarkedYAMLException marked ? marked.getProblem() : e.getOriginalMessage();
        if (said.startsWith("Expected a field name")) {
            return "expected NAME: VALUE, found a name that is no plain text";
        }
        if (said.contains("special characters are not allowed")) {
            return "found a control character; save the file as plain text in UTF-8";
        }
        return said.contains("org.yaml.") || said.contains("`")
                ? "malformed YAML"
                : said.lines().findFirst().orElse("malformed YAML");
    }
}
