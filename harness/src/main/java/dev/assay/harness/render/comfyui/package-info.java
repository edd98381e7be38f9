/**
 * Renders on a ComfyUI server, over HTTP alone. The queue and the history of the server are the truth about a job; its
 * WebSocket only tells when to look.
 */
package dev.assay.harness.render.comfyui;
