package dev.assay.reports.facts;

import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.ModelHashes;
import dev.assay.harness.model.inspect.ModelKind;
import java.nio.file.Path;
import java.util.List;

/**
 * What is known of a model file without a render: the part of an {@link Inspection} that cards and collections need. What is not
 * known is null.
 *
 * @param kind {@code lora} for all that is put on a base model, {@code checkpoint} for what is a base model, else Assay's word
 * @param family of the model it is made for, as its layers show ({@code sd15}, {@code sdxl}, {@code flux1})
 * @param licence as the file states it
 * @param triggerWords as the file states them; may be empty
 * @param weightsSha256 of the tensors alone: two files that differ in their descriptions only have the same
 */
public record FileFacts(String kind, String family, String licence, List<String> triggerWords, String weightsSha256) {
    public static final String LORA = "lora";
    public static final String CHECKPOINT = "checkpoint";
    public static final FileFacts NONE = new FileFacts(null, null, null, List.of(), null);

    private static final int MAX_TRIGGERS = 12;

    public FileFacts {
        triggerWords = List.copyOf(triggerWords);
    }

    /** Reads the whole file, once; as good as {@link #NONE} of one that cannot be read. */
    public static FileFacts read(Path file) {
        return of(
                Inspector.withHashes(new ModelHashes(null), (f, done, of) -> {}).inspect(file));
    }

    /** Reads a file's header only: {@code weightsSha256} is null. */
    public static FileFacts glance(Path file) {
        return of(Inspector.ofHeaders().inspect(file));
    }

    private static FileFacts of(Inspection found) {
        return new FileFacts(
                found.kind().map(FileFacts::word).orElse(null),
                known(found.family().equals("unknown") ? "" : found.family()),
                known(found.license()),
                found.triggerWords().stream()
                        .map(Inspection.Trigger::word)
                        .distinct()
                        .limit(MAX_TRIGGERS)
                        .toList(),
                found.hashes().get(ModelHashes.TENSORS));
    }

    private static String word(ModelKind kind) {
        return kind.isAdapter()
                ? LORA
                : kind == ModelKind.CHECKPOINT || kind == ModelKind.DIFFUSION_MODEL ? CHECKPOINT : kind.word();
    }

    private static String known(String text) {
        return text.isBlank() ? null : text;
    }
}
