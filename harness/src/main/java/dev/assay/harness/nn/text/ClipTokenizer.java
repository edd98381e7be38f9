package dev.assay.harness.nn.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.Trouble;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * CLIP's byte-pair tokenizer, as transformers' fast one: NFC, white space to one space, lower case, no ftfy. Begin and end
 * tokens are added; long prompts are cut so that the end token stays; short ones are padded.
 */
public final class ClipTokenizer implements AutoCloseable {
    private static final int MAX_MERGES_BYTES = 64 << 20;
    private static final String WORDS =
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]" + "|[^\\s\\p{L}\\p{N}]+";

    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";

    static {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final int length;
    private final long end;
    private final long pad;

    private ClipTokenizer(HuggingFaceTokenizer tokenizer, int length, long end, long pad) {
        this.tokenizer = tokenizer;
        this.length = length;
        this.end = end;
        this.pad = pad;
    }

    /**
     * Opens a {@code tokenizer} folder of a diffusers model: {@code tokenizer.json}, or {@code vocab.json} and
     * {@code merges.txt}. The pad token is read from {@code special_tokens_map.json} or {@code tokenizer_config.json}.
     *
     * @param length tokens that the text encoder has positions for
     */
    public static ClipTokenizer open(Path folder, int length) {
        try {
            JsonNode config = json(folder.resolve("tokenizer_config.json"));
            JsonNode special = json(folder.resolve("special_tokens_map.json"));
            Path whole = folder.resolve("tokenizer.json");
            ObjectNode definition;
            if (Files.exists(whole)) {
                definition = object(whole);
            } else {
                for (String file : List.of("vocab.json", "merges.txt")) {
                    if (!Files.exists(folder.resolve(file))) {
                        throw new ModelFileException(
                                folder,
                                "expected tokenizer.json, or vocab.json and merges.txt; " + file + " is missing");
                    }
                }
                definition = definition(
                        object(folder.resolve("vocab.json")),
                        SmallFile.lines(folder.resolve("merges.txt"), MAX_MERGES_BYTES),
                        token(special, config, "bos_token", "<|startoftext|>"),
                        token(special, config, "eos_token", "<|endoftext|>"),
                        token(special, config, "pad_token", "<|endoftext|>"));
            }
            return of(
                    folder.toString(),
                    definition,
                    Math.max(2, Math.min(length, config.path("model_max_length").asInt(length))),
                    token(special, config, "eos_token", "<|endoftext|>"),
                    token(special, config, "pad_token", "<|endoftext|>"));
        } catch (IOException e) {
            throw new ModelFileException(folder, "cannot be read: " + Trouble.words(e), e);
        }
    }

    /**
     * The tokenizer of OpenAI's CLIP, which every Stable Diffusion 1 checkpoint was trained with: 49,408 tokens, padded with
     * the end token. Single-file checkpoints do not bring it along.
     */
    public static ClipTokenizer openAi(int length) {
        return vocabularyOfOpenAi(length, END);
    }

    /** The same vocabulary, padded with token 0 as open_clip does. */
    public static ClipTokenizer openClip(int length) {
        return vocabularyOfOpenAi(length, "!");
    }

    private static ClipTokenizer vocabularyOfOpenAi(int length, String pad) {
        try (InputStream resource = ClipTokenizer.class.getResourceAsStream("/dev/assay/clip/merges.txt.gz")) {
            List<String> lines = new String(new GZIPInputStream(resource).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            ObjectNode definition = definition(vocabulary(lines), lines, BEGIN, END, END);
            return of("CLIP's vocabulary", definition, length, END, pad);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes, bytes that end a word, merges in their order, begin, end. */
    private static ObjectNode vocabulary(List<String> merges) {
        ObjectNode vocabulary = Json.LENIENT.createObjectNode();
        List<String> bytes = byteLetters();
        bytes.forEach(b -> vocabulary.put(b, vocabulary.size()));
        bytes.forEach(b -> vocabulary.put(b + "</w>", vocabulary.size()));
        merges.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#version"))
                .forEach(line -> vocabulary.put(line.replace(" ", ""), vocabulary.size()));
        vocabulary.put(BEGIN, vocabulary.size());
        vocabulary.put(END, vocabulary.size());
        return vocabulary;
    }

    /** GPT-2's printable letters for bytes: those that are printable in Latin-1, then the others from 256 on. */
    private static List<String> byteLetters() {
        List<String> letters = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int b = 33; b < 256; b++) {
            if (b < 127 || (b > 160 && b != 173)) {
                letters.add(Character.toString(b));
            }
        }
        for (int other = 256; letters.size() + others.size() < 256; other++) {
            others.add(Character.toString(other));
        }
        letters.addAll(others);
        return letters;
    }

    private static ClipTokenizer of(String where, ObjectNode definition, int length, String end, String pad)
            throws IOException {
        definition.putNull("truncation");
        definition.putNull("padding");
        Map<String, String> options = Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true");
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(Json.LENIENT.writeValueAsBytes(definition)), options);
        return new ClipTokenizer(tokenizer, length, id(where, definition, end), id(where, definition, pad));
    }

    /** Token ids, exactly as many as the text encoder has positions for. */
    public long[] encode(String text) {
        long[] found = tokenizer.encode(text).getIds();
        long[] ids = new long[length];
        for (int i = 0; i < length; i++) {
            ids[i] = i < found.length ? found[i] : pad;
        }
        if (found.length > length) {
            ids[length - 1] = end;
        }
        return ids;
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static ObjectNode object(Path file) {
        if (!(JsonFile.tokenizer(file) instanceof ObjectNode object)) {
            throw new ModelFileException(file, "expected a JSON object");
        }
        return object;
    }

    private static JsonNode json(Path file) {
        return Files.exists(file) ? JsonFile.config(file, "a tokenizer") : Json.LENIENT.createObjectNode();
    }

    private static String token(JsonNode special, JsonNode config, String name, String otherwise) {
        for (JsonNode node : List.of(special.path(name), config.path(name))) {
            JsonNode content = node.isObject() ? node.path("content") : node;
            if (content.isTextual()) {
                return content.asText();
            }
        }
        return otherwise;
    }

    private static long id(String where, JsonNode definition, String token) {
        for (JsonNode added : definition.path("added_tokens")) {
            if (added.path("content").asText().equals(token)) {
                return added.path("id").asLong();
            }
        }
        JsonNode id = definition.path("model").path("vocab").path(token);
        if (!id.isNumber()) {
            throw new ModelFileException(where + ": token " + token + " is not in the vocabulary");
        }
        return id.asLong();
    }

    /** What transformers' {@code CLIPTokenizer} builds from a vocabulary and merges, as a {@code tokenizer.json}. */
    private static ObjectNode definition(JsonNode vocab, List<String> lines, String begin, String end, String pad) {
        ObjectNode root = Json.LENIENT.createObjectNode();
        root.put("version", "1.0");
        ArrayNode added = root.putArray("added_tokens");
        for (String token : new LinkedHashSet<>(List.of(begin, end, pad))) { // found in the text, too
            added.addObject()
                    .put("id", vocab.path(token).asLong())
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
        ArrayNode normalizers = normalizer.putArray("normalizers");
        normalizers.addObject().put("type", "NFC");
        normalizers
                .addObject()
                .put("type", "Replace")
                .put("content", " ")
                .putObject("pattern")
                .put("Regex", "\\s+");
        normalizers.addObject().put("type", "Lowercase");
        ArrayNode splitters =
                root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        splitters
                .addObject()
                .put("type", "Split")
                .put("behavior", "Removed")
                .put("invert", true)
                .putObject("pattern")
                .put("Regex", WORDS);
        splitters
                .addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode post = root.putObject("post_processor").put("type", "RobertaProcessing");
        post.putArray("sep").add(end).add(vocab.path(end).asLong());
        post.putArray("cls").add(begin).add(vocab.path(begin).asLong());
        post.put("trim_offsets", false).put("add_prefix_space", false);
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout");
        model.put("unk_token", end)
                .put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "</w>")
                .put("fuse_unk", false)
                .put("byte_fallback", false);
        model.set("vocab", vocab);
        ArrayNode merges = model.putArray("merges");
        for (String line : lines) {
            if (!line.isBlank() && !line.startsWith("#version")) {
                merges.add(line.strip());
            }
        }
        return root;
    }
}
