package dev.assay.harness.nn.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Token ids for SigLIP and SigLIP 2, as transformers gives them: always the full length, the end token kept when a text is cut. SigLIP was
 * trained on lower-case text without ASCII punctuation, SigLIP 2 on lower-case text.
 */
public final class SiglipTokenizer implements AutoCloseable {
    private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}"); // ASCII's, as Python's string.punctuation
    private static final Pattern SPACE = // Python's \s
            Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String LEAD = "\u2581"; // sentencepiece's space

    static {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final boolean withoutPunctuation;
    private final boolean padsLeft;
    private final int length;
    private final long end;
    private final long pad;

    private SiglipTokenizer(
            HuggingFaceTokenizer tokenizer,
            boolean withoutPunctuation,
            boolean padsLeft,
            int length,
            long end,
            long pad) {
        this.tokenizer = tokenizer;
        this.withoutPunctuation = withoutPunctuation;
        this.padsLeft = padsLeft;
        this.length = length;
        this.end = end;
        this.pad = pad;
    }

    /**
     * Opens {@code tokenizer.json} and {@code tokenizer_config.json} of a folder.
     *
     * @param length tokens of a text: 64
     * @throws ModelFileException when one is missing, or is that of another model
     */
    public static SiglipTokenizer open(Path folder, int length) {
        for (String file : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                throw new ModelFileException(
                        folder,
                        "expected " + file + ", found none; sentencepiece's own spiece.model is not read: take the"
                                + " tokenizer.json of the same repository");
            }
        }
        try {
            JsonNode config = JsonFile.config(folder.resolve("tokenizer_config.json"), "a tokenizer");
            if (!(JsonFile.tokenizer(folder.resolve("tokenizer.json")) instanceof ObjectNode definition)) {
                throw new ModelFileException(folder.resolve("tokenizer.json"), "expected a JSON object");
            }
            return of(folder, definition, config, length);
        } catch (IOException e) {
            throw new ModelFileException(folder, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static SiglipTokenizer of(Path folder, ObjectNode definition, JsonNode config, int length)
            throws IOException {
        String kind = config.path("tokenizer_class").asText("nothing");
        boolean first = kind.startsWith("SiglipTokenizer");
        if (!first && !kind.startsWith("Gemma") && !kind.startsWith("Siglip2Tokenizer")) {
            throw new ModelFileException(
                    folder.resolve("tokenizer_config.json"),
                    "tokenizer_class: expected SiglipTokenizer, GemmaTokenizer or Siglip2Tokenizer, found " + kind);
        }
        definition.putNull("truncation");
        definition.putNull("padding");
        if (!first) {
            lowerCase(definition);
        }
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(Json.LENIENT.writeValueAsBytes(definition)),
                Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"));
        return new SiglipTokenizer(
                tokenizer,
                first,
                config.path("padding_side").asText("right").equals("left"),
                length,
                id(folder, tokenizer, config, "eos_token", first ? "</s>" : "<eos>"),
                id(folder, tokenizer, config, "pad_token", first ? "</s>" : "<pad>"));
    }

    /** As transformers does for SigLIP 2; a second time changes nothing. */
    private static void lowerCase(ObjectNode definition) {
        JsonNode found = definition.path("normalizer");
        var steps = Json.LENIENT.createObjectNode().put("type", "Sequence");
        var list = steps.putArray("normalizers");
        list.addObject().put("type", "Lowercase");
        if (found.isObject()) {
            list.add(found);
        }
        definition.set("normalizer", steps);
    }

    private static long id(
            Path folder, HuggingFaceTokenizer tokenizer, JsonNode config, String role, String otherwise) {
        JsonNode stated = config.path(role).isObject() ? config.path(role).path("content") : config.path(role);
        String token = stated.asText(otherwise);
        long[] ids = tokenizer.encode(token, false, false).getIds();
        if (ids.length != 1) {
            throw new ModelFileException(folder, role + ": " + token + " is not one token of tokenizer.json");
        }
        return ids[0];
    }

    /** Token ids, exactly as many as the text encoder has positions for. */
    public long[] encode(String text) {
        long[] found = tokenizer
                .encode(withoutPunctuation ? canonical(text) : text, false, false)
                .getIds();
        int kept = Math.min(found.length, length - 1);
        long[] ids = new long[length];
        Arrays.fill(ids, pad);
        int from = padsLeft ? length - 1 - kept : 0;
        System.arraycopy(found, 0, ids, from, kept);
        ids[from + kept] = end;
        return ids;
    }

    /** Lower case, no punctuation, single spaces. */
    static String canonical(String text) {
        String plain = PUNCTUATION
                .matcher(text.replace(LEAD, " ").toLowerCase(Locale.ROOT))
                .replaceAll("");
        return SPACE.matcher(plain).replaceAll(" ").strip();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
