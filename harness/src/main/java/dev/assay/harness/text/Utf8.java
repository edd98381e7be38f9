package dev.assay.harness.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Text that people wrote. What is in another encoding is refused: a letter that was not understood would make another prompt. */
public final class Utf8 {
    private Utf8() {}

    /** @throws AssayException on bytes that are no UTF-8, with the line */
    public static String text(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        out.flip();
        if (result.isError()) {
            long line = out.chars().filter(c -> c == '\n').count() + 1;
            throw new AssayException("line " + line + ": expected UTF-8, found the byte "
                    + String.format("0x%02X", in.get(in.position())) + "; save the file as UTF-8");
        }
        return out.toString();
    }
}
