package dev.assay.harness.suite;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Binds YAML to records, whose components are its fields. The first mistake is told with its place, what was expected and what was found. */
public final class YamlFile {
    private static final JsonMapper MAPPER = Json.STRICT
            .rebuild()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                    DeserializationFeature.READ_ENUMS_USING_TO_STRING)
            .withCoercionConfigDefaults(c -> c.setAcceptBlankAsEmpty(false))
            .withCoercionConfig(
                    LogicalType.Textual,
                    c -> List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)
                            .forEach(shape -> c.setCoercion(shape, CoercionAction.Fail)))
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();

    private static final Pattern NUMBER = Pattern.compile("[-+.0-9][-+.0-9:_eE]{0,40}");

    private YamlFile() {}

    /**
     * Reads a file's content by way of a record that has its fields.
     *
     * @param tree as {@link Yaml#read} gives it
     * @param make what the file says; what it refuses as an argument is a mistake in the file
     * @throws AssayException on the first mistake: {@code criteria[0].margin: expected a number, found nothing}
     */
    public static <F, T> T read(Object tree, Class<F> form, Function<F, T> make) {
        try {
            return make.apply(bind(tree, form));
        } catch (IllegalArgumentException e) {
            throw new AssayException(e.getMessage(), e);
        }
    }

    private static <T> T bind(Object tree, Class<T> type) {
        JsonNode node = MAPPER.valueToTree(tree);
        try {
            if (!node.isObject()) {
                throw new AssayException("expected fields (name: value), found " + found(node));
            }
            requireKnown(node, MAPPER.constructType(type), "");
            return MAPPER.treeToValue(node, type);
        } catch (JsonMappingException e) {
            throw new AssayException(place(e) + problem(e, at(e, node)), e);
        } catch (JacksonException e) {
            throw new AssayException(e.getOriginalMessage(), e);
        }
    }

    /** Makes a part of a record; its own complaint gets its place. */
    static <T> T at(String place, Supplier<T> part) {
        try {
            return part.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(place + "." + e.getMessage(), e);
        }
    }

    /** {@link #at} for every item of a list; none when it is null. */
    static <F, T> List<T> each(String place, List<F> items, Function<F, T> make) {
        List<T> made = new ArrayList<>();
        for (F item : items == null ? List.<F>of() : items) {
            made.add(at(place + "[" + made.size() + "]", () -> make.apply(item)));
        }
        return made;
    }

    /** First of all: a misspelt field is told as that, and not as one that is missing. */
    private static void requireKnown(JsonNode node, JavaType type, String path) {
        if (node.isArray() && type.isCollectionLikeType()) {
            for (int i = 0; i < node.size(); i++) {
                requireKnown(node.get(i), type.getContentType(), path + "[" + i + "]");
            }
        }
        if (!node.isObject() || !type.isRecordType() || hasOtherForm(type.getRawClass())) {
            return;
        }
        Map<String, Type> fields = new LinkedHashMap<>();
        for (RecordComponent each : type.getRawClass().getRecordComponents()) {
            fields.put(each.getName(), each.getGenericType());
        }
        node.properties().forEach(field -> {
            String name = field.getKey();
            String place = path.isEmpty() ? name : path + "." + name;
            if (!fields.containsKey(name)) {
                throw new AssayException(place + ": no such field; there are " + String.join(", ", fields.keySet())
                        + DidYouMean.hint(name, fields.keySet()));
            }
            requireKnown(field.getValue(), MAPPER.constructType(fields.get(name)), place);
        });
    }

    private static boolean hasOtherForm(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).anyMatch(m -> m.isAnnotationPresent(JsonCreator.class));
    }

    private static String place(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : "." + r.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        // A record's own complaint begins with its field, if it is about one.
        boolean own = e.getCause() instanceof IllegalArgumentException complaint
                && !complaint.getMessage().startsWith("expected");
        return path.isEmpty() ? "" : path + (own ? "." : ": ");
    }

    private static JsonNode at(JsonMappingException e, JsonNode root) {
        JsonNode node = root;
        for (JsonMappingException.Reference r : e.getPath()) {
            node = r.getFieldName() == null ? node.path(r.getIndex()) : node.path(r.getFieldName());
        }
        return node;
    }

    private static String problem(JsonMappingException e, JsonNode found) {
        if (e.getCause() instanceof IllegalArgumentException complaint) {
            return complaint.getMessage();
        }
        Class<?> type = e.getCause() instanceof InputCoercionException tooLarge
                ? tooLarge.getTargetType()
                : e instanceof MismatchedInputException mismatched ? mismatched.getTargetType() : null;
        if (type == null) {
            return e.getOriginalMessage();
        }
        return "expected " + expected(type, found) + ", found "
                + (isQuotedNumber(type, found) ? "the text " + found : found(found))
                + (type.isEnum() ? DidYouMean.hint(found.asText(), words(type)) : "");
    }

    /** The quotes are what is wrong. */
    private static boolean isQuotedNumber(Class<?> type, JsonNode found) {
        boolean number = type.isPrimitive() ? type != boolean.class : Number.class.isAssignableFrom(type);
        return number && found.isTextual() && NUMBER.matcher(found.textValue()).matches();
    }

    private static String expected(Class<?> type, JsonNode found) {
        if (type == String.class) {
            return found.isNumber() || found.isBoolean() ? "text in quotes" : "text";
        }
        if (type == int.class || type == Integer.class) {
            return "a whole number" + (found.isIntegralNumber() ? " below 2147483648" : "");
        }
        if (type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "yes or no";
        }
        if (type.isEnum()) {
            List<String> words = words(type);
            return words.size() == 2 ? String.join(" or ", words) : "one of " + String.join(", ", words);
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : "fields (name: value)";
    }

    private static List<String> words(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
    }

    private static String found(JsonNode node) {
        if (node.isNull() || node.isMissingNode()) {
            return "nothing";
        }
        String text = node.isObject() ? "fields" : node.isArray() ? "a list" : PlainText.line(node.asText());
        return node.asText().isEmpty() && node.isTextual() ? "nothing" : text.isEmpty() ? "\"\"" : text;
    }
}
