package dev.assay.harness.render;

/** Hears of every sampler step of the picture that is being made. */
public interface StepListener {
    /**
     * @param done steps so far
     * @param of all steps of this picture
     */
    void step(int done, int of);

    /**
     * Nothing moves, and why; comes again and again while it lasts.
     *
     * @param why like {@code waiting behind 14 jobs of others since 40 s}
     */
    default void waits(String why) {}
}
