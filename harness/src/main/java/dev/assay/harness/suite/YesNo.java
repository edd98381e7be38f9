package dev.assay.harness.suite;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;

/** {@code yes} or {@code no}, which YAML may have read as true and false already; yes when absent. */
class YesNo extends StdDeserializer<Boolean> {
    private static final long serialVersionUID = 1;

    YesNo() {
        super(boolean.class);
    }

    @Override
    public Boolean deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return switch (parser.getText()) {
            case "yes", "true" -> true;
            case "no", "false" -> false;
            default -> (Boolean) context.handleUnexpectedToken(boolean.class, parser);
        };
    }

    @Override
    public Boolean getNullValue(DeserializationContext context) {
        return true;
    }

    /** No when absent. */
    static final class OrNo extends YesNo {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean getNullValue(DeserializationContext context) {
            return false;
        }
    }
}
