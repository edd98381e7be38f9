package dev.assay.harness.suite;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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

    /** The file: pictures beside it, each with its questions by their answers. */
    private record File(String name, String version, String description, List<Answered> pictures) {
        LabelledQuestions in(Path folder) {
            List<Labelled> questions = YamlFile.each("pictures", pictures, p -> p.questions(folder)).stream()
                    .flatMap(List::stream)
                    .toList();
            return new LabelledQuestions(name, version, questions);
        }
    }

    private record Answered(String picture, List<String> yes, List<String> no) {
        List<Labelled> questions(Path folder) {
            Checks.requireText("picture", picture);
            Path path = folder.resolve(picture).normalize();
            Checks.require(
                    path.startsWith(folder) && Files.isRegularFile(path), "picture", "a file beside this one", path);
            return Stream.concat(labelled(path, "yes", yes), labelled(path, "no", no))
                    .toList();
        }

        private static Stream<Labelled> labelled(Path picture, String answer, List<String> texts) {
            return YamlFile.each(answer, texts, text -> new Labelled(picture, text, answer.equals("yes"))).stream();
        }
    }

    /**
     * Reads a file of pictures, each with its questions and their answers; paths are relative to the file.
     *
     * @throws SuiteException naming file and place of the first mistake
     */
    public static LabelledQuestions read(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        try {
            return YamlFile.read(Yaml.read(SmallFile.bytes(file, Yaml.MAX_BYTES)), File.class, f -> f.in(folder));
        } catch (IOException e) {
            throw new SuiteException(file + ": cannot be read: " + Trouble.words(e), e);
        } catch (AssayException e) {
            throw new SuiteException(file + ": " + e.getMessage(), e);
        }
    }
}
