/** Graphs in ComfyUI's API format: written, checked against a server's node list, filled from a user's own workflow. No HTTP. */
package dev.assay.harness.render.comfyui.graph;
