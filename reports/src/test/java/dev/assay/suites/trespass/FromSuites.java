package dev.assay.suites.trespass;

import dev.assay.reports.Gate;

/** Suites must not hear of reports. */
record FromSuites(Gate gate) {}
