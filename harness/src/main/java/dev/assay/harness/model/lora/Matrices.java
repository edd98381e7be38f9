package dev.assay.harness.model.lora;

/** Small dense linear algebra on row-major arrays, in float64. Loops are written so that the JIT vectorises them. */
final class Matrices {
    private static final int MAX_ITERATIONS = 300;
    private static final int SQUARINGS = 10; // as good as 1024 iterations
    private static final int MAX_SQUARED = 256; // larger matrices cost too much to square
    private static final double STEADY = 1e-13; // relative change of the largest eigenvalue between iterations

    private Matrices() {}

    /** A^T B for A (rows, p) and B (rows, q): (p, q). */
    static double[] gram(double[] a, int p, double[] b, int q) {
        double[] result = new double[p * q];
        int rows = p == 0 ? 0 : a.length / p;
        int k = 0;
        for (; k + 4 <= rows; k += 4) { // four rows at a time: one load and store of the result for four products
            int b0 = k * q;
            int b1 = b0 + q;
            int b2 = b1 + q;
            int b3 = b2 + q;
            for (int i = 0; i < p; i++) {
                double a0 = a[k * p + i];
                double a1 = a[(k + 1) * p + i];
                double a2 = a[(k + 2) * p + i];
                double a3 = a[(k + 3) * p + i];
                int r = i * q;
                for (int j = 0; j < q; j++) {
                    result[r + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
                }
            }
        }
        for (; k < rows; k++) {
            for (int i = 0; i < p; i++) {
                double value = a[k * p + i];
                int r = i * q;
                for (int j = 0; j < q; j++) {
                    result[r + j] += value * b[k * q + j];
                }
            }
        }
        return result;
    }

    /** A^T A for A (rows, p): the upper triangle is computed, the lower one copied. */
    static double[] gram(double[] a, int p) {
        double[] result = new double[p * p];
        int rows = a.length / p;
        int k = 0;
        for (; k + 4 <= rows; k += 4) {
            int k0 = k * p;
            int k1 = k0 + p;
            int k2 = k1 + p;
            int k3 = k2 + p;
            for (int i = 0; i < p; i++) {
                double a0 = a[k0 + i];
                double a1 = a[k1 + i];
                double a2 = a[k2 + i];
                double a3 = a[k3 + i];
                int r = i * p;
                for (int j = i; j < p; j++) {
                    result[r + j] += a0 * a[k0 + j] + a1 * a[k1 + j] + a2 * a[k2 + j] + a3 * a[k3 + j];
                }
            }
        }
        for (; k < rows; k++) {
            for (int i = 0; i < p; i++) {
                for (int j = i; j < p; j++) {
                    result[i * p + j] += a[k * p + i] * a[k * p + j];
                }
            }
        }
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < i; j++) {
                result[i * p + j] = result[j * p + i];
            }
        }
        return result;
    }

    /** (rows, columns) to (columns, rows), in blocks that fit the cache. */
    static double[] transposed(double[] a, int rows, int columns) {
        double[] result = new double[a.length];
        int block = 32;
        for (int i0 = 0; i0 < rows; i0 += block) {
            int i1 = Math.min(rows, i0 + block);
            for (int j0 = 0; j0 < columns; j0 += block) {
                int j1 = Math.min(columns, j0 + block);
                for (int i = i0; i < i1; i++) {
                    for (int j = j0; j < j1; j++) {
                        result[j * rows + i] = a[i * columns + j];
                    }
                }
            }
        }
        return result;
    }

    /** (I + Q) (I - Q)^-1 for a skew-symmetric Q (n, n): the rotation of Cayley. */
    static double[] cayley(double[] q, int n) {
        double[] left = new double[n * n]; // (I - Q)^T = I + Q, solved against (I + Q)^T = I - Q for R^T
        double[] right = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double one = i == j ? 1 : 0;
                left[i * n + j] = one + q[i * n + j];
                right[i * n + j] = one - q[i * n + j];
            }
        }
        solve(left, right, n);
        return transposed(right, n, n);
    }

    /** Gauss-Jordan with row pivots; {@code right} becomes left^-1 right. I + Q is never singular for a skew-symmetric Q. */
    private static void solve(double[] left, double[] right, int n) {
        for (int c = 0; c < n; c++) {
            int pivot = c;
            for (int r = c + 1; r < n; r++) {
                if (Math.abs(left[r * n + c]) > Math.abs(left[pivot * n + c])) {
                    pivot = r;
                }
            }
            for (int j = 0; j < n; j++) {
                double l = left[c * n + j];
                left[c * n + j] = left[pivot * n + j];
                left[pivot * n + j] = l;
                double x = right[c * n + j];
                right[c * n + j] = right[pivot * n + j];
                right[pivot * n + j] = x;
            }
            double inverse = 1 / left[c * n + c];
            for (int j = 0; j < n; j++) {
                left[c * n + j] *= inverse;
                right[c * n + j] *= inverse;
            }
            for (int r = 0; r < n; r++) {
                double factor = left[r * n + c];
                if (r != c && factor != 0) {
                    for (int j = 0; j < n; j++) {
                        left[r * n + j] -= factor * left[c * n + j];
                        right[r * n + j] -= factor * right[c * n + j];
                    }
                }
            }
        }
    }

    private static double[] scaled(double[] a) {
        double largest = 0;
        for (double value : a) {
            largest = Math.max(largest, Math.abs(value));
        }
        double factor = largest > 0 ? 1 / largest : 0;
        for (int i = 0; i < a.length; i++) {
            a[i] *= factor;
        }
        return a;
    }

    /** A B for A (n, m) and B (m, p). */
    static double[] product(double[] a, int n, int m, double[] b, int p) {
        double[] result = new double[n * p];
        if (p == 1) {
            for (int i = 0; i < n; i++) {
                double sum = 0;
                for (int k = 0; k < m; k++) {
                    sum += a[i * m + k] * b[k];
                }
                result[i] = sum;
            }
            return result;
        }
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < m; k++) {
                double value = a[i * m + k];
                int r = i * p;
                int s = k * p;
                for (int j = 0; j < p; j++) {
                    result[r + j] += value * b[s + j];
                }
            }
        }
        return result;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double squaredNorm(double[] a) {
        return dot(a, a);
    }

    /**
     * Largest eigenvalue of P Q for symmetric positive semi-definite P and Q (n, n), by power iteration with the Rayleigh
     * quotient in the product's own inner product; from below, so never too large. The start is what many iterations by a
     * repeatedly squared product leave of an arbitrary vector.
     */
    static double largestEigenvalue(double[] p, double[] q, int n) {
        double[] v = new double[n];
        double largest = 0;
        for (int i = 0; i < n; i++) {
            v[i] = 1 + Math.sin(i + 1.0); // any start that is orthogonal to no eigenvector in practice
        }
        if (n <= MAX_SQUARED) {
            double[] power = scaled(product(p, n, n, q, n));
            for (int i = 0; i < SQUARINGS; i++) {
                power = scaled(product(power, n, n, power, n));
            }
            double[] start = product(power, n, n, v, 1);
            v = squaredNorm(start) > 0 ? start : v;
        }
        for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
            double[] qv = product(q, n, n, v, 1);
            double[] next = product(p, n, n, qv, 1);
            double weight = dot(v, qv); // <v, v> in the inner product of Q
            if (!(weight > 0)) {
                return largest;
            }
            double eigenvalue = dot(qv, next) / weight;
            double length = Math.sqrt(squaredNorm(next));
            if (!(length > 0)) {
                return Math.max(largest, eigenvalue);
            }
            for (int i = 0; i < n; i++) {
                v[i] = next[i] / length;
            }
            if (Math.abs(eigenvalue - largest) <= STEADY * eigenvalue) {
                return eigenvalue;
            }
            largest = eigenvalue;
        }
        return largest;
    }

    static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
