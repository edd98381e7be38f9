package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** A detector of one class made of several networks: candidates with the confidence that the last of them gives. */
final class TwoStageDetector implements Detector {
    private final String label;
    private final double threshold;
    private final double iou;
    private final Networks networks;
    private final Function<Image, List<Detection>> candidates;

    private TwoStageDetector(
            String label,
            double threshold,
            double iou,
            Networks networks,
            Function<Image, List<Detection>> candidates) {
        this.label = label;
        this.threshold = threshold;
        this.iou = iou;
        this.networks = networks;
        this.candidates = candidates;
    }

    /** Those opened so far; closed together, also when the next cannot be opened. */
    static final class Networks {
        private final List<Runnable> closers = new ArrayList<>();

        AnchorDetector add(AnchorDetector network) {
            closers.add(network::close);
            return network;
        }

        LandmarkNetwork add(LandmarkNetwork network) {
            closers.add(network::close);
            return network;
        }

        BodyFinder add(BodyFinder finder) {
            closers.add(finder::close);
            return finder;
        }

        void close() {
            closers.forEach(Runnable::run);
        }
    }

    /**
     * @param threshold least confidence where nobody states another
     * @param iou overlap above which two boxes are one thing
     * @param opener opens the networks and gives what finds candidates with them, of any confidence
     */
    static TwoStageDetector open(
            String label, double threshold, double iou, Function<Networks, Function<Image, List<Detection>>> opener) {
        Networks networks = new Networks();
        try {
            return new TwoStageDetector(label, threshold, iou, networks, opener.apply(networks));
        } catch (RuntimeException e) {
            networks.close();
            throw e;
        }
    }

    @Override
    public List<Detection> detect(Image image) {
        return detect(image, threshold);
    }

    @Override
    public List<Detection> detect(Image image, double least) {
        List<Detection> sure = candidates.apply(image).stream()
                .filter(d -> d.confidence() >= least && d.x1() > d.x0() && d.y1() > d.y0())
                .sorted(Comparator.comparingDouble(Detection::confidence).reversed())
                .toList();
        return OnnxDetector.suppress(sure, iou);
    }

    @Override
    public List<String> labels() {
        return List.of(label);
    }

    @Override
    public void close() {
        networks.close();
    }
}
