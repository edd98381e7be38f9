/** Ground floor: text that people and terminals may see, and what must not stand in it. */
package dev.assay.harness.text;
