package dev.assay.metrics.trespass;

import dev.assay.reports.Gate;

/** Metrics must not hear of reports. */
public record FromMetrics(Gate gate) {}
