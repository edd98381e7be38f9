package dev.assay.harness.render.folder;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.text.Utf8;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code prompts.csv} or {@code prompts.jsonl} beside the pictures, in UTF-8: {@code file}, {@code prompt}, {@code seed}, {@code
 * negative}, {@code tags} (with spaces or semicolons between), {@code case}; {@code file} alone is required.
 *
 * @param file name of the table; null where there is none
 * @param rows by {@code file}: relative to the folder, with or without the ending
 */
record PromptTable(String file, Map<String, ImageInfo> rows) {
    private static final List<String> COLUMNS = List.of("file", "prompt", "seed", "negative", "tags", "case");
    private static final long MAX_BYTES = 1L << 26;

    /** @throws IllegalArgumentException naming file, row and what is wrong */
    static PromptTable read(Path folder) {
        List<Path> found = Stream.of("prompts.csv", "prompts.jsonl")
                .map(folder::resolve)
                .filter(Files::exists)
                .toList();
        if (found.isEmpty()) {
            return new PromptTable(null, Map.of());
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException(
                    folder + ": expected prompts.csv or prompts.jsonl, found both; remove one");
        }
        Path table = found.get(0);
        String name = table.getFileName().toString();
        try {
            String text = Utf8.text(SmallFile.bytes(table, MAX_BYTES));
            return new PromptTable(name, rows(table, text.startsWith("\ufeff") ? text.substring(1) : text));
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new IllegalArgumentException(
                    table + ": line " + line + ": " + Trouble.ofParser(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(table + ": cannot be read: " + Trouble.words(e), e);
        } catch (AssayException e) {
            throw new IllegalArgumentException(table + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, ImageInfo> rows(Path table, String text) throws IOException {
        Map<String, ImageInfo> rows = new LinkedHashMap<>();
        try (MappingIterator<JsonNode> values = reader(table, text).readValues(text)) {
            int row = 0;
            while (values.hasNextValue()) {
                row++;
                String where = table + ": row " + row + ": ";
                JsonNode value = values.nextValue();
                if (!value.isObject()) {
                    throw new IllegalArgumentException(where + "expected an object {\"file\": ...}, found " + value);
                }
                value.fieldNames().forEachRemaining(column -> {
                    if (!COLUMNS.contains(column)) {
                        throw new IllegalArgumentException(where + "no column " + column + "; there are "
                                + String.join(", ", COLUMNS) + DidYouMean.hint(column, COLUMNS));
                    }
                });
                String file = text(value, "file");
                if (file == null) {
                    throw new IllegalArgumentException(where + "file: expected the name of a picture, found nothing");
                }
                if (rows.put(file.replace('\\', '/'), known(where, value)) != null) {
                    throw new IllegalArgumentException(where + file + ": given twice; remove one row");
                }
            }
        }
        return rows;
    }

    private static ObjectReader reader(Path table, String text) {
        if (table.toString().endsWith(".jsonl")) {
            return Json.STRICT.readerFor(JsonNode.class);
        }
        String header = text.lines().findFirst().orElse("");
        char separator = header.contains(",") ? ',' : header.contains(";") ? ';' : header.contains("\t") ? '\t' : ',';
        ObjectMapper csv = CsvMapper.builder()
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .enable(CsvParser.Feature.TRIM_SPACES)
                .enable(CsvParser.Feature.FAIL_ON_MISSING_HEADER_COLUMNS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        return csv.readerFor(JsonNode.class)
                .with(CsvSchema.emptySchema().withHeader().withColumnSeparator(separator));
    }

    private static ImageInfo known(String where, JsonNode row) {
        String seed = text(row, "seed");
        if (seed != null && EmbeddedMetadata.seed(seed) == null) {
            throw new IllegalArgumentException(
                    where + "seed: expected a whole number from 0 to " + Long.MAX_VALUE + ", found " + seed);
        }
        return new ImageInfo(
                text(row, "prompt"),
                text(row, "negative"),
                EmbeddedMetadata.seed(seed),
                text(row, "case"),
                tags(where, row.path("tags")));
    }

    private static List<String> tags(String where, JsonNode value) {
        Stream<String> words = value.isArray()
                ? Stream.iterate(0, i -> i < value.size(), i -> i + 1)
                        .map(i -> value.get(i).asText())
                : Stream.of(value.asText("").split("[\\s;]+"));
        return words.filter(w -> !w.isBlank())
                .peek(w -> {
                    if (!w.matches("[a-z0-9-]+")) {
                        throw new IllegalArgumentException(
                                where + "tags: expected lower-case letters, digits and hyphens, found " + w);
                    }
                })
                .distinct()
                .toList();
    }

    private static String text(JsonNode row, String column) {
        String text = row.path(column).isNull() ? "" : row.path(column).asText("");
        return text.isBlank() ? null : text;
    }
}
