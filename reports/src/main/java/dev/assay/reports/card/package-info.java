/** The verdict card: what travels with a judged file, in every form that people and programs read. */
package dev.assay.reports.card;
