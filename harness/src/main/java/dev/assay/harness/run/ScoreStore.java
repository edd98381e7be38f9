package dev.assay.harness.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.harness.files.LockFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.ContentKey;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.render.Picture;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.score.Score.Unscored;
import dev.assay.harness.suite.PromptCase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Scores on disk, found again by the hash of everything that decides them ({@link ScoreKey}): a second candidate's run scores no picture of
 * the base again, and a run that is asked again scores nothing.
 *
 * <p>One file per metric with its version, parameters and networks; one line per score: a seal over the file's metric and the rest of the line,
 * the key, the score as JSON. Runs append whole lines under a lock of the file, so that several may share it. A line that is damaged, cut off
 * or from another file does not exist. Who can write to the folder can forge a seal: it keeps out accidents, not people. No trouble with a
 * file is ever trouble of a run: scores are then computed again.
 */
final class ScoreStore {
    /** Keeps nothing. */
    static final ScoreStore NONE = new ScoreStore(null, new FileHashes());

    /** Of a file, about 50,000 scores; one that has grown beyond begins anew. */
    static final int MAX_BYTES = 16 << 20;

    private static final int HASH = 64; // digits

    private final Path folder;
    private final FileHashes weights;
    private Kept last = new Kept(null, null, ""); // criteria of one metric often follow each other

    /** @param weights of the networks: scores of files that changed since they were hashed are not kept */
    ScoreStore(Path folder, FileHashes weights) {
        this.folder = folder;
        this.weights = weights;
    }

    /**
     * The scores of a metric.
     *
     * @param code see {@link ScoreKey#metric}
     * @param networks what decides the numbers of those that it uses, by role; empty where nobody knows: then nothing is kept
     */
    Kept of(MetricInfo info, String code, Map<String, Double> parameters, Optional<Map<String, String>> networks) {
        if (folder == null || networks.isEmpty()) {
            return new Kept(info, null, "");
        }
        String metric = ScoreKey.metric(info, code, parameters, networks.get());
        if (!last.metric.equals(metric) || !info.equals(last.info)) {
            last = new Kept(info, folder.resolve(metric + ".scores"), metric);
        }
        return last;
    }

    /** Of one score, or of a suite's. */
    private record Entry(List<Value> scores, String summary, GridPattern pattern) {
        static Entry of(Finding finding) {
            return new Entry(
                    finding.differences().stream().map(Value::of).toList(), finding.summary(), finding.pattern());
        }

        Finding finding() {
            return new Finding(scores.stream().map(Value::score).toList(), summary, pattern);
        }
    }

    private record Value(Double value, String evidence, List<Score.Mark> marks, Unscored unscored) {
        static Value of(Score score) {
            return score instanceof Measured m
                    ? new Value(m.value(), m.evidence(), m.marks(), null)
                    : new Value(null, null, List.of(), (Unscored) score);
        }

        Score score() {
            return value == null ? Objects.requireNonNull(unscored) : new Measured(value, evidence, marks);
        }
    }

    /**
     * The scores of one metric, each as {@link MetricAnswer} requires: one that is kept and is not is computed again. What is new goes to the
     * file with {@link #flush}.
     */
    final class Kept {
        private final MetricInfo info;
        private final Path file; // null: nothing is kept
        private final String metric;
        private final Map<String, String> known = new HashMap<>(); // JSON by key
        private final Map<String, String> fresh = new LinkedHashMap<>(); // not in the file yet
        private final Map<PromptCase, String> prompts = new HashMap<>(); // keys of cases

        private Kept(MetricInfo info, Path file, String metric) {
            this.info = info;
            this.file = file;
            this.metric = metric;
            read();
        }

        /** The score of these pictures, in this order. */
        Score score(PromptCase prompt, List<Picture> pictures, Supplier<Score> otherwise) {
            return find(
                            key(prompt, pictures),
                            kept -> required(() -> kept.differences().get(0)),
                            () -> required(otherwise))
                    .differences()
                    .get(0);
        }

        private Finding required(Supplier<Score> score) {
            return new Finding(List.of(MetricAnswer.score(info, score)), null, null);
        }

        boolean has(PromptCase prompt, List<Picture> pictures) {
            return known.containsKey(key(prompt, pictures));
        }

        private String key(PromptCase prompt, List<Picture> pictures) {
            return ScoreKey.of(prompts.computeIfAbsent(prompt, ScoreKey::prompt), pictures);
        }

        /** What a metric finds in a whole suite. */
        Finding suite(List<CasePictures> cases, Supplier<Finding> otherwise) {
            return find(
                    ScoreKey.suite(cases),
                    kept -> MetricAnswer.finding(info, cases.size(), () -> kept),
                    () -> MetricAnswer.finding(info, cases.size(), otherwise));
        }

        private Finding find(String key, UnaryOperator<Finding> require, Supplier<Finding> otherwise) {
            if (known.containsKey(key)) {
                try {
                    return require.apply(
                            Json.LENIENT.readValue(known.get(key), Entry.class).finding());
                } catch (JsonProcessingException | RuntimeException notOurs) {
                    known.remove(key);
                }
            }
            Finding found = otherwise.get();
            if (file != null) {
                try {
                    fresh.put(key, Json.LENIENT.writeValueAsString(Entry.of(found)));
                } catch (JsonProcessingException e) {
                    throw new IllegalStateException("a score has no JSON", e);
                }
            }
            return found;
        }

        private void read() {
            try {
                if (file == null || Files.size(file) > 2L * MAX_BYTES) {
                    return;
                }
                new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                        .lines()
                        .forEach(this::read);
            } catch (IOException none) {
                // Computed again.
            }
        }

        private void read(String line) {
            if (line.length() > 2 * HASH + 2) {
                String key = line.substring(HASH + 1, 2 * HASH + 1);
                String json = line.substring(2 * HASH + 2);
                if (line.equals(line(key, json))) {
                    known.put(key, json);
                }
            }
        }

        private String line(String key, String json) {
            String seal = new ContentKey("assay-score-seal/1")
                    .with("metric", metric)
                    .with("key", key)
                    .with("score", json)
                    .sha256();
            return seal + " " + key + " " + json;
        }

        /**
         * Appends what is new.
         *
         * @throws dev.assay.harness.model.ModelFileException when weights changed since they were hashed
         */
        void flush() {
            if (fresh.isEmpty()) {
                return;
            }
            weights.requireUnchanged("before what was scored with it was kept");
            StringBuilder lines = new StringBuilder();
            fresh.forEach((key, json) -> lines.append(line(key, json)).append('\n'));
            try {
                append(lines.toString().getBytes(StandardCharsets.UTF_8));
            } catch (IOException unwritable) {
                // A full disk, a folder that may not be written to: the run goes on without.
            }
            known.putAll(fresh);
            fresh.clear();
        }

        private void append(byte[] lines) throws IOException {
            Files.createDirectories(file.getParent());
            try (LockFile lock = LockFile.take(file)) {
                FileChannel channel = lock.channel();
                if (channel.size() > MAX_BYTES) {
                    channel.truncate(0);
                }
                ByteBuffer last = ByteBuffer.allocate(1);
                boolean torn = channel.size() > 0
                        && channel.read(last, channel.size() - 1) == 1
                        && last.get(0) != '\n'; // by a run that was killed
                write(channel, torn ? new byte[] {'\n'} : new byte[0]);
                write(channel, lines);
            }
        }

        private static void write(FileChannel channel, byte[] bytes) throws IOException {
            channel.position(channel.size());
            for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
                channel.write(left);
            }
        }
    }
}
