package dev.assay.reports;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Validates texts against the schemas that are shipped. */
public final class SchemaCheck {
    private SchemaCheck() {}

    /** What is wrong with a text; empty where nothing is. */
    public static List<String> errors(String schema, String text, InputFormat format) {
        Schema rules = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(read(schema), InputFormat.JSON);
        return rules.validate(text, format).stream().map(Object::toString).toList();
    }

    private static String read(String schema) {
        try (InputStream in = SchemaCheck.class.getResourceAsStream("/dev/assay/" + schema)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
