package dev.assay.harness.suite;

import java.util.List;

/** One prompt with its seeds; the cluster of the statistics. */
public record PromptCase(
        String id, String prompt, String negativePrompt, List<Long> seeds, List<String> tags, Visible visible) {
    public PromptCase {
        negativePrompt = negativePrompt == null ? "" : negativePrompt;
        seeds = List.copyOf(seeds);
        tags = tags == null ? List.of() : List.copyOf(tags);
        visible = visible == null ? Visible.UNSTATED : visible;
    }

    public PromptCase withSeeds(List<Long> newSeeds) {
        return new PromptCase(id, prompt, negativePrompt, newSeeds, tags, visible);
    }
}
