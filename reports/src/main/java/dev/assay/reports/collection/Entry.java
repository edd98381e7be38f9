package dev.assay.reports.collection;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A file of the collection.
 *
 * @param name in the folder of the collection
 * @param sha256 of the whole file
 * @param weightsSha256 of its tensors alone; null where unknown
 * @param added ISO 8601, UTC
 * @param kind {@code lora}, {@code checkpoint}, or null
 * @param family of models it is for; null where unknown
 * @param licence as the file states it; null where it does not
 * @param strength that it was judged at; null for a checkpoint
 * @param judged newest last; one per suite, base and strength
 * @param override who let it in against the gate's say; null for a file that passed
 */
public record Entry(
        String name,
        String sha256,
        String weightsSha256,
        long bytes,
        String added,
        String kind,
        String family,
        String licence,
        List<String> triggerWords,
        Double strength,
        List<Judged> judged,
        Waiver override) {
    static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public Entry {
        FileNames.wrong(name).ifPresent(wrong -> {
            throw new CollectionException(wrong);
        });
        if (sha256 == null || !SHA256.matcher(sha256).matches()) {
            throw new CollectionException(name + ": sha256: expected 64 hexadecimal digits, found " + sha256);
        }
        if (bytes < 0) {
            throw new CollectionException(name + ": bytes: expected 0 or more, found " + bytes);
        }
        triggerWords = triggerWords == null ? List.of() : List.copyOf(triggerWords);
        judged = judged == null ? List.of() : List.copyOf(judged);
    }

    Entry withJudged(List<Judged> newJudged) {
        return new Entry(
                name,
                sha256,
                weightsSha256,
                bytes,
                added,
                kind,
                family,
                licence,
                triggerWords,
                strength,
                newJudged,
                override);
    }
}
