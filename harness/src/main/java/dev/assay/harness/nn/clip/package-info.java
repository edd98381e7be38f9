/** CLIP: pictures and texts into one space. */
package dev.assay.harness.nn.clip;
