package dev.assay.reports.picture;

import dev.assay.harness.score.GridPattern;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;

/**
 * What pictures have in common on the pixel grid, made strong enough to see. What they show differs from one to the next and averages out;
 * a pattern that all share stays.
 *
 * @param added what the candidate's pictures share and the base's do not
 * @param baseCell one period of the base, repeated; null where the period is not known
 * @param candidateCell of the candidate, likewise
 * @param gain how much stronger than the truth all three are
 */
public record PatternPicture(BufferedImage added, BufferedImage baseCell, BufferedImage candidateCell, int gain) {
    private static final int MAX_GAIN = 64;
    private static final int SEEN = 96; // levels from the middle to which the strongest is drawn
    private static final int LARGEST = 192; // pixels of the average that are shown, from its middle
    private static final int CELLS = 4; // periods side by side

    /** Of pictures of one size; empty where there are none of either. */
    public static Optional<PatternPicture> of(
            List<BufferedImage> base, List<BufferedImage> candidate, GridPattern pattern) {
        if (base.isEmpty() || candidate.isEmpty()) {
            return Optional.empty();
        }
        int width = candidate.get(0).getWidth();
        int height = candidate.get(0).getHeight();
        int radius = Math.max(2, Math.min(pattern == null ? 4 : pattern.period(), Math.min(width, height) / 2));
        double[][] b = shared(base, width, height, radius);
        double[][] c = shared(candidate, width, height, radius);
        int cell = pattern == null || 2 * pattern.period() > Math.min(width, height) ? 0 : pattern.period();
        double[][] bc = cell == 0 ? null : folded(b, cell);
        double[][] cc = cell == 0 ? null : folded(c, cell);
        double[][] added = minus(c, b);
        double strongest = cell == 0 ? strongest(added) : Math.max(strongest(cc), strongest(bc));
        int gain = (int) Math.max(1, Math.min(MAX_GAIN, SEEN / Math.max(strongest, 1e-9)));
        return Optional.of(new PatternPicture(
                drawn(middle(added), gain),
                bc == null ? null : drawn(repeated(bc), gain),
                cc == null ? null : drawn(repeated(cc), gain),
                gain));
    }

    /** The mean brightness without what is smooth over {@code radius} pixels. */
    private static double[][] shared(List<BufferedImage> pictures, int width, int height, int radius) {
        double[][] mean = new double[height][width];
        int count = 0;
        for (BufferedImage p : pictures) {
            if (p.getWidth() == width && p.getHeight() == height) {
                count++;
                int[] rgb = p.getRGB(0, 0, width, height, null, 0, width);
                for (int i = 0; i < rgb.length; i++) {
                    mean[i / width][i % width] +=
                            0.299 * (rgb[i] >> 16 & 0xff) + 0.587 * (rgb[i] >> 8 & 0xff) + 0.114 * (rgb[i] & 0xff);
                }
            }
        }
        double[][] smooth = turned(smoothed(turned(smoothed(mean, radius)), radius));
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                mean[y][x] = (mean[y][x] - smooth[y][x]) / Math.max(1, count);
            }
        }
        return mean;
    }

    /** Each row's mean over {@code 2 radius} neighbours, whole periods of a pattern, of which the outer two count half. */
    private static double[][] smoothed(double[][] rows, int radius) {
        double[][] smooth = new double[rows.length][];
        for (int y = 0; y < rows.length; y++) {
            double[] row = rows[y];
            smooth[y] = new double[row.length];
            for (int x = 0; x < row.length; x++) {
                double sum = 0;
                for (int d = -radius; d <= radius; d++) {
                    int at = Math.floorMod(x + d, 2 * row.length); // mirrored at the edges
                    sum += (Math.abs(d) == radius ? 0.5 : 1) * row[at < row.length ? at : 2 * row.length - 1 - at];
                }
                smooth[y][x] = sum / (2 * radius);
            }
        }
        return smooth;
    }

    private static double[][] turned(double[][] m) {
        double[][] turned = new double[m[0].length][m.length];
        for (int y = 0; y < m.length; y++) {
            for (int x = 0; x < m[y].length; x++) {
                turned[x][y] = m[y][x];
            }
        }
        return turned;
    }

    private static double[][] folded(double[][] m, int period) {
        double[][] sum = new double[period][period];
        int[][] count = new int[period][period];
        for (int y = 0; y < m.length; y++) {
            for (int x = 0; x < m[y].length; x++) {
                sum[y % period][x % period] += m[y][x];
                count[y % period][x % period]++;
            }
        }
        for (int y = 0; y < period; y++) {
            for (int x = 0; x < period; x++) {
                sum[y][x] /= Math.max(1, count[y][x]);
            }
        }
        return sum;
    }

    private static double[][] repeated(double[][] cell) {
        int period = cell.length;
        double[][] all = new double[CELLS * period][CELLS * period];
        for (int y = 0; y < all.length; y++) {
            for (int x = 0; x < all.length; x++) {
                all[y][x] = cell[y % period][x % period];
            }
        }
        return all;
    }

    private static double[][] minus(double[][] a, double[][] b) {
        double[][] minus = new double[a.length][a[0].length];
        for (int y = 0; y < a.length; y++) {
            for (int x = 0; x < a[y].length; x++) {
                minus[y][x] = a[y][x] - b[y][x];
            }
        }
        return minus;
    }

    private static double strongest(double[][] m) {
        double most = 0;
        for (double[] row : m) {
            for (double value : row) {
                most = Math.max(most, Math.abs(value));
            }
        }
        return most;
    }

    private static double[][] middle(double[][] m) {
        int height = Math.min(LARGEST, m.length);
        int width = Math.min(LARGEST, m[0].length);
        int top = (m.length - height) / 2;
        int left = (m[0].length - width) / 2;
        double[][] part = new double[height][width];
        for (int y = 0; y < height; y++) {
            System.arraycopy(m[top + y], left, part[y], 0, width);
        }
        return part;
    }

    private static BufferedImage drawn(double[][] m, int gain) {
        BufferedImage image = new BufferedImage(m[0].length, m.length, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < m.length; y++) {
            for (int x = 0; x < m[y].length; x++) {
                int grey = (int) Math.max(0, Math.min(255, Math.round(128 + gain * m[y][x])));
                image.setRGB(x, y, grey * 0x010101);
            }
        }
        return image;
    }
}
