/** The curated collection: a folder of judged files, its manifest, its policy, and the gate that lets files in. */
package dev.assay.reports.collection;
