/** The metrics that exist and the networks that they score with: what each needs, where its weights come from, what opens it. */
@NullMarked
package dev.assay.harness.scorer;

import org.jspecify.annotations.NullMarked;
