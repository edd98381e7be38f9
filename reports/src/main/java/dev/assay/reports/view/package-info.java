/** All runs of a folder on one page. */
package dev.assay.reports.view;
