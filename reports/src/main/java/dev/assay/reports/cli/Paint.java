package dev.assay.reports.cli;

/** Colours, where they are on. */
record Paint(boolean on) {
    String bold(String text) {
        return code(1, text);
    }

    String dim(String text) {
        return code(2, text);
    }

    String red(String text) {
        return code(31, text);
    }

    String green(String text) {
        return code(32, text);
    }

    String yellow(String text) {
        return code(33, text);
    }

    private String code(int code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
