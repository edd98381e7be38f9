package dev.assay.harness.run;

import dev.assay.harness.render.Finding;
import java.util.List;

/** What the files of a plan tell before anything is rendered. */
final class Preflight {
    private Preflight() {}

    static List<Finding> of(Plan plan) {
        return List.of();
    }
}
