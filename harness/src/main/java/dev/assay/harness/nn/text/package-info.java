/** Text encoders and tokenizers. */
@NullMarked
package dev.assay.harness.nn.text;

import org.jspecify.annotations.NullMarked;
