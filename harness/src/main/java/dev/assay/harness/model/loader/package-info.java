/**
 * What the loaders of LoRAs take: which spellings of a module's name each renderer maps for which family, which tensors of a
 * module it uses, and what it drops.
 */
package dev.assay.harness.model.loader;
