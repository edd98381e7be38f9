package dev.assay.harness.nn.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * BERT's uncased tokenizer (Devlin et al. 2019) as transformers': lower case without accents, WordPiece. {@code [CLS]} before, {@code
 * [SEP]} behind; long texts are cut so that {@code [SEP]} stays.
 */
public final class BertTokenizer implements AutoCloseable {
    private static final int MAX_WORDS_BYTES = 64 << 20;
    private static final String WORDS = "vocab.txt";
    private static final String WHOLE = "tokenizer.json";
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    static {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final int words;
    private final int length;
    private final long end;

    private BertTokenizer(HuggingFaceTokenizer tokenizer, int words, int length, long end) {
        this.tokenizer = tokenizer;
        this.words = words;
        this.length = length;
        this.end = end;
    }

    /** Whether a folder holds such a tokenizer. */
    public static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(WORDS)) || Files.isRegularFile(folder.resolve(WHOLE));
    }

    /**
     * Opens a folder with {@code vocab.txt}, one word a line, or {@code tokenizer.json}.
     *
     * @param length most tokens of a text, {@code [CLS]} and {@code [SEP]} among them
     * @param added words that a model adds to BERT's, in the order of their ids, where the file lacks them
     */
    public static BertTokenizer open(Path folder, int length, List<String> added) {
        Path words = folder.resolve(WORDS);
        Path file = Files.isRegularFile(words) ? words : folder.resolve(WHOLE);
        try {
            JsonNode definition = file.equals(words) ? definition(file) : JsonFile.tokenizer(file);
            if (!definition.isObject()
                    || !definition.path("model").path("type").asText("").equals("WordPiece")) {
                throw new ModelFileException(
                        file,
                        "expected a WordPiece tokenizer, found "
                                + definition.path("model").path("type"));
            }
            return of(file, (ObjectNode) definition, length, added);
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot be read as a tokenizer: " + e.getMessage(), e);
        }
    }

    private static BertTokenizer of(Path file, ObjectNode definition, int length, List<String> added)
            throws IOException {
        definition.putNull("truncation");
        definition.putNull("padding");
        JsonNode vocabulary = definition.path("model").path("vocab");
        ArrayNode tokens = definition.withArray("added_tokens");
        int words = vocabulary.size()
                + (int) StreamSupport.stream(tokens.spliterator(), false)
                        .filter(t -> !vocabulary.has(t.path("content").asText()))
                        .count();
        for (String word : added) {
            if (!vocabulary.has(word)
                    && StreamSupport.stream(tokens.spliterator(), false)
                            .noneMatch(t -> t.path("content").asText().equals(word))) {
                token(tokens, word, words);
                words++;
            }
        }
        long begin = id(file, vocabulary, "[CLS]");
        long end = id(file, vocabulary, "[SEP]");
        Map<String, String> options = Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true");
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(Json.LENIENT.writeValueAsBytes(definition)), options);
        if (!Arrays.equals(tokenizer.encode("").getIds(), new long[] {begin, end})) {
            tokenizer.close();
            throw new ModelFileException(file, "expected a tokenizer that sets [CLS] before and [SEP] behind a text");
        }
        return new BertTokenizer(tokenizer, words, length, end);
    }

    /** Ids without padding. */
    public long[] encode(String text) {
        long[] found = tokenizer.encode(text).getIds();
        if (found.length <= length) {
            return found;
        }
        long[] ids = Arrays.copyOf(found, length);
        ids[length - 1] = end;
        return ids;
    }

    /** Whether a text has more tokens than are given. */
    public boolean cuts(String text) {
        return tokenizer.encode(text).getIds().length > length;
    }

    /** All words, added ones among them. */
    public int words() {
        return words;
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static long id(Path file, JsonNode vocabulary, String word) {
        if (!vocabulary.path(word).isNumber()) {
            throw new ModelFileException(file, "expected BERT's words, found no " + word);
        }
        return vocabulary.path(word).asLong();
    }

    private static void token(ArrayNode tokens, String word, long id) {
        tokens.addObject()
                .put("id", id)
                .put("content", word)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    /** What transformers' {@code BertTokenizer} builds from a list of words, as a {@code tokenizer.json}. */
    private static ObjectNode definition(Path file) throws IOException {
        ObjectNode root = Json.LENIENT.createObjectNode();
        ObjectNode vocabulary = Json.LENIENT.createObjectNode();
        for (String word : SmallFile.lines(file, MAX_WORDS_BYTES)) {
            if (vocabulary.has(word)) {
                throw new ModelFileException(file, "expected each word once, found \"" + word + "\" twice");
            }
            vocabulary.put(word, vocabulary.size());
        }
        root.put("version", "1.0");
        ArrayNode added = root.putArray("added_tokens"); // found in the text, too
        for (String word : SPECIAL) {
            token(added, word, id(file, vocabulary, word));
        }
        root.putObject("normalizer")
                .put("type", "BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", true)
                .put("lowercase", true)
                .putNull("strip_accents");
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        ObjectNode post = root.putObject("post_processor").put("type", "BertProcessing");
        post.putArray("sep").add("[SEP]").add(id(file, vocabulary, "[SEP]"));
        post.putArray("cls").add("[CLS]").add(id(file, vocabulary, "[CLS]"));
        root.putObject("model")
                .put("type", "WordPiece")
                .put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100)
                .set("vocab", vocabulary);
        return root;
    }
}
