package dev.assay.harness.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.PlainText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The JSON of a safetensors header, each entry checked alone; whether entries fit together is the caller's question. */
record SafetensorsJson(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    static final int MAX_TENSORS = 200_000;
    static final int MAX_DIMENSIONS = 8;
    private static final int MAX_OTHER_FIELDS = 16; // of a tensor; the format has none
    private static final int MAX_METADATA_KEYS = 10_000; // trainers write about a hundred
    private static final int MAX_METADATA_LETTERS = 32 << 20;
    private static final int MAX_DEPTH = 4;
    private static final List<String> DTYPES =
            Arrays.stream(DType.values()).map(Enum::name).toList();

    /** Bounds on what hostile text can cost; names are not kept in a symbol table, whose collisions can be provoked. */
    private static final JsonFactory JSON = Json.factory(Json.bounds(MAX_DEPTH, 40)
            .maxNameLength(4096)
            .maxStringLength(MAX_METADATA_LETTERS)
            .build());

    /**
     * @param dataStart position in the file that offsets count from
     * @throws ModelFileException on an entry that is not as the format says
     * @throws IOException on text that is not UTF-8 or not JSON
     */
    static SafetensorsJson parse(Path path, byte[] json, long dataStart) throws IOException {
        // A reader, not the bytes: Jackson would guess UTF-16 or UTF-32 from them, and is lenient with bad UTF-8.
        InputStreamReader text = new InputStreamReader(
                new ByteArrayInputStream(json),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        try (JsonParser parser = JSON.createParser(text)) {
            return new Reader(path, parser, dataStart).read();
        }
    }

    private static final class Reader {
        private final Path path;
        private final JsonParser parser;
        private final long dataStart;
        // Where the parser is, for messages; put into words only when one is needed: a header may have 200,000 tensors.
        private String entry;
        private String field;

        Reader(Path path, JsonParser parser, long dataStart) {
            this.path = path;
            this.parser = parser;
            this.dataStart = dataStart;
        }

        SafetensorsJson read() throws IOException {
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            Map<String, String> metadata = null;
            expect(parser.nextToken(), JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                entry = name;
                field = null;
                if (name.equals("__metadata__")) {
                    if (metadata != null) {
                        throw wrong("appears twice");
                    }
                    metadata = readMetadata();
                    continue;
                }
                if (!PlainText.allVisible(name)) {
                    throw wrong("the name has control or invisible characters; do not trust this file");
                }
                if (tensors.size() == MAX_TENSORS) {
                    throw new ModelFileException(path, "expected at most " + MAX_TENSORS + " tensors, found more");
                }
                if (tensors.put(name, readTensor(name)) != null) {
                    field = null;
                    throw wrong("appears twice; do not trust this file");
                }
            }
            if (parser.nextToken() != null) {
                throw new ModelFileException(path, "found more text after the end of the header");
            }
            return new SafetensorsJson(tensors, metadata == null ? Map.of() : metadata);
        }

        private Map<String, String> readMetadata() throws IOException {
            Map<String, String> metadata = new LinkedHashMap<>();
            long letters = 0;
            expect(parser.nextToken(), JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                field = parser.currentName();
                expect(parser.nextToken(), JsonToken.VALUE_STRING);
                String value = parser.getText();
                letters += field.length() + value.length();
                if (metadata.size() == MAX_METADATA_KEYS || letters > MAX_METADATA_LETTERS) {
                    field = null;
                    throw wrong("has more than " + MAX_METADATA_KEYS + " keys, or more than " + MAX_METADATA_LETTERS
                            + " letters; do not trust this file");
                }
                if (metadata.put(field, value) != null) {
                    throw wrong("appears twice");
                }
            }
            return metadata;
        }

        private TensorInfo readTensor(String name) throws IOException {
            DType dtype = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            int fields = 0;
            Set<String> others = new HashSet<>(2);
            expect(parser.nextToken(), JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                field = parser.currentName();
                boolean again = switch (field) {
                    case "dtype" -> dtype != null;
                    case "shape" -> shape != null;
                    case "data_offsets" -> offsets != null;
                    default -> !others.add(field);
                };
                if (again) {
                    throw wrong("appears twice; do not trust this file");
                }
                if (others.size() > MAX_OTHER_FIELDS) {
                    throw wrong("is one of more than " + MAX_OTHER_FIELDS
                            + " fields that the format does not have; do not trust this file");
                }
                fields++;
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "dtype" -> dtype = dtype(value);
                    case "shape" -> shape = numbers(value, MAX_DIMENSIONS);
                    case "data_offsets" -> offsets = numbers(value, 2);
                    default -> parser.skipChildren();
                }
            }
            field = null;
            if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
                throw wrong("expected dtype, shape and two data_offsets, found " + fields + " fields"
                        + (offsets != null && offsets.size() != 2 ? " and not two offsets" : ""));
            }
            return checked(name, dtype, shape, offsets.get(0), offsets.get(1));
        }

        private TensorInfo checked(String name, DType dtype, List<Long> shape, long begin, long end) {
            if (begin > end) {
                throw wrong("data_offsets are reversed: [" + begin + ", " + end + "]");
            }
            if (end > Long.MAX_VALUE - dataStart) {
                throw wrong("data_offsets are out of range: [" + begin + ", " + end + "]");
            }
            long bits = dtype.bits();
            try {
                for (long dimension : shape) {
                    bits = Math.multiplyExact(bits, dimension);
                }
            } catch (ArithmeticException e) {
                throw new ModelFileException(
                        path, where() + "the shape " + shape + " overflows; the file is damaged", e);
            }
            if (bits % 8 != 0) {
                throw wrong("" + dtype + " of shape " + shape + " has " + bits + " bits, not whole bytes");
            }
            if (end - begin != bits / 8) {
                throw wrong("" + dtype + " of shape " + shape + " needs " + bits / 8 + " bytes, but data_offsets give "
                        + (end - begin));
            }
            return new TensorInfo(name, dtype, shape, dataStart + begin, dataStart + end);
        }

        private DType dtype(JsonToken value) throws IOException {
            expect(value, JsonToken.VALUE_STRING);
            String word = parser.getText();
            if (!DTYPES.contains(word)) {
                throw wrong("unknown element type " + PlainText.quoted(word) + "; expected one of "
                        + String.join(", ", DTYPES));
            }
            return DType.valueOf(word);
        }

        private List<Long> numbers(JsonToken value, int most) throws IOException {
            expect(value, JsonToken.START_ARRAY);
            List<Long> numbers = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (numbers.size() == most) {
                    throw wrong("expected at most " + most + " numbers, found more");
                }
                expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT);
                if (parser.getText().startsWith("-") || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    throw wrong("expected whole numbers from 0 to " + Long.MAX_VALUE + ", found " + parser.getText());
                }
                numbers.add(parser.getLongValue());
            }
            return numbers;
        }

        private void expect(JsonToken found, JsonToken expected) {
            if (found != expected) {
                throw wrong("expected " + word(expected) + ", found " + word(found));
            }
        }

        private static String word(JsonToken token) {
            if (token == null) {
                return "the end of the header";
            }
            return switch (token) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "a list";
                case VALUE_STRING -> "text";
                case VALUE_NUMBER_INT -> "a whole number";
                case VALUE_NUMBER_FLOAT -> "a fraction";
                case VALUE_NULL -> "null";
                case VALUE_TRUE, VALUE_FALSE -> "true or false";
                default -> "the end of an object or list";
            };
        }

        private ModelFileException wrong(String problem) {
            return new ModelFileException(path, where() + problem);
        }

        private String where() {
            if (entry == null) {
                return "the header: ";
            }
            String place = entry.equals("__metadata__") ? entry : "tensor " + PlainText.quoted(entry);
            return place + (field == null ? "" : ", " + PlainText.quoted(field)) + ": ";
        }
    }
}
