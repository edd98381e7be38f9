package dev.assay.harness.usage;

/** One thing that can be said of a file's use. */
public enum Fact {
    TRIGGERS("trigger words"),
    TEMPLATE("place of the trigger"),
    PURPOSE("purpose"),
    STRENGTH("strength"),
    CLIP_STRENGTH("strength on text encoders"),
    STEPS("steps"),
    GUIDANCE("guidance"),
    DISTILLED_GUIDANCE("distilled guidance"),
    SAMPLER("sampler"),
    SCHEDULER("scheduler"),
    SHIFT("shift"),
    CLIP_SKIP("clip skip"),
    SIZE("size"),
    NEGATIVE("negative prompt");

    private final String words;

    Fact(String words) {
        this.words = words;
    }

    /** For people: {@code distilled guidance}. */
    public String words() {
        return words;
    }
}
