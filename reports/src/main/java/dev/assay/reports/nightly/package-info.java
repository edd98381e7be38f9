/** The nightly: judges what is new or changed in a collection, and keeps the history. */
package dev.assay.reports.nightly;
