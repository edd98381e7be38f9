/** BLIP: a text that looks at a picture while it is read, and what is trained on it. */
package dev.assay.harness.nn.blip;
