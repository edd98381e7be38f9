package dev.assay.harness.model.family;

/** A text encoder of diffusion models. */
public enum TextEncoder {
    CLIP_L("clip-l", "CLIP-L", "clip_l", 12, 768),
    CLIP_H("clip-h", "CLIP-H", "clip_h", 24, 1024),
    CLIP_G("clip-g", "CLIP-G", "clip_g", 32, 1280),
    T5_XXL("t5-xxl", "T5-XXL", "t5xxl", 24, 4096),
    LLAMA_8B("llama", "Llama", "llama", 32, 4096),
    QWEN25_VL_7B("qwen2.5-vl-7b", "Qwen2.5-VL 7B", "qwen25_7b", 28, 3584),
    QWEN3_06B("qwen3-0.6b", "Qwen3 0.6B", "qwen3_06b", 28, 1024),
    QWEN3_4B("qwen3-4b", "Qwen3 4B", "qwen3_4b", 36, 2560),
    QWEN3_8B("qwen3-8b", "Qwen3 8B", "qwen3_8b", 36, 4096),
    QWEN3_VL_4B("qwen3-vl-4b", "Qwen3-VL 4B", "qwen3vl_4b", 36, 2560),
    QWEN3_VL_8B("qwen3-vl-8b", "Qwen3-VL 8B", "qwen3vl_8b", 36, 4096),
    MISTRAL3_24B("mistral-3-small", "Mistral 3 Small", "mistral3_24b", 40, 5120),
    GEMMA2_2B("gemma-2-2b", "Gemma 2 2B", "", 26, 2304);

    private final String id;
    private final String title;
    private final String comfyui;
    private final int blocks;
    private final long width;

    TextEncoder(String id, String title, String comfyui, int blocks, long width) {
        this.id = id;
        this.title = title;
        this.comfyui = comfyui;
        this.blocks = blocks;
        this.width = width;
    }

    /** For machines: {@code clip-l}. */
    public String id() {
        return id;
    }

    /** For people: {@code CLIP-L}. */
    public String title() {
        return title;
    }

    /** What ComfyUI's own names begin with: {@code clip_l}; empty where its layers' names are not known here. */
    public String comfyui() {
        return comfyui;
    }

    public int blocks() {
        return blocks;
    }

    /** Of its features. */
    public long width() {
        return width;
    }

    public boolean isClip() {
        return this == CLIP_L || this == CLIP_H || this == CLIP_G;
    }
}
