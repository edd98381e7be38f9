package dev.assay.harness.run;

import dev.assay.harness.render.Rendered;

/** Counts pictures of a run while they come, possibly from several renderers at once, and tells who watches. */
final class Tally {
    private final Progress progress;
    private int total;
    private int done;
    private int made;
    private double seconds;

    Tally(Progress progress) {
        this.progress = progress;
    }

    synchronized void expect(int pictures) {
        total += pictures;
    }

    synchronized void reused(String role) {
        done++;
        tell(role);
    }

    synchronized void made(String role, Rendered picture) {
        done++;
        made++;
        seconds += picture.seconds();
        tell(role);
    }

    synchronized void step(int step, int of) {
        progress.step(step, of);
    }

    synchronized void say(String line) {
        progress.say(line);
    }

    private void tell(String role) {
        progress.rendered(role, done, total, made, made == 0 ? 0 : seconds / made);
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
