package dev.assay.harness.suite;

import dev.assay.harness.text.AssayException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often a metric of 0 and 1 is right, measured on pictures whose truth is known.
 *
 * @param defects pictures with the defect, at least 1
 * @param found those of them in which it was found
 * @param sound pictures without the defect, at least 1
 * @param falseAlarms those of them in which it was found all the same
 */
public record Calibration(int defects, int found, int sound, int falseAlarms) {
    private static final Pattern NOTE =
            Pattern.compile("defects=(\\d{1,9}) found=(\\d{1,9}) sound=(\\d{1,9}) falseAlarms=(\\d{1,9})");

    public Calibration {
        Checks.require(defects >= 1, "defects", "1 or more", defects);
        Checks.require(found >= 0 && found <= defects, "found", "0 to " + defects + " (defects)", found);
        Checks.require(sound >= 1, "sound", "1 or more", sound);
        Checks.require(
                falseAlarms >= 0 && falseAlarms <= sound, "falseAlarms", "0 to " + sound + " (sound)", falseAlarms);
        Checks.require(
                (long) found * sound > (long) falseAlarms * defects,
                "calibration",
                "a defect found more often where there is one than where there is none",
                found + " of " + defects + " and " + falseAlarms + " of " + sound);
    }

    /** Share of the defects that are found. */
    public double sensitivity() {
        return (double) found / defects;
    }

    /** Share of the sound pictures in which nothing is found. */
    public double specificity() {
        return 1 - (double) falseAlarms / sound;
    }

    /**
     * From the notes of a network, where it brings its own: {@code calibration.METRIC} is {@code defects=200 found=190
     * sound=600 falseAlarms=2}.
     *
     * @return null when the notes say nothing of the metric
     * @throws AssayException when they say something else
     */
    public static Calibration from(Map<String, String> notes, String metric) {
        String note = notes.get("calibration." + metric);
        if (note == null) {
            return null;
        }
        Matcher counts = NOTE.matcher(note);
        if (!counts.matches()) {
            throw new AssayException(
                    "calibration." + metric + ": expected defects=N found=N sound=N falseAlarms=N, found " + note);
        }
        return new Calibration(
                Integer.parseInt(counts.group(1)),
                Integer.parseInt(counts.group(2)),
                Integer.parseInt(counts.group(3)),
                Integer.parseInt(counts.group(4)));
    }
}
