package dev.assay.harness.model.hub;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Weights that metrics are known to work with. Facts are those of their authors' pages and of files that many people hashed; what is not known
 * is left open.
 *
 * @param role by which a suite names it; empty for any
 * @param reference where the hub has it, {@code hf:owner/name[/file]}; empty where the hub is not the place
 * @param files the large ones
 * @param licence SPDX identifier; {@link #NONE} where the authors state none
 * @param optIn whether it is used only where {@code assay.licences} names its licence
 */
public record KnownWeights(String role, String reference, List<File> files, String licence, boolean optIn) {
    /** The authors state no licence: nobody has leave to use it. */
    public static final String NONE = "NONE";

    private static final String CLIP_L = "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb";
    private static final String AESTHETIC = "21dd590f3ccdc646f0d53120778b296013b096a035a2718c9cb0d511bff0f1e0";
    private static final String YOLOX_L = "7860ae79de6c89a3c1eb72ae9a2756c0ccfbe04b7791bb5880afabd97855a411";
    private static final String DW_POSE = "724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843";

    /** Names that many repositories have: they tell nothing. */
    private static final Set<String> COMMON = Set.of("model.safetensors", "model.onnx");

    public static final List<KnownWeights> ALL = List.of(
            free("clip", "hf:openai/clip-vit-large-patch14", "MIT", file("model.safetensors", 1_710_540_580L, CLIP_L)),
            free("clip", "hf:openai/clip-vit-base-patch32", "MIT", file("model.safetensors", 0, null)),
            free("clip", "hf:laion/CLIP-ViT-H-14-laion2B-s32B-b79K", "MIT", file("model.safetensors", 0, null)),
            // A copy of the file in the repository of its author on GitHub, told by its hash.
            free(
                    "aesthetic",
                    "hf:camenduru/improved-aesthetic-predictor/sac+logos+ava1-l14-linearMSE.pth",
                    "Apache-2.0",
                    file("sac+logos+ava1-l14-linearMSE.pth", 3_714_759, AESTHETIC)),
            free("pick-score", "hf:yuvalkirstain/PickScore_v1", "MIT", file("model.safetensors", 0, null)),
            free("hps", "hf:xswu/HPSv2/HPS_v2.1_compressed.pt", "Apache-2.0", file("HPS_v2.1_compressed.pt", 0, null)),
            free("hps", "hf:xswu/HPSv2/HPS_v2_compressed.pt", "Apache-2.0", file("HPS_v2_compressed.pt", 0, null)),
            free("people", "hf:yzd-v/DWPose/yolox_l.onnx", "Apache-2.0", file("yolox_l.onnx", 216_746_733, YOLOX_L)),
            free("objects", "hf:yzd-v/DWPose/yolox_l.onnx", "Apache-2.0", file("yolox_l.onnx", 216_746_733, YOLOX_L)),
            free(
                    "pose",
                    "hf:yzd-v/DWPose/dw-ll_ucoco_384.onnx",
                    "Apache-2.0",
                    file("dw-ll_ucoco_384.onnx", 134_399_116, DW_POSE)),
            free(
                    "hands",
                    "hf:deepghs/anime_hand_detection/hand_detect_v1.0_s/model.onnx",
                    "OpenRAIL",
                    file("model.onnx", 0, null)),
            free("siglip", "hf:google/siglip-base-patch16-224", "Apache-2.0", file("model.safetensors", 0, null)),
            free("siglip", "hf:google/siglip2-base-patch16-224", "Apache-2.0", file("model.safetensors", 0, null)),
            free("dino", "hf:facebook/dinov2-base", "Apache-2.0", file("model.safetensors", 0, null)),
            optIn("", "", "AGPL-3.0", file("aesthetic_predictor_v2_5.pth", 0, null)),
            optIn("", "hf:Bingsu/adetailer/hand_yolov8s.pt", "AGPL-3.0", file("hand_yolov8s.pt", 0, null)),
            optIn("", "hf:Bingsu/adetailer/face_yolov8m.pt", "AGPL-3.0", file("face_yolov8m.pt", 0, null)),
            optIn("", "hf:Bingsu/adetailer/person_yolov8s-seg.pt", "AGPL-3.0", file("person_yolov8s-seg.pt", 0, null)));

    /**
     * @param bytes 0 where unknown
     * @param sha256 null where unknown
     */
    public record File(String name, long bytes, String sha256) {}

    private static File file(String name, long bytes, String sha256) {
        return new File(name, bytes, sha256);
    }

    private static KnownWeights free(String role, String reference, String licence, File file) {
        return new KnownWeights(role, reference, List.of(file), licence, false);
    }

    private static KnownWeights optIn(String role, String reference, String licence, File file) {
        return new KnownWeights(role, reference, List.of(file), licence, true);
    }

    /** Those that may stand in for a role, best known first. */
    public static List<KnownWeights> of(String role) {
        return ALL.stream()
                .filter(k -> k.role.equals(role) && !k.reference.isEmpty())
                .toList();
    }

    /** What a reference on the hub means: the same repository, and the same file where the table names one. */
    static Optional<KnownWeights> at(HubReference reference) {
        return ALL.stream()
                .filter(k -> !k.reference.isEmpty())
                .filter(k -> {
                    HubReference known = HubReference.parse(k.reference);
                    return known.repository().equalsIgnoreCase(reference.repository())
                            && (known.isFolder() || known.path().equals(reference.path()));
                })
                .findFirst();
    }

    /** What a file of this name is likely to be. */
    static Optional<KnownWeights> named(String file) {
        return COMMON.contains(file)
                ? Optional.empty()
                : ALL.stream()
                        .filter(k -> k.files.stream().anyMatch(f -> f.name.equalsIgnoreCase(file)))
                        .findFirst();
    }

    /** What a file with these bytes is. */
    static Optional<KnownWeights> hashed(String sha256) {
        return ALL.stream()
                .filter(k -> k.files.stream().anyMatch(f -> sha256.equals(f.sha256)))
                .findFirst();
    }

    /** Null where unknown. */
    String sha256(String file) {
        return files.stream()
                .filter(f -> f.name.equals(file))
                .map(File::sha256)
                .findFirst()
                .orElse(null);
    }

    /** @param licences that the user takes, in lower case */
    boolean isAllowedBy(Set<String> licences) {
        return !optIn || licences.contains(licence.toLowerCase(Locale.ROOT));
    }
}
