package dev.assay.harness.suite;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Questions about pictures whose answers people gave: what a judge's error rates are measured on.
 *
 * @param name lower-case letters, digits, hyphens
 * @param version raised whenever pictures, questions or answers change
 * @param questions at least one
 */
public record LabelledQuestions(String name, String version, List<Labelled> questions) {
    private static final int MAX_QUESTIONS = 10_000;

    public LabelledQuestions {
        questions = List.copyOf(questions);
        Checks.requireWord("name", name);
        Checks.requireText("version", version);
        Checks.require(
                !questions.isEmpty() && questions.size() <= MAX_QUESTIONS,
                "pictures",
                "1 to " + MAX_QUESTIONS + " questions",
                questions.size());
        Checks.requireDistinct("pictures", questions);
    }

    /**
     * @param picture a PNG file
     * @param expected true for yes
     */
    public record Labelled(Path picture, String text, boolean expected) {
        public Labelled {
            Checks.requireText("text", text);
        }

        @Override
        public String toString() {
            return picture.getFileName() + " " + text;
        }
    }

    /**
     * Reads a file of pictures, each with its questions and their answers; paths are relative to the file.
     *
     * @throws SuiteException naming file and place of the first mistake
     */
    public static LabelledQuestions read(Path file) {
        try {
            Node node = new Node(file.toString(), "", Yaml.read(SmallFile.bytes(file, Yaml.MAX_BYTES)));
            node.object("name", "version", "description", "pictures");
            String name = node.get("name").text();
            String version = node.get("version").text();
            List<Labelled> questions = new ArrayList<>();
            node.get("pictures").list(p -> questions.addAll(picture(file, p)));
            return node.make(() -> new LabelledQuestions(name, version, questions));
        } catch (IOException e) {
            throw new SuiteException(file + ": cannot be read: " + Trouble.words(e), e);
        } catch (SuiteException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new SuiteException(file + ": " + e.getMessage(), e);
        }
    }

    private static List<Labelled> picture(Path file, Node node) {
        node.object("picture", "yes", "no");
        Path folder = file.toAbsolutePath().normalize().getParent();
        Path picture = folder.resolve(node.get("picture").text()).normalize();
        if (!picture.startsWith(folder) || !Files.isRegularFile(picture)) {
            throw node.get("picture").wrong("expected a file beside this one, found " + picture);
        }
        List<Labelled> questions = new ArrayList<>();
        for (boolean expected : new boolean[] {true, false}) {
            questions.addAll(node.get(expected ? "yes" : "no")
                    .list(q -> q.make(() -> new Labelled(picture, q.text(), expected))));
        }
        return questions;
    }
}
