/** What remains of a run when nobody looks at it any more: one line in an append-only file. */
package dev.assay.reports.history;
