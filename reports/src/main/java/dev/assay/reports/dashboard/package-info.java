/** A static site about a collection: what was judged each night, what got worse, and why. Opens from a file and from any web server. */
package dev.assay.reports.dashboard;
