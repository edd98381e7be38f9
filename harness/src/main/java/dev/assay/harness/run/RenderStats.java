package dev.assay.harness.run;

import dev.assay.harness.render.Cost;
import dev.assay.harness.render.StepListener;
import dev.assay.harness.text.Numbers;
import java.util.Locale;

/** Counts pictures of a run while they come, possibly from several renderers at once, and tells who watches. */
final class RenderStats implements StepListener {
    private static final int FEW = 10; // pictures: for fewer nobody plans

    private final Progress progress;
    private int total;
    private int toMake;
    private int done;
    private int made;
    private double seconds;
    private double warmSeconds; // of pictures whose time has no loading of a model in it
    private int warm;
    private long bytes; // of the pictures made
    private int lanes; // renderers at work at once
    private boolean foretold;
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
        lanes += pictures > 0 ? 1 : 0;
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

    /** @param size of its file, in bytes; 0 where it is not known */
    synchronized void made(String role, Cost cost, long size) {
        done++;
        made++;
        seconds += cost.seconds();
        bytes += size;
        if (cost.warm()) {
            warm++;
            warmSeconds += cost.seconds();
        }
        foretell();
        tell(role);
    }

    /** Once, after the first two pictures of each renderer: what the rest will take, if the candidate's are as quick as the base's. */
    private void foretell() {
        int open = Math.min(toMake - made, total - done);
        if (foretold || made < 2 * Math.max(1, lanes) || open < FEW) {
            return;
        }
        foretold = true;
        double pace = warm > 0 ? warmSeconds / warm : seconds / made;
        double left = open * pace / Math.max(1, lanes);
        say("  " + (pace < 1 ? String.format(Locale.ROOT, "%.2f", pace) : Numbers.of(Math.round(pace * 10) / 10.0))
                + " s a picture on the first " + made + (lanes > 1 ? ", on " + lanes + " renderers at once" : "")
                + ": the other " + open + " take about " + Numbers.time(left)
                + (bytes == 0 ? "" : " and " + Numbers.bytes(open * (bytes / made)))
                + ", if the candidate is as quick as the base");
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
