/** From a request to a picture, and the store that keeps finished pictures. */
package dev.assay.harness.render;
