package dev.assay.harness.score;

import dev.assay.harness.image.PictureFolder;
import dev.assay.harness.nn.blip.ImageReward;
import dev.assay.harness.nn.clip.AestheticHead;
import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.nn.clip.ClipOptions;
import dev.assay.harness.nn.clip.OpenClipConfig;
import dev.assay.harness.nn.clip.TorchClip;
import dev.assay.harness.nn.clip.TorchSiglip;
import dev.assay.harness.nn.judge.VisionJudge;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.DwPose;
import dev.assay.harness.nn.onnx.OnnxClip;
import dev.assay.harness.nn.onnx.OnnxDetector;
import dev.assay.harness.nn.onnx.OnnxTagger;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.nn.onnx.RememberingDetector;
import dev.assay.harness.nn.onnx.Tagger;
import dev.assay.harness.nn.perceptual.DreamSim;
import dev.assay.harness.nn.perceptual.Lpips;
import dev.assay.harness.nn.perceptual.PerceptualDistance;
import dev.assay.harness.nn.perceptual.Sscd;
import dev.assay.harness.nn.vision.Dino;
import dev.assay.harness.nn.vision.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** All roles that a suite's {@code models:} may name, one line each. */
public final class Roles {
    private static final int VIT_H_PIXELS = 224; // edge of what ViT-H/14 sees

