package dev.assay.harness.run;

/** Who watches a run. */
public interface Progress {
    /** A line for people. */
    void say(String line);

    /**
     * One more picture is there.
     *
     * @param role {@code base} or {@code candidate}
     * @param done pictures so far, reused ones included
     * @param total pictures of the run
     * @param made pictures rendered so far in this run
     * @param secondsPerPicture over those made; 0 before the first
     */
    void rendered(String role, int done, int total, int made, double secondsPerPicture);

    /** One more sampler step of the picture in the making; comes often. */
    default void step(int done, int of) {}

    /** Nobody watches. */
    Progress QUIET = new Progress() {
        @Override
        public void say(String line) {}

        @Override
        public void rendered(String role, int done, int total, int made, double secondsPerPicture) {}
    };
}
