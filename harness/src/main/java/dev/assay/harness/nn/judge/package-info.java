/** A vision model behind an OpenAI-compatible endpoint that answers yes or no about one picture. Only asks; never executes what it hears. */
@NullMarked
package dev.assay.harness.nn.judge;

import org.jspecify.annotations.NullMarked;
