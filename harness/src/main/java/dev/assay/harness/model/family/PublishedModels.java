package dev.assay.harness.model.family;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The published models whose LoRAs are known by their layers' names, sizes and number of blocks. */
final class PublishedModels {
    private static final Map<String, Integer> UNET = Map.of(
            "down_blocks", 0,
            "up_blocks", 0,
            "mid_block", 0,
            "input_blocks", 0,
            "output_blocks", 0,
            "middle_block", 0);

    private static final String FLUX = "Flux.1 (dev, Krea, schnell or a finetune; a LoRA does not tell)";
    private static final String SD3 = "Stable Diffusion 3 or 3.5";

    static final List<PublishedModel> ALL = List.of(
            unet("sd15", "Stable Diffusion 1.5", "Stable Diffusion 1.5"),
            unet("sd2", "Stable Diffusion 2", "Stable Diffusion 2"),
            unet("sdxl", "SDXL", "SDXL (or Pony, Illustrious, NoobAI; a LoRA does not tell)"),
            new PublishedModel("sd3", SD3, SD3, "medium", joint(24), List.of("sd3-medium")),
            new PublishedModel("sd3", SD3, SD3, "medium", joint(24), List.of("sd35-medium")),
            new PublishedModel("sd3", SD3, SD3, "large", joint(38), List.of("sd35-large")),
            new PublishedModel("flux1", "Flux.1", FLUX, "", streams(19, 38), List.of("flux1")),
            new PublishedModel("chroma", "Chroma", "Chroma", "", streams(19, 38), List.of("chroma", "chroma.authors")),
            flux2("klein 4B", 5, 20, "flux2-klein-4b"),
            flux2("klein 9B", 8, 24, "flux2-klein-9b"),
            flux2("dev", 8, 48, "flux2-dev"),
            new PublishedModel(
                    "qwen-image",
                    "Qwen-Image",
                    "Qwen-Image",
                    "",
                    Map.of("transformer_blocks", 60),
                    List.of("qwen-image")),
            new PublishedModel(
                    "hidream-i1",
                    "HiDream-I1",
                    "HiDream-I1",
                    "",
                    Map.of("double_stream_blocks", 16, "single_stream_blocks", 32),
                    List.of("hidream-i1")),
            new PublishedModel("z-image", "Z-Image", "Z-Image", "", refined(30), List.of("z-image")),
            new PublishedModel("lumina2", "Lumina-Image 2.0", "Lumina-Image 2.0", "", refined(26), List.of("lumina2")),
            new PublishedModel(
                    "hunyuan-video",
                    "Hunyuan Video",
                    "Hunyuan Video",
                    "",
                    streams(20, 40),
                    List.of("hunyuan-video", "hunyuan-video.authors")));

    private PublishedModels() {}

    private static PublishedModel unet(String word, String name, String title) {
        return new PublishedModel(word, name, title, "", UNET, List.of(word));
    }

    private static PublishedModel flux2(String detail, int doubles, int singles, String file) {
        return new PublishedModel(
                "flux2",
                "Flux.2 " + detail,
                "Flux.2",
                detail,
                streams(doubles, singles),
                List.of(file, file + ".authors"));
    }

    private static Map<String, Integer> joint(int blocks) {
        return Map.of("joint_blocks", blocks, "transformer_blocks", blocks);
    }

    private static Map<String, Integer> refined(int blocks) {
        return Map.of("layers", blocks, "noise_refiner", 2, "context_refiner", 2);
    }

    private static Map<String, Integer> streams(int doubles, int singles) {
        Map<String, Integer> blocks = new HashMap<>();
        blocks.put("double_blocks", doubles);
        blocks.put("transformer_blocks", doubles);
        blocks.put("single_blocks", singles);
        blocks.put("single_transformer_blocks", singles);
        return Map.copyOf(blocks);
    }
}
