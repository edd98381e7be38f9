package dev.assay.harness.suite;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;

/** Reads YAML to plain values. Keys that appear twice, aliases and several documents are errors; size and depth are bounded. */
public final class Yaml {
    public static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 20;

    private Yaml() {}

    /**
     * The only document: a Map (String to value, in the file's order), List, String, Long, Double, Boolean, or null. Whole
     * numbers beyond Long become Double.
     *
     * @throws AssayException on bad YAML, with line and column; on more than 1 MiB
     */
    public static Object read(byte[] utf8) {
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
        try (YAMLParser parser = factory.createParser(new String(utf8, StandardCharsets.UTF_8))) {
            if (parser.nextToken() == null) {
                return null;
            }
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw wrong(parser, "expected one document, found another");
            }
            return value;
        } catch (JacksonException e) {
            throw new AssayException(place(e) + firstLine(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new AssayException("cannot be read: " + Trouble.words(e), e);
        }
    }

    private static Object value(YAMLParser parser) throws IOException {
        if (parser.isCurrentAlias()) {
            throw wrong(parser, "YAML aliases (*" + parser.getText() + ") are not supported; write the value out");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    if (key.equals("<<")) {
                        throw wrong(parser, "YAML merge keys (<<) are not supported; write the values out");
                    }
                    parser.nextToken();
                    map.put(key, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == YAMLParser.NumberType.BIG_INTEGER
                        ? (Object) parser.getDoubleValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    private static AssayException wrong(YAMLParser parser, String problem) {
        return new AssayException("line " + parser.currentTokenLocation().getLineNr() + ": " + problem);
    }

    private static String place(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : "line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ": ";
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("malformed YAML");
    }
}
