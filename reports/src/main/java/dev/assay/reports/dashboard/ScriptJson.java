package dev.assay.reports.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * JSON that can stand inside a script element: ASCII, and without the characters that could end the element or begin a comment in
 * it ({@code </script>}, {@code <!--}, U+2028). Numbers have {@link FourDigits}.
 */
final class ScriptJson {
    private static final JsonMapper JSON = JsonMapper.builder(new com.fasterxml.jackson.core.JsonFactoryBuilder()
                    .characterEscapes(new Markup())
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build())
            .addModule(new SimpleModule().addSerializer(Double.class, new FourDigits()))
            .build();

    private ScriptJson() {}

    static String of(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Markup extends CharacterEscapes {
        private static final long serialVersionUID = 1;
        private final int[] escapes = CharacterEscapes.standardAsciiEscapesForJSON();

        Markup() {
            for (char c : new char[] {'<', '>', '&', '\'', 0x7f}) {
                escapes[c] = CharacterEscapes.ESCAPE_CUSTOM;
            }
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return escapes.clone();
        }

        @Override
        public SerializableString getEscapeSequence(int c) {
            return new SerializedString(String.format(Locale.ROOT, "\\u%04x", c));
        }
    }
}
