package dev.assay.reports.page;

import java.util.List;

/** Pictures that belong together, with what is to be seen in them. */
public record Exhibit(String heading, List<Strip> strips) {
    public Exhibit {
        strips = List.copyOf(strips);
    }

    /**
     * Pictures beside each other.
     *
     * @param role {@code base} or {@code candidate}, whose pictures they all are; empty for a row of different ones
     * @param label above them; empty for none
     */
    public record Strip(String role, String label, List<Shown> pictures) {
        public Strip {
            pictures = List.copyOf(pictures);
        }
    }

    /** Bytes in the page, about. */
    long bytes() {
        return strips.stream()
                .flatMap(s -> s.pictures().stream())
                .mapToLong(p -> p.dataUri().length())
                .sum();
    }
}
