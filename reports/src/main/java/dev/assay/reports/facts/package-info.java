/** What a model file says of itself: read from its header, believed by nobody without a check. */
package dev.assay.reports.facts;
