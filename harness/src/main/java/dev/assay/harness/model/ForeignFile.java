package dev.assay.harness.model;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Says what a file is that was taken for a safetensors file. */
final class ForeignFile {
    private static final String CONVERT =
            "; pickled files can run code when they are loaded and Assay refuses them: use the .safetensors version, or convert it";

    private ForeignFile() {}

    /**
     * What the file is and what to do, or null for an unknown one.
     *
     * @param head first bytes of the file
     * @param size of the file in bytes
     */
    static String recognise(byte[] head, long size) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        String words = text.stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("version https://git-lfs")) {
            return "is a Git LFS pointer of " + size + " bytes, not the model itself; run: git lfs pull";
        }
        if (words.startsWith("<!doctype") || words.startsWith("<html") || words.startsWith("<?xml")) {
            return "is a web page, not a model: the download gave an error or login page; "
                    + "open the address in a browser, then download again";
        }
        if (text.startsWith("PK")) {
            return "is a zip archive, as PyTorch writes .ckpt, .pt and .bin files" + CONVERT;
        }
        if (head.length > 1 && (head[0] & 0xff) == 0x80 && head[1] >= 2 && head[1] <= 5) {
            return "is a Python pickle (.ckpt, .pt)" + CONVERT;
        }
        if (text.startsWith("GGUF")) {
            return "is a GGUF file; Assay reads safetensors only: use the .safetensors version of the model";
        }
        if (words.startsWith("{") || words.startsWith("[")) {
            return "is JSON text, not a model; name the .safetensors file";
        }
        return null;
    }
}
