package dev.assay.harness.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The readers and writers of JSON. Whoever needs another one begins with one of these ({@code rebuild()}), so that the bounds stay. */
public final class Json {
    /** Of trees, and of records that may have been written by a newer version: fields that it does not know are passed over. */
    public static final JsonMapper LENIENT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** Of what people and other programs write: a key that is there twice is refused, and so is a field that nobody knows. */
    public static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    /** A reader of strangers' files and servers: what is too deep or too long is refused, not read, and no name of theirs is kept. */
    public static JsonMapper.Builder bounded(StreamReadConstraints bounds) {
        return JsonMapper.builder(factory(bounds));
    }

    /** {@link #bounded} for a reader of one token at a time. */
    public static JsonFactory factory(StreamReadConstraints bounds) {
        return JsonFactory.builder()
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(bounds)
                .build();
    }

    /**
     * @param depth most levels within each other
     * @param number most characters of a number
     */
    public static StreamReadConstraints.Builder bounds(int depth, int number) {
        return StreamReadConstraints.builder().maxNestingDepth(depth).maxNumberLength(number);
    }
}
