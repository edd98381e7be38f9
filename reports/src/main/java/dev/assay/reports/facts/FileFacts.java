package dev.assay.reports.facts;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsHeader;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of a model file without a render. Texts are plain and short; what is not known is null.
 *
 * @param kind {@code lora}, {@code checkpoint}, or null
 * @param family of the model it is made for, in Assay's words ({@code sd15}, {@code sdxl}, {@code flux}) where the file names one
 *     of these, else in its own; null where it says nothing
 * @param licence as the file states it
 * @param triggerWords as the file states them; may be empty
 * @param weightsSha256 of the tensors alone: two files that differ in their descriptions only have the same
 */
public record FileFacts(String kind, String family, String licence, List<String> triggerWords, String weightsSha256) {
    public static final FileFacts NONE = new FileFacts(null, null, null, List.of(), null);

    private static final int MOST_TEXT = 200; // characters kept of what a file says
    private static final int MOST_TRIGGERS = 20;
    private static final Set<String> LORA_PARTS = Set.of(
            "lora_down", "lora_up", "lora_A", "lora_B", "hada_w1_a", "lokr_w1", "lokr_w1_a", "oft_blocks", "diff");
    private static final Map<String, String> FAMILIES = Map.ofEntries(
            Map.entry("sd_v1", "sd15"),
            Map.entry("stable-diffusion-v1", "sd15"),
            Map.entry("sd_v2", "sd2"),
            Map.entry("stable-diffusion-v2", "sd2"),
            Map.entry("sdxl_base_v1-0", "sdxl"),
            Map.entry("stable-diffusion-xl-v1-base", "sdxl"),
            Map.entry("flux1", "flux"),
            Map.entry("flux-1-dev", "flux"),
            Map.entry("flux-1-schnell", "flux"));

    public FileFacts {
        triggerWords = List.copyOf(triggerWords);
    }

    /** Reads a file's header and hashes its tensors; {@link #NONE} of a file that cannot be read. */
    public static FileFacts read(Path file) {
        try {
            SafetensorsHeader.read(file); // checked before its length is believed
            return read(file, weights(file));
        } catch (ModelFileException | IOException unreadable) {
            return NONE;
        }
    }

    /** Reads a file's header only: {@code weightsSha256} is null. */
    public static FileFacts glance(Path file) {
        return read(file, null);
    }

    private static FileFacts read(Path file, String weights) {
        try {
            SafetensorsHeader header = SafetensorsHeader.read(file);
            Map<String, String> said = header.metadata();
            return new FileFacts(
                    kind(header.tensors().keySet()),
                    family(said),
                    text(said.get("modelspec.license")),
                    triggers(said),
                    weights);
        } catch (ModelFileException unreadable) {
            return NONE;
        }
    }

    private static String kind(Set<String> tensors) {
        boolean lora =
                tensors.stream().anyMatch(t -> Arrays.stream(t.split("\\.")).anyMatch(LORA_PARTS::contains));
        boolean checkpoint = tensors.stream()
                .anyMatch(t -> t.startsWith("model.diffusion_model.") || t.startsWith("double_blocks."));
        return lora ? "lora" : checkpoint ? "checkpoint" : null;
    }

    private static String family(Map<String, String> said) {
        String architecture = text(said.get("modelspec.architecture"));
        String family = architecture == null
                ? text(said.get("ss_base_model_version"))
                : architecture.replaceFirst("/(lora|textual-inversion)$", "");
        return family == null ? null : FAMILIES.getOrDefault(family, family);
    }

    private static List<String> triggers(Map<String, String> said) {
        String phrase = said.get("modelspec.trigger_phrase");
        return phrase == null
                ? List.of()
                : Arrays.stream(phrase.split("[,\n]"))
                        .map(FileFacts::text)
                        .filter(t -> t != null)
                        .distinct()
                        .limit(MOST_TRIGGERS)
                        .toList();
    }

    private static String text(String said) {
        String plain = Words.line(said, MOST_TEXT);
        return plain.isEmpty() || plain.equals("None") ? null : plain; // kohya's trainer writes "None"
    }

    /** The header's length stands in the first eight bytes and was checked by the reader. */
    private static String weights(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            long header = ByteBuffer.wrap(in.readNBytes(8))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            in.skipNBytes(header);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
