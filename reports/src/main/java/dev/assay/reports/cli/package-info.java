/** The command line {@code assay}: one class per subcommand, and how its answers look. */
package dev.assay.reports.cli;
