/** One file per metric, listed in {@code Metrics}. */
package dev.assay.metrics;
