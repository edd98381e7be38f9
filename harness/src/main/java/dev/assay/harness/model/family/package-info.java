/**
 * Model families as data: how their files are recognised, what their layers, text encoders and LoRAs are called. A new family is one
 * file here and one line in ModelFamilies. Imports {@code model} alone, so that all who need a fact can ask.
 */
@NullMarked
package dev.assay.harness.model.family;

import org.jspecify.annotations.NullMarked;
