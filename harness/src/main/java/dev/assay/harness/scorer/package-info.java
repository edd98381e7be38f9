/** The metrics that exist and the networks that they score with: what each needs, where its weights come from, what opens it. */
package dev.assay.harness.scorer;
