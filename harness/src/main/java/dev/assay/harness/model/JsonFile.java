package dev.assay.harness.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Path;

/** JSON beside a model: configurations and tokenizers of strangers. What is too long or too deep is refused, not read. */
public final class JsonFile {
    private static final int MAX_CONFIG_BYTES =
            4 << 20; // nearly all have a few thousand, those of tokenizers up to a million
    private static final int MAX_CONFIG_TOKENS = 400_000;
    private static final int MAX_TOKENIZER_BYTES = 64 << 20; // Gemma's, the largest in use, has 34 MB
    private static final int MAX_TOKENIZER_TOKENS = 4_000_000;
    private static final int MAX_DEPTH = 64;

    private static final JsonMapper CONFIG = mapper(MAX_CONFIG_BYTES, MAX_CONFIG_TOKENS);
    private static final JsonMapper TOKENIZER = mapper(MAX_TOKENIZER_BYTES, MAX_TOKENIZER_TOKENS);

    private JsonFile() {}

    private static JsonMapper mapper(int bytes, int tokens) {
        return Json.bounded(Json.bounds(MAX_DEPTH, 100)
                        .maxStringLength(bytes)
                        .maxTokenCount(tokens)
                        .build())
                .build();
    }

    /**
     * A configuration of a few thousand bytes.
     *
     * @param what it is of, for messages: {@code a scheduler}
     * @throws ModelFileException naming the file; on what is no JSON, too long, too deep or not there
     */
    public static JsonNode config(Path file, String what) {
        return read(CONFIG, MAX_CONFIG_BYTES, file, what);
    }

    /** Likewise a file that may list a vocabulary. */
    public static JsonNode tokenizer(Path file) {
        return read(TOKENIZER, MAX_TOKENIZER_BYTES, file, "a tokenizer");
    }

    private static JsonNode read(JsonMapper mapper, int most, Path file, String what) {
        try {
            return mapper.readTree(SmallFile.bytes(file, most));
        } catch (JacksonException e) {
            String line =
                    e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
            throw new ModelFileException(
                    file, "expected the JSON of " + what + ": " + Trouble.ofParser(e.getOriginalMessage()) + line, e);
        } catch (IOException e) {
            throw new ModelFileException(file, "expected the JSON of " + what + ": " + Trouble.words(e), e);
        }
    }

    /**
     * A whole number of a configuration.
     *
     * @param where the beginning of messages
     * @param missing the value where the field is not there or null
     * @throws ModelFileException on anything but a number from {@code least} to {@code most}
     */
    public static int whole(String where, JsonNode json, String field, int missing, int least, int most) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new ModelFileException(where + field + ": expected a whole number from " + least + " to " + most
                    + ", found " + shown(value));
        }
        return within(where, field, value.asInt(), least, most);
    }

    /** The value, where it lies in the bounds. */
    public static int within(String where, String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ModelFileException(
                    where + field + ": expected a whole number from " + least + " to " + most + ", found " + value);
        }
        return value;
    }

    /** A finite number of a configuration, as {@link #whole}. */
    public static double real(String where, JsonNode json, String field, double missing, double least, double most) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        double number = value.isNumber() ? value.asDouble() : Double.NaN;
        if (!(number >= least && number <= most)) {
            throw new ModelFileException(
                    where + field + ": expected a number from " + least + " to " + most + ", found " + shown(value));
        }
        return number;
    }

    private static String shown(JsonNode value) {
        return PlainText.quoted(value.toString());
    }
}
