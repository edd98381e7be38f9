package dev.assay.harness.model;

import dev.assay.harness.text.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what a file is that was taken for a safetensors file. */
final class ForeignFile {
    private static final String CONVERT =
            "; pickled files can run code when they are loaded and Assay refuses them: use the .safetensors version,"
                    + " or convert it";

    private static final String AGAIN =
            "; the download was refused: log in on the site, accept the model's terms, or give the download an access"
                    + " token, then download again";
    private static final int MAX_TEXT = 512; // bytes of an answer in a few words

    private static final Pattern LFS_SIZE = Pattern.compile("\nsize (\\d{1,15})");
    private static final Pattern HTML_TITLE = Pattern.compile("(?is)<title[^>]{0,100}>([^<]{1,200})");
    private static final Pattern XML_MESSAGE = Pattern.compile("(?is)<message>([^<]{1,300})");
    private static final Pattern JSON_MESSAGE = json("message|detail|error_description");
    private static final Pattern JSON_ERROR = json("error");

    private static Pattern json(String key) {
        return Pattern.compile("\"(?:" + key + ")\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.){1,300})\"");
    }

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
            Matcher bytes = LFS_SIZE.matcher(text);
            return "is a Git LFS pointer of " + size + " bytes, not the model itself"
                    + (bytes.find() ? ", which has " + bytes.group(1) : "") + "; run: git lfs pull";
        }
        if (words.startsWith("<!doctype") || words.startsWith("<html")) {
            return "is a web page, not a model" + said(HTML_TITLE.matcher(text))
                    + ": the download gave an error or login page; open the address in a browser, then download again";
        }
        if (words.startsWith("<?xml") || words.startsWith("<error")) {
            return "is the answer of a server, not a model" + said(XML_MESSAGE.matcher(text)) + AGAIN;
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
            String message = said(JSON_MESSAGE.matcher(text));
            String said = message.isEmpty() ? said(JSON_ERROR.matcher(text)) : message;
            return said.isEmpty()
                    ? "is JSON text, not a model; name the .safetensors file"
                    : "is JSON text with the answer of a website, not a model" + said + AGAIN;
        }
        if (size <= MAX_TEXT && size > 0 && isText(text)) {
            return "is a short text, not a model: " + PlainText.quoted(text.strip()) + AGAIN;
        }
        return null;
    }

    /** What the site wrote, as it wrote it; empty where it says nothing in words. */
    private static String said(Matcher found) {
        return found.find() ? ", which says " + PlainText.quoted(found.group(1).strip()) : "";
    }

    private static boolean isText(String text) {
        return text.chars().allMatch(c -> (c >= ' ' && c < 127) || c == '\n' || c == '\r' || c == '\t');
    }
}
