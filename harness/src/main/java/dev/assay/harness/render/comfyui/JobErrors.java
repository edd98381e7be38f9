package dev.assay.harness.render.comfyui;

/** Puts a server's errors into the user's words. */
interface JobErrors {
    /**
     * A graph that the server refused, or of which it took a part only.
     *
     * @param status of the answer; 200 with {@code node_errors} is a refusal too
     */
    String refused(int status, String body);

    String failed(Outcome.Failure failure);
}
