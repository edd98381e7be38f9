/** Pictures for people: comparisons and contact sheets. */
package dev.assay.reports.picture;
