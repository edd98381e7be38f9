package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Tagger;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.AssayException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The share of a prompt's tags that a tagger of boorus sees in the picture. For models that are prompted in tags: CLIP was not trained on
 * those. Words that are no tags of the tagger ("masterpiece") are left out and named.
 */
public final class TagRecallMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "tag-recall",
                    "1",
                    "Do the pictures still show the prompt's tags?",
                    Family.ADHERENCE,
                    Direction.HIGHER,
                    "of tags",
                    Range.closed(0, 1),
                    "own definition; probabilities of SmilingWolf's WD14 taggers")
            .withParameters(Map.of("threshold", 0.35));

    private static final Pattern EXTRA_NETWORK = Pattern.compile("<[^<>]*>"); // <lora:name:0.8>
    private static final Pattern WEIGHT = Pattern.compile(":\\s*[0-9.]+\\s*$");
    private static final Pattern BRACKETS =
            Pattern.compile("(?<!\\\\)[()\\[\\]{}]"); // emphasis; \( and \) belong to the tag

    private final Tagger tagger;
    private final double threshold;
    private final Map<String, Integer> places = new TreeMap<>(); // tag in the prompt's spelling to place in the output

    TagRecallMetric(Tagger tagger, double threshold) {
        if (!(threshold > 0 && threshold < 1)) {
            throw new AssayException("tag-recall: threshold: expected above 0 and below 1, found " + threshold);
        }
        this.tagger = tagger;
        this.threshold = threshold;
        List<String> tags = tagger.tags();
        for (int i = 0; i < tags.size(); i++) {
            places.put(spelled(tags.get(i)), i);
        }
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        if (!prompt.promptKnown()) {
            return NoScore.noPrompt();
        }
        List<String> asked = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        tags(prompt.prompt()).forEach(t -> (places.containsKey(t) ? asked : unknown).add(t));
        if (asked.isEmpty()) {
            return new Score.Unscored("no-tag", "the prompt has no tag that the tagger knows");
        }
        float[] probabilities = tagger.probabilities(image);
        List<String> missing = asked.stream()
                .filter(t -> probabilities[places.get(t)] < threshold)
                .map(t -> String.format(Locale.ROOT, "%s (%.2f)", t, probabilities[places.get(t)]))
                .toList();
        int seen = asked.size() - missing.size();
        return new Score.Measured(
                (double) seen / asked.size(),
                seen + " of " + asked.size() + " tags seen"
                        + (missing.isEmpty() ? "" : "; missing " + String.join(", ", missing))
                        + (unknown.isEmpty() ? "" : "; no tags of the tagger: " + String.join(", ", unknown)));
    }

    /** The tags of a prompt between its commas, once each, in its order, without emphasis and without what loads networks. */
    static Set<String> tags(String prompt) {
        Set<String> tags = new LinkedHashSet<>();
        for (String part : EXTRA_NETWORK.matcher(prompt).replaceAll(",").split("[,\n]", -1)) {
            String bare = BRACKETS.matcher(part).replaceAll(" ").strip();
            boolean emphasised = !bare.equals(part.strip());
            String tag = spelled(emphasised ? WEIGHT.matcher(bare).replaceAll("") : bare);
            if (!tag.isEmpty()) {
                tags.add(tag);
            }
        }
        return tags;
    }

    /** Lower case, spaces for underscores, no escapes; faces such as {@code ^_^} lose their underscore on both sides alike. */
    private static String spelled(String tag) {
        return tag.replace("\\", "").replace('_', ' ').strip().toLowerCase(Locale.ROOT);
    }
}
