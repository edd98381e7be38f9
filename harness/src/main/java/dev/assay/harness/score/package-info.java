/** What metrics are and what they give. */
@NullMarked
package dev.assay.harness.score;

import org.jspecify.annotations.NullMarked;
