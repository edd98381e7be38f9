/** Device facts through JavaCPP CUDA. */
package dev.assay.harness.nn.cuda;
