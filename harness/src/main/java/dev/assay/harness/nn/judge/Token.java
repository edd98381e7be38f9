package dev.assay.harness.nn.judge;

/** One possible next token and the natural logarithm of its probability. */
record Token(String text, double logprob) {}
