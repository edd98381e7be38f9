/** Views of a run. */
package dev.assay.reports;
