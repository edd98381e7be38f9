package dev.assay.reports.trespass;

import dev.assay.metrics.trespass.FromMetrics;

/** Reports must not hear of metrics. */
record FromReports(FromMetrics metrics) {}
