/** Statistics, as pure functions over doubles, and the verdict they give. */
@NullMarked
package dev.assay.harness.verdict;

import org.jspecify.annotations.NullMarked;
