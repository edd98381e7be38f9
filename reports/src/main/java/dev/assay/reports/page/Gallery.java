package dev.assay.reports.page;

import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.reports.picture.SeedStrips;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * All pictures of a run that a page has room for.
 *
 * @param note what is left out; empty where nothing is
 */
public record Gallery(List<Exhibit> prompts, String note) {
    private static final int[] SIDES = {320, 224, 160, 112, 80}; // pixels, the best first
    private static final int SAMPLE = 8;
    private static final int MAX_SEEDS = 16;
    private static final int FIRST = 8; // prompts that are seen at once

    public Gallery {
        prompts = List.copyOf(prompts);
    }

    public List<Exhibit> first() {
        return prompts.subList(0, Math.min(FIRST, prompts.size()));
    }

    /** In a fold. */
    public List<Exhibit> rest() {
        return prompts.subList(Math.min(FIRST, prompts.size()), prompts.size());
    }

    /** @param room bytes that the pictures may take */
    static Gallery of(Exhibits exhibits, long room) {
        Map<String, String> prompts = new LinkedHashMap<>();
        List<RenderingEntry> all = exhibits.renderings().all();
        all.forEach(r -> prompts.putIfAbsent(String.valueOf(r.caseId()), String.valueOf(r.prompt())));
        List<Map.Entry<String, String>> cases = List.copyOf(prompts.entrySet());
        if (all.stream().noneMatch(r -> exhibits.renderings().file(r).isPresent())) {
            return new Gallery(List.of(), all.isEmpty() ? "" : "The pictures of this run are not there any more.");
        }
        int most = cases.stream()
                .mapToInt(
                        c -> SeedStrips.seeds(c.getKey(), exhibits.renderings()).size())
                .max()
                .orElse(1);
        for (int seeds : new int[] {Math.min(MAX_SEEDS, most), Math.min(2, most), 1}) {
            for (int side : SIDES) {
                if (fits(exhibits, cases, side, seeds, room)) {
                    return made(exhibits, cases, side, seeds, room);
                }
            }
        }
        return made(exhibits, cases, SIDES[SIDES.length - 1], 1, room);
    }

    /** By a few prompts spread over the run. */
    private static boolean fits(
            Exhibits exhibits, List<Map.Entry<String, String>> cases, int side, int seeds, long room) {
        int sample = Math.min(SAMPLE, cases.size());
        long bytes = IntStream.range(0, sample)
                .parallel()
                .mapToObj(i -> cases.get((int) ((long) i * cases.size() / sample)))
                .mapToLong(c -> exhibits.prompt(c.getKey(), c.getValue(), side, seeds, "", "")
                        .bytes())
                .sum();
        return sample == 0 || 1.1 * bytes / sample * cases.size() <= room;
    }

    private static Gallery made(
            Exhibits exhibits, List<Map.Entry<String, String>> cases, int side, int seeds, long room) {
        List<Exhibit> all = cases.parallelStream()
                .map(c -> exhibits.prompt(c.getKey(), c.getValue(), side, seeds, "", ""))
                .toList();
        List<Exhibit> shown = new ArrayList<>();
        long left = room;
        for (Exhibit e : all) {
            left -= e.bytes();
            if (left < 0) {
                break;
            }
            shown.add(e);
        }
        int out = all.size() - shown.size();
        return new Gallery(
                shown, out == 0 ? "" : "This page has no room for the pictures of " + out + " more prompts.");
    }
}
