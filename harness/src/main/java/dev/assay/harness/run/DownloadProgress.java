package dev.assay.harness.run;

import dev.assay.harness.model.hub.Transfer;
import dev.assay.harness.text.Numbers;

/** Says how far a download is: when it begins, now and then, and when it is done. */
final class DownloadProgress implements Transfer {
    private static final long PAUSE = 10_000_000_000L; // ns between two lines

    private final Progress progress;
    private String file = "";
    private long last;

    DownloadProgress(Progress progress) {
        this.progress = progress;
    }

    @Override
    public void read(String name, long done, long of) {
        long now = System.nanoTime();
        boolean begins = !name.equals(file);
        if (begins || done >= of || now - last > PAUSE) {
            last = now;
            file = done >= of ? "" : name;
            progress.say("downloading " + name + ": " + Numbers.bytes(done) + " of " + Numbers.bytes(of));
        }
    }
}
