package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.PictureFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Milliseconds that each small network takes for a picture, median of rounds, on one thread: {@code DetectorBenchmark WEIGHTS PICTURE [ROUNDS]}, with a
 * folder of the published networks.
 */
final class DetectorBenchmark {
    private static final int WARM = 3;

    private DetectorBenchmark() {}

    private record Role(String name, Work work) {}

    private interface Work {
        Object on(Image image);
    }

    /** The same but for one grey level, so that nobody remembers it. */
    private static Image another(Image picture, int round) {
        byte[] rgb = picture.rgb();
        rgb[0] = (byte) round;
        return Image.of(picture.width(), picture.height(), rgb);
    }

    public static void main(String[] arguments) {
        Path weights = Path.of(arguments[0]);
        Image picture = PictureFile.read(Path.of(arguments[1]));
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 15;
        Path bodies = weights.resolve("pose_detection.onnx");
        Path joints = weights.resolve("pose_landmark_full.onnx");
        try (Detector hands = MediaPipe.hands(
                        weights.resolve("palm_detection_full.onnx"), weights.resolve("hand_landmark_full.onnx"), 1);
                Detector faces = MediaPipe.faces(
                        List.of(
                                weights.resolve("face_detection_full_range_sparse.onnx"),
                                weights.resolve("face_detection_short_range.onnx")),
                        weights.resolve("face_landmark.onnx"),
                        1);
                Detector people = MediaPipe.people(bodies, joints, 1);
                TextReader text = PaddleOcr.open(
                        List.of(
                                weights.resolve("ch_PP-OCRv4_det_infer.onnx"),
                                weights.resolve("ch_PP-OCRv4_rec_infer.onnx"),
                                weights.resolve("ch_ppocr_mobile_v2.0_cls_infer.onnx")),
                        1)) {
            List<Role> roles = List.of(
                    new Role("hands", hands::detect),
                    new Role("faces", faces::detect),
                    new Role("people", people::detect),
                    new Role("ocr", text::read));
            double[][] times = new double[roles.size()][rounds];
            List<Object> found = new ArrayList<>();
            for (int round = -WARM; round < rounds; round++) {
                for (int r = 0; r < roles.size(); r++) {
                    Image fresh = another(picture, round);
                    long start = System.nanoTime();
                    Object result = roles.get(r).work().on(fresh);
                    if (round >= 0) {
                        times[r][round] = (System.nanoTime() - start) / 1e6;
                    }
                    if (round == 0) {
                        found.add(result);
                    }
                }
            }
            for (int r = 0; r < roles.size(); r++) {
                Arrays.sort(times[r]);
                System.out.printf(
                        Locale.ROOT,
                        "%-8s %6.1f ms (%.1f to %.1f)  %s%n",
                        roles.get(r).name(),
                        times[r][rounds / 2],
                        times[r][0],
                        times[r][rounds - 1],
                        found.get(r));
            }
        }
    }
}
