/**
 * Model families as data: how their files are recognised, what their layers, text encoders and LoRAs are called. A new family is one
 * file here and one line in ModelFamilies. Imports {@code model} alone, so that all who need a fact can ask.
 */
package dev.assay.harness.model.family;
