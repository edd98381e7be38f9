package dev.assay.harness.run;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.suite.PromptCase;
import java.nio.file.Path;
import java.util.List;

/** A rendered picture of a run. */
record Picture(long seed, String role, Path file, Rendered rendered, boolean reused) {
    static final String BASE = "base";
    static final String CANDIDATE = "candidate";

    Image image() {
        return rendered.image();
    }

    /** The pictures of one case: {@code base.get(i)} and {@code candidate.get(i)} are a pair. */
    record Pairs(PromptCase prompt, List<Picture> base, List<Picture> candidate) {}
}
