package dev.assay.harness.suite;

import java.util.List;

/**
 * One prompt with its seeds; the cluster of the statistics.
 *
 * @param id lower-case letters, digits, hyphens; unique in a suite
 * @param negativePrompt may be empty
 * @param seeds at least one, distinct, 0 or more
 * @param tags by which criteria choose cases
 * @param promptKnown false for pictures from elsewhere whose prompt nobody knows: {@code prompt} is then a name for people,
 *     and nothing may be scored against it
 */
public record PromptCase(
        String id,
        String prompt,
        String negativePrompt,
        List<Long> seeds,
        List<String> tags,
        Visible visible,
        boolean promptKnown) {
    public PromptCase {
        negativePrompt = negativePrompt == null ? "" : negativePrompt;
        seeds = List.copyOf(seeds);
        tags = tags == null ? List.of() : List.copyOf(tags);
        visible = visible == null ? Visible.UNSTATED : visible;
        Checks.requireWord("id", id);
        Checks.requireText("prompt", prompt);
        Checks.require(!seeds.isEmpty(), "seeds", "at least one seed", "none");
        Checks.requireDistinct("seeds", seeds);
        seeds.forEach(s -> Checks.require(s >= 0, "seeds", "0 or more", s));
        tags.forEach(t -> Checks.requireWord("tags", t));
        Checks.requireDistinct("tags", tags);
    }

    public PromptCase(
            String id, String prompt, String negativePrompt, List<Long> seeds, List<String> tags, Visible visible) {
        this(id, prompt, negativePrompt, seeds, tags, visible, true);
    }

    public PromptCase withSeeds(List<Long> newSeeds) {
        return new PromptCase(id, prompt, negativePrompt, newSeeds, tags, visible, promptKnown);
    }
}
