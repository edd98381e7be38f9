package dev.assay.harness.render;

/**
 * What a picture cost.
 *
 * @param seconds from the start of the work on it to its last pixel, without waiting in a queue
 * @param secondsPerStep of the sampler, without the first step; 0 when unknown
 * @param peakVramBytes of the device while it was made; 0 when unknown, and on a CPU
 * @param warm false where the seconds include loading the model
 */
public record Cost(double seconds, double secondsPerStep, long peakVramBytes, boolean warm) {
    /** Nobody knows. */
    public static final Cost UNKNOWN = new Cost(0, 0, 0, false);

    public Cost {
        if (!(seconds >= 0) || !(secondsPerStep >= 0) || peakVramBytes < 0) {
            throw new IllegalArgumentException("expected costs of 0 or more, found " + seconds + " s, " + secondsPerStep
                    + " s per step, " + peakVramBytes + " bytes");
        }
    }
}