    public static final Role<ClipEncoder> CLIP = new Role<>(
            "clip",
            "a CLIP folder as Hugging Face has it, or visual.onnx and textual.onnx",
            (weights, where) -> clip(weights.path(), where));
    public static final Role<Detector> DETECTOR = new Role<>(
            "detector",
            "an ONNX detector of people, hands and feet",
            (weights, where) -> detector(weights.path(), where));
    public static final Role<Detector> PEOPLE = new Role<>(
            "people",
            "an ONNX detector of people: yolox_l.onnx of DWPose, or any other with the class person",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final Role<PoseNetwork> POSE = new Role<>(
            "pose",
            "DWPose's dw-ll_ucoco_384.onnx, or another whole-body pose network with its outputs",
            (weights, where) -> DwPose.open(file(weights.path(), "pose.onnx"), where.threads()));
    public static final Role<Detector> HANDS = new Role<>(
            "hands",
            "an ONNX detector of hands with the class hand",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final Role<Detector> FACES = new Role<>(
            "faces",
            "an ONNX detector of faces with the class face",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final Role<Detector> ARTIFACTS = new Role<>(
            "artifacts",
            "an ONNX detector of malformed people with HADM's classes (human missing hand, human with extra arm, ...)",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final Role<AestheticHead> AESTHETIC = new Role<>(
            "aesthetic",
            "LAION's aesthetic head, sac+logos+ava1-l14-linearMSE.pth",
            (weights, where) -> AestheticHead.open(weights.path()));

    public static final Role<TorchClip> PICK_SCORE = new Role<>(
            "pick-score",
            "the folder of PickScore v1: config.json and model.safetensors",
            (weights, where) -> TorchClip.open(weights.path(), on(where).with(Preprocessing.clip(VIT_H_PIXELS))));
    public static final Role<ClipEncoder> HPS = new Role<>(
            "hps",
            "HPS_v2_compressed.pt or HPS_v2.1_compressed.pt, or the same as safetensors",
            (weights, where) -> TorchClip.open(
                    weights.path(),
                    on(where)
                            .with(OpenClipConfig.vitH14())
                            .with(Preprocessing.clip(new Preprocessing.Framing.Pad(), VIT_H_PIXELS))));

    public static final Role<ImageReward> IMAGE_REWARD = new Role<>(
            "image-reward",
            "a folder with ImageReward.pt, med_config.json and the vocab.txt of bert-base-uncased",
            (weights, where) -> imageReward(weights, where));

    public static final Role<PerceptualDistance> LPIPS = new Role<>(
            "lpips",
            "a folder with alexnet-owt-7be5be79.pth of torchvision and weights/v0.1/alex.pth of LPIPS (or vgg16-397923af.pth and"
                    + " vgg.pth), or one file with the tensors of both",
            (weights, where) -> Lpips.open(weights.path(), where.device()));

    public static final Role<PerceptualDistance> DREAMSIM = new Role<>(
            "dreamsim",
            "the folder of DreamSim's ensemble: checkpoints/dino_vitbase16_pretrain.pth, clip_vitb16_pretrain.pth.tar,"
                    + " open_clip_vitb16_pretrain.pth.tar and ensemble_lora; or one file of the merged model",
            (weights, where) -> DreamSim.open(weights.path(), where.device()));

    public static final Role<Sscd> SSCD = new Role<>(
            "sscd",
            "sscd_disc_mixup.torchvision.pt of facebookresearch/sscd-copy-detection, or the same as safetensors",
            (weights, where) -> Sscd.open(weights.path(), where.device()));
    /** No network, but found and named as the networks are. */
    public static final Role<PictureFolder> TRAINING = new Role<>(
            "training",
            "a folder with the pictures that the candidate was trained on",
            (weights, where) -> PictureFolder.of(weights.path()));

    public static final Role<TorchSiglip> SIGLIP = new Role<>(
            "siglip",
            "a SigLIP or SigLIP 2 folder of fixed size as Hugging Face has it",
            (weights, where) -> TorchSiglip.open(weights.path(), where.device(), where.vectors()));
    public static final Role<Dino> DINO = new Role<>(
            "dino",
            "a DINOv2 folder as Hugging Face has it, or dinov2_vitb14_pretrain.pth",
            (weights, where) -> Dino.open(weights.path(), where.device(), where.vectors()));

    public static final Role<Detector> OBJECTS = new Role<>(
            "objects",
            "an ONNX detector of the things that the suite's cases state: YOLOX (yolox_l.onnx), RT-DETR or YOLOv8",
            (weights, where) -> detector(weights.path(), where));
    public static final Role<Tagger> TAGGER = new Role<>(
            "tagger",
            "a folder of a WD14 tagger: model.onnx and selected_tags.csv",
            (weights, where) -> OnnxTagger.open(weights.path(), where.threads()));
    /** No weights: a server that the user's settings name, so no suite can; it gets pictures and a token. */
    public static final Role<VisionJudge> JUDGE =
            new Role<>("judge", "a server with a vision model, as the setting assay.judge.url", (weights, where) -> {
                throw new UnavailableException(
                        "a judge is a server that the setting assay.judge.url names, no weights of a suite");
            });

    /** Those with weights. */
    public static final List<Role<?>> ALL = List.of(
            CLIP,
            DETECTOR,
            OBJECTS,
            TAGGER,
            PEOPLE,
            POSE,
            HANDS,
            FACES,
            ARTIFACTS,
            AESTHETIC,
            PICK_SCORE,
            HPS,
            IMAGE_REWARD,
            SIGLIP,
            DINO,
            LPIPS,
            DREAMSIM,
            SSCD,
            TRAINING);

    private Roles() {}

    private static ClipEncoder clip(Path path, Role.Place where) {
        return TorchClip.isIn(path) ? TorchClip.open(path, on(where)) : OnnxClip.open(path, where.threads());
    }

    private static ClipOptions on(Role.Place where) {
        return ClipOptions.on(where.device()).keepingVectorsIn(where.vectors());
    }

    /** The words come from another repository than the weights, so a folder may well lack them. */
    private static ImageReward imageReward(Role.Weights weights, Role.Place where) {
        Path path = weights.path();
        List<String> missing = ImageReward.missing(path);
        if (!missing.isEmpty()) {
            throw new UnavailableException("models." + IMAGE_REWARD.name() + ": " + weights.reference() + " lacks "
                    + String.join("; ", missing) + "; put what is missing into "
                    + (Files.isDirectory(path) ? path : path.toAbsolutePath().getParent()));
        }
        return ImageReward.open(path, where.device());
    }

    private static Detector detector(Path path, Role.Place where) {
        return OnnxDetector.open(file(path, "detector.onnx"), Map.of(), where.threads());
    }

    /** A folder holds a file of this name. */
    private static Path file(Path path, String name) {
        return Files.isDirectory(path) ? path.resolve(name) : path;
    }
}
