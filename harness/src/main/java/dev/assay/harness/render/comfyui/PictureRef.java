package dev.assay.harness.render.comfyui;

/**
 * A picture file on the server.
 *
 * @param node that wrote it
 * @param type {@code output}, {@code temp} or {@code input}
 */
record PictureRef(String node, String filename, String subfolder, String type) {}
