package dev.assay.reports.history;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;

/**
 * Reads texts that come again and again (names of metrics, units, dates, hashes) as the same {@link String}: a history of 120 000 runs
 * then takes a third of the memory. Several threads may share it; the worst that can happen is a second copy.
 */
final class Repeated extends StdScalarDeserializer<String> {
    private static final long serialVersionUID = 1;
    private static final int SLOTS = 1 << 14; // a power of two
    private static final int LONGEST = 96;

    private final transient String[] seen = new String[SLOTS];

    Repeated() {
        super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            return _parseString(parser, context, this);
        }
        int length = parser.getTextLength();
        if (length > LONGEST) {
            return parser.getText();
        }
        char[] chars = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + chars[i];
        }
        int slot = (hash ^ hash >>> 14) & (SLOTS - 1);
        String kept = seen[slot];
        if (kept == null || !same(kept, chars, from, length)) {
            kept = new String(chars, from, length);
            seen[slot] = kept;
        }
        return kept;
    }

    private static boolean same(String text, char[] chars, int from, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != chars[from + i]) {
                return false;
            }
        }
        return true;
    }
}
