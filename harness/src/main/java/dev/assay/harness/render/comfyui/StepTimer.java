package dev.assay.harness.render.comfyui;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** When the steps of each node of one execution were heard of. Not thread-safe. */
final class StepTimer {
    private final Map<String, TreeMap<Integer, Long>> steps = new HashMap<>(); // node, step, nanoseconds

    /** A step that was heard of before keeps its first time: messages may come twice. */
    void step(String node, int step, long nanos) {
        if (step >= 1) {
            steps.computeIfAbsent(node, n -> new TreeMap<>()).putIfAbsent(step, nanos);
        }
    }

    /** Of the node; 0 when fewer than two steps were heard of. The first step is left out: it holds loading and patching. */
    double secondsPerStep(String node) {
        TreeMap<Integer, Long> heard = steps.getOrDefault(node, new TreeMap<>());
        if (heard.size() < 2) {
            return 0;
        }
        long nanos = heard.lastEntry().getValue() - heard.firstEntry().getValue();
        return Math.max(0, nanos) / 1e9 / (heard.lastKey() - heard.firstKey());
    }
}
