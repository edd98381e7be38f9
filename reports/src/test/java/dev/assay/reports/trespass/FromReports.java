package dev.assay.reports.trespass;

import dev.assay.metrics.trespass.FromMetrics;
import gg.jte.TemplateEngine;

/** Reports must not hear of metrics, and templates are the dashboard's. */
record FromReports(FromMetrics metrics, TemplateEngine templates) {}
