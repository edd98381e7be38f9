/** What metrics are and what they give. */
package dev.assay.harness.score;
