package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.text.PlainText;

/** Checks that this package's records share. */
final class Require {
    private static final int MAX_NAME = 4096;

    private Require() {}

    /** A name that the server may list: not blank, no control characters, no way up. */
    static void file(String setting, String name) {
        if (name == null || name.isBlank()) {
            throw new GraphException(setting + ": expected a file name, found nothing");
        }
        boolean odd = name.length() > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)
                || ("/" + name.replace('\\', '/') + "/").contains("/../");
        if (odd) {
            throw new GraphException(
                    setting + ": expected a file name as the server lists it, found \"" + PlainText.line(name) + "\"");
        }
    }

    static void text(String field, String text) {
        if (text == null) {
            throw new GraphException(field + ": expected text, found nothing");
        }
    }
}
