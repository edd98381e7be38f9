package dev.assay.harness.run;

/** Who watches a run. */
public interface Progress extends AutoCloseable {
    /** A line for people. */
    void say(String line);

    /** One more picture is there. */
    void rendered(Pictures pictures);

    /** One more sampler step of the picture in the making; comes often. */
    default void step(int done, int of) {}

    /** Nothing moves, and why; comes about once a second while it lasts. */
    default void waits(String why) {}

    /** What is done now, where nothing else tells: {@code judging hands, 3 of 13}. */
    default void now(String what) {}

    @Override
    default void close() {}

    /**
     * How far the pictures are.
     *
     * @param role {@code base} or {@code candidate}, of the last one
     * @param done so far, reused ones included
     * @param total of the run
     * @param made so far, by this run
     * @param toMake by this run, those made included
     * @param secondsPerPicture over those made; 0 before the first
     * @param secondsLeft for those still to be made; NaN before the first
     */
    record Pictures(
            String role, int done, int total, int made, int toMake, double secondsPerPicture, double secondsLeft) {}

    /** Nobody watches. */
    Progress QUIET = new Progress() {
        @Override
        public void say(String line) {}

        @Override
        public void rendered(Pictures pictures) {}
    };
}
