/** Statistics, as pure functions over doubles, and the verdict they give. */
package dev.assay.harness.verdict;
