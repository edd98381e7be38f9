package dev.assay.harness.model.lora;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How alike several LoRAs are, pair by pair. Fingerprints, for which each file is read once, are compared for all pairs; the
 * changes themselves, layer by layer, for all pairs of a few files, and of many for those that the fingerprints call related.
 *
 * @param loras how many could be compared
 * @param pairs the most alike first: all, or the related ones where there are more than {@link #MAX_LORAS}
 * @param left why a file was not compared
 */
public record LoraOverlaps(int loras, List<Pair> pairs, Map<Path, String> left) {
    /** Up to so many LoRAs all pairs are compared in full. */
    public static final int MAX_LORAS = 40;
    /** More pairs than these are not compared in full, however related. */
    public static final int MAX_COMPARED = MAX_LORAS * (MAX_LORAS - 1) / 2;

    public LoraOverlaps {
        pairs = List.copyOf(pairs);
        left = Collections.unmodifiableMap(new LinkedHashMap<>(left));
    }

    /**
     * Two LoRAs.
     *
     * @param fingerprints cosine of the two fingerprints, -1 to 1
     * @param overlap empty where only fingerprints were compared
     */
    public record Pair(Path first, Path second, double fingerprints, Optional<LoraOverlap> overlap, boolean ofBase) {
        /** Whether it is the same LoRA under another name or scale, or its negative. */
        public boolean copy() {
            return Math.abs(fingerprints) >= LoraFingerprint.COPY;
        }

        /** Whether the two have a common origin, as two checkpoints of one training have; copies are related. */
        public boolean related() {
            return Math.abs(fingerprints) >= LoraFingerprint.NEAR;
        }

        /** Of the two changes; empty where it was not computed, or no layer is common by name and no base tells why. */
        public OptionalDouble cosine() {
            return overlap.filter(o -> o.common() > 0 || (ofBase && o.onlyFirst() > 0 && o.onlySecond() > 0))
                    .map(o -> OptionalDouble.of(o.cosine()))
                    .orElse(OptionalDouble.empty());
        }
    }

    /** Told while pairs are compared. */
    @FunctionalInterface
    public interface Progress {
        void compared(int pairs, int of);
    }

    /** Number of all pairs of the files that could be compared. */
    public long allPairs() {
        return (long) loras * (loras - 1) / 2;
    }

    /** How many pairs were compared layer by layer. */
    public long compared() {
        return pairs.stream().filter(p -> p.overlap.isPresent()).count();
    }

    public long copies() {
        return pairs.stream().filter(Pair::copy).count();
    }

    /**
     * Compares files; one that cannot be read, or whose numbers say nothing, is left out with the reason.
     *
     * @param base to know two names of one layer; empty to go by the names alone
     * @param headers of the files, which may have been read before
     */
    public static LoraOverlaps of(List<Path> files, Optional<BaseModules> base, LoraReader headers, Progress progress) {
        List<Path> paths = new ArrayList<>();
        List<LoraFingerprint> prints = new ArrayList<>();
        Map<Path, String> left = new LinkedHashMap<>();
        for (Path file : files) { // one after the other: each is read with all cores
            try {
                prints.add(fingerprint(headers.read(file)));
                paths.add(file);
            } catch (ModelFileException e) {
                left.put(file, e.problemOf(file));
            }
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            for (int j = i + 1; j < paths.size(); j++) {
                double cosine = prints.get(i).cosine(prints.get(j));
                Pair pair = new Pair(paths.get(i), paths.get(j), cosine, Optional.empty(), base.isPresent());
                if (paths.size() <= MAX_LORAS || pair.related()) {
                    pairs.add(pair);
                }
            }
        }
        pairs.sort(Comparator.comparingDouble((Pair p) -> -Math.abs(p.fingerprints)));
        int full = Math.min(pairs.size(), MAX_COMPARED);
        AtomicInteger done = new AtomicInteger();
        List<Pair> compared = new ArrayList<>(pairs.subList(0, full).stream()
                .map(p -> compared(p, base, headers, left, () -> progress.compared(done.incrementAndGet(), full)))
                .toList());
        compared.sort(Comparator.comparing(Pair::copy)
                .thenComparingDouble(p -> Math.abs(p.cosine().orElse(p.related() ? p.fingerprints : 0)))
                .reversed());
        compared.addAll(pairs.subList(full, pairs.size()));
        return new LoraOverlaps(paths.size(), compared, left);
    }

    private static LoraFingerprint fingerprint(LoraFile lora) {
        try (SafetensorsFile file = lora.open()) {
            LoraWeights weights =
                    LoraWeights.of(file, lora.grammar(), 1, Optional.empty(), Optional.empty(), lora.config());
            if (!weights.notFinite().isEmpty()) {
                throw new ModelFileException(
                        lora.path(),
                        "has NaN or infinite values in " + weights.notFinite().size() + " tensors");
            }
            if (weights.doesNothing()) {
                throw new ModelFileException(lora.path(), "changes nothing: it has no module, or only zeros");
            }
            if (weights.fingerprint().isEmpty()) {
                throw new ModelFileException(lora.path(), "has no module whose change can be computed");
            }
            return weights.fingerprint();
        }
    }

    private static Pair compared(
            Pair pair, Optional<BaseModules> base, LoraReader headers, Map<Path, String> left, Runnable done) {
        try {
            LoraFile first = headers.read(pair.first);
            LoraFile second = headers.read(pair.second);
            LoraOverlap overlap = base.map(b -> LoraOverlap.cosine(first, second, b))
                    .orElseGet(() -> LoraOverlap.cosine(first, second));
            return new Pair(pair.first, pair.second, pair.fingerprints, Optional.of(overlap), pair.ofBase);
        } catch (ModelFileException e) {
            // Readable a moment ago: the pair stays with what the fingerprints say.
            left.putIfAbsent(pair.second, "not compared with " + pair.first.getFileName() + ": " + e.getMessage());
            return pair;
        } finally {
            done.run();
        }
    }
}
