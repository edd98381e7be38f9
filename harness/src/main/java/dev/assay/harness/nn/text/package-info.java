/** Text encoders and tokenizers. */
package dev.assay.harness.nn.text;
