package dev.assay.reports.trespass;

import dev.assay.metrics.trespass.FromMetrics;
import gg.jte.TemplateEngine;

/** Reports must not hear of metrics, and templates are opened in one place. */
record FromReports(FromMetrics metrics, TemplateEngine templates) {}
