package dev.assay.harness.model.family;

import java.util.regex.Pattern;

/**
 * Models with a family's layers, and LoRAs for them, that make no picture from a prompt alone: known by their names, for their layers
 * do not tell.
 *
 * @param name in the lower-case name of a file, or of the base that a LoRA's metadata names
 * @param title for people: {@code Flux.1 Kontext}
 * @param needs beside a prompt: {@code a picture to edit}
 */
public record Edit(Pattern name, String title, String needs) {
    static final String PICTURE = "a picture to edit";
    static final String MASKED = "a picture and a mask of what to paint anew";
    static final String CONTROL = "a picture for control";

    static Edit of(String name, String title, String needs) {
        return new Edit(Pattern.compile(name), title, needs);
    }
}
