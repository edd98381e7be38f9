/** Pictures that somebody rendered elsewhere, two folders of them. */
package dev.assay.harness.render.folder;
