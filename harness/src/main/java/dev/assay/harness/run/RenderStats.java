package dev.assay.harness.run;

import dev.assay.harness.render.Cost;
import dev.assay.harness.render.StepListener;

/** Counts pictures of a run while they come, possibly from several renderers at once, and tells who watches. */
final class RenderStats implements StepListener {
    private final Progress progress;
    private int total;
    private int toMake;
    private int done;
    private int made;
    private double seconds;
    private long begun; // ns; 0 before the first picture is in the making

    RenderStats(Progress progress) {
        this.progress = progress;
    }

    /**
     * More pictures.
     *
     * @param missing how many of them must be made; a better count may follow with 0 pictures and the difference
     */
    synchronized void expect(int pictures, int missing) {
        total += pictures;
        toMake += missing;
    }

    /** A picture is begun: time counts from the first on, also while several renderers work at once. */
    synchronized void begins() {
        begun = begun == 0 ? System.nanoTime() : begun;
    }

    synchronized void reused(String role) {
        done++;
        tell(role);
    }

    synchronized void made(String role, Cost cost) {
        done++;
        made++;
        seconds += cost.seconds();
        tell(role);
    }

    @Override
    public synchronized void step(int step, int of) {
        progress.step(step, of);
    }

    @Override
    public synchronized void waits(String why) {
        progress.waits(why);
    }

    synchronized void say(String line) {
        progress.say(line);
    }

    private void tell(String role) {
        int open = Math.max(0, Math.min(toMake - made, total - done));
        progress.rendered(new Progress.Pictures(
                role,
                done,
                total,
                made,
                Math.max(toMake, made),
                made == 0 ? 0 : seconds / made,
                open == 0 ? 0 : made == 0 ? Double.NaN : open * ((System.nanoTime() - begun) / 1e9 / made)));
    }

    synchronized int made() {
        return made;
    }

    synchronized int reused() {
        return done - made;
    }

    /** Spent on the pictures made. */
    synchronized double seconds() {
        return seconds;
    }
}
