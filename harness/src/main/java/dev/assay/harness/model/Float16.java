package dev.assay.harness.model;

/** IEEE 754 binary16, which Java reads from version 20 on. */
public final class Float16 {
    private Float16() {}

    /** The value of these bits; every one is exact. */
    public static double value(short bits) {
        int exponent = bits >>> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude = exponent == 0
                ? fraction * 0x1p-24
                : exponent == 0x1f
                        ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                        : Math.scalb((double) (fraction + 0x400), exponent - 25);
        return bits < 0 ? -magnitude : magnitude;
    }
}
