import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Lays out the folder that a zip of Assay is made of: {@code java Stage.java PLATFORM VERSION ROOT TARGET ALLURE
 * [JMODS]}, where ROOT is this repository, TARGET the build folder of {@code reports}, ALLURE the version of its command line. Needs a JDK alone. What it writes depends on what it reads and on nothing else.
 */
final class Stage {
    /** Modules of Java that Assay, its libraries and Allure use. A test of the zip asks jdeps whether one is missing. */
    private static final List<String> MODULES = List.of(
            "java.base",
            "java.compiler", // names of annotations
            "java.desktop", // ImageIO
            "java.instrument",
            "java.logging",
            "java.management",
            "java.naming", // logback of Allure
            "java.net.http",
            "java.rmi",
            "java.scripting",
            "java.security.jgss", // proxies that ask who one is
            "java.sql", // TwelveMonkeys' and Jackson's types
            "java.xml",
            "jdk.charsets",
            "jdk.crypto.ec", // https
            "jdk.httpserver",
            "jdk.localedata",
            "jdk.management",
            "jdk.net",
            "jdk.unsupported", // JavaCPP
            "jdk.zipfs");

    /** By platform, where its natives lie in jars that have those of all: OnnxRuntime's, DJL's tokenizers', JNA's. */
    private static final Map<String, List<String>> NATIVES = Map.of(
            "linux-x86_64", List.of("linux-x64", "linux-x86_64", "linux-x86-64"),
            "windows-x86_64", List.of("win-x64", "win-x86_64", "win32-x86-64"),
            "macosx-arm64", List.of("osx-aarch64", "osx-aarch64", "darwin-aarch64"));

    private static final List<Pattern> PLACES_OF_NATIVES = List.of(
            Pattern.compile("ai/onnxruntime/native/([^/]+)/.+"),
            Pattern.compile("native/lib/([^/]+)/.+"),
            Pattern.compile("com/sun/jna/([a-z0-9]+-[^/]+)/.+"));

    /** Debug symbols, headers for C, and what describes natives to a compiler of native images. */
    private static final Pattern UNUSED = Pattern.compile(
            ".+\\.dSYM/.+|.+\\.pdb|org/bytedeco/.+/(include|lib/cmake|lib/pkgconfig)/.+|org/bytedeco/.+\\.(h|cpp|lib)|META-INF/native-image/.+");

    private static final List<String> REPACKED = List.of("onnxruntime-", "tokenizers-", "jna-", "pytorch-", "openblas-", "javacpp-");

    private static final String RUNTIME_INSIDE =
            "One is inside, in the folder runtime; none needs to be installed, and none that is installed is used.";

    private static final String NO_RUNTIME = """
            This zip has none: it was made on another system. Assay needs a Java 17 or newer, and takes the one that JAVA_HOME
              names, or else the one on the PATH. For Assay alone: unpack a JDK or JRE 17 or newer here as the folder runtime.""";

    private final Path folder;
    private final String platform;
    private final List<String> kept;

    private Stage(Path folder, String platform) {
        this.folder = folder;
        this.platform = platform;
        this.kept = NATIVES.get(platform);
        if (kept == null) {
            throw new IllegalArgumentException("no zip is made for " + platform + "; expected one of "
                    + new TreeMap<>(NATIVES).keySet() + " (OnnxRuntime and the tokenizers have no natives for others)");
        }
    }

    public static void main(String[] a) throws Exception {
        Path root = Path.of(a[2]);
        Path target = Path.of(a[3]);
        Path dist = target.resolve("dist");
        Path sources = root.resolve("reports/src/dist");
        Stage stage = new Stage(dist.resolve("assay"), a[0]);
        Path folder = stage.folder;
        empty(folder);
        Path libraries = dist.resolve("libraries");
        String own = "reports-" + a[1] + ".jar";
        Files.copy(target.resolve(own), libraries.resolve(own), StandardCopyOption.REPLACE_EXISTING);
        stage.libraries(libraries);
        for (String script : List.of("bin/assay", "bin/assay.cmd", "assay.ps1")) {
            stage.text(Files.readString(sources.resolve(script)), script, !script.equals("bin/assay"));
        }
        folder.resolve("bin/assay").toFile().setExecutable(true, false);
        copy(root.resolve("suites/microcosm"), folder.resolve("microcosm"), "(?!recipe/).*");
        copy(root.resolve("suites/src/main/resources/suites"), folder.resolve("suites"), ".*\\.yaml");
        copy(root.resolve("docs"), folder.resolve("docs"), ".*\\.(md|png|svg)");
        for (String text : List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md")) { // the pages link to them
            Files.copy(root.resolve(text), folder.resolve(text));
        }
        stage.allure(target.resolve("allure-cli/allure-" + a[4]));
        for (String text : List.of("LICENSE", "NOTICE")) {
            stage.text(Files.readString(root.resolve(text)), text, false);
        }
        if (!Files.isRegularFile(dist.resolve("sbom.json"))) {
            throw new IOException(dist.resolve("sbom.json") + ": expected the list of libraries, found none; its plugin works online only: run Maven without -o");
        }
        Files.copy(dist.resolve("sbom.json"), folder.resolve("sbom.json"));
        boolean runtime = stage.runtime(a.length > 5 && !a[5].isBlank() ? Path.of(a[5]) : null);
        String readme = Files.readString(sources.resolve("README.txt"))
                .replace("${platform}", a[0])
                .replace("${version}", a[1])
                .replace("${java}", runtime ? RUNTIME_INSIDE : NO_RUNTIME);
        stage.text(readme, "README.txt", a[0].startsWith("windows"));
        stage.sums();
    }

    /** The jars, without natives of other platforms and without what nobody runs. */
    private void libraries(Path jars) throws Exception {
        Path lib = Files.createDirectories(folder.resolve("lib"));
        StringBuilder report = new StringBuilder("Packed again for " + platform + ": every other file of a jar is in it as it was published.\n"
                + "The hash before is that of the published jar, the one in sbom.json.\n");
        for (Path jar : files(jars)) {
            String name = jar.getFileName().toString();
            if (REPACKED.stream().noneMatch(name::startsWith)) {
                Files.copy(jar, lib.resolve(name));
                continue;
            }
            Map<String, Long> left = repack(jar, lib.resolve(name));
            if (left.isEmpty()) { // as it was published
                Files.copy(jar, lib.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                continue;
            }
            report.append("\n%s\n  sha256 before  %s\n  sha256 after   %s\n".formatted(name, sha256(jar), sha256(lib.resolve(name))));
            left.forEach((what, bytes) -> report.append(String.format(Locale.ROOT, "  left out       %s (%,d bytes)\n", what, bytes)));
        }
        text(report.toString(), "lib/REPACKED.txt", false);
    }

    /** @return what was left out, by folder, with its bytes */
    private Map<String, Long> repack(Path from, Path to) throws IOException {
        Map<String, Long> left = new TreeMap<>();
        boolean ours = false;
        boolean others = false;
        try (ZipFile jar = new ZipFile(from.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            for (ZipEntry entry : Collections.list(jar.entries())) {
                if (entry.isDirectory()) {
                    continue; // nobody asks for one, and those of what was left out would be empty
                }
                String owner = owner(entry.getName());
                boolean other = owner != null && !kept.contains(owner);
                others |= other;
                ours |= owner != null && !other;
                if (other || UNUSED.matcher(entry.getName()).matches()) {
                    left.merge(entry.getName().replaceFirst("[^/]*$", ""), entry.getSize(), Long::sum);
                    continue;
                }
                ZipEntry same = new ZipEntry(entry.getName());
                same.setTimeLocal(entry.getTimeLocal());
                out.putNextEntry(same);
                try (InputStream in = jar.getInputStream(entry)) {
                    in.transferTo(out);
                }
                out.closeEntry();
            }
        }
        if (others && !ours) {
            throw new IOException(from.getFileName() + " has no natives for " + platform);
        }
        return left;
    }

    /** The platform that a file in a jar belongs to; null where to none. */
    private static String owner(String file) {
        return PLACES_OF_NATIVES.stream()
                .map(p -> p.matcher(file))
                .filter(m -> m.matches())
                .map(m -> m.group(1))
                .findFirst()
                .orElse(null);
    }

    /** Without the two plugins that write to servers. */
    private void allure(Path commandLine) throws IOException {
        copy(commandLine, folder.resolve("allure"), "(lib|plugins/(?!jira|xray)[^/]+|config)/.*");
        String plugins = Files.readString(commandLine.resolve("config/allure.yml"));
        text(plugins.replaceAll("(?m)^\\s*- (jira|xray)-plugin\\R?", ""), "allure/config/allure.yml", false);
    }

    /**
     * @param jmods of a JDK of the platform; null for the one that runs, where that is of this platform
     * @return whether there is a runtime now
     */
    private boolean runtime(Path jmods) throws IOException {
        if (jmods == null && !platform.equals(here())) {
            return false;
        }
        Path modules = jmods == null ? Path.of(System.getProperty("java.home"), "jmods") : jmods;
        List<String> arguments = List.of(
                "--module-path", modules.toString(),
                "--add-modules", String.join(",", MODULES),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--include-locales=en",
                "--compress=2",
                "--output", folder.resolve("runtime").toString());
        int code = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new IOException("expected a JDK with jlink, found none in " + System.getProperty("java.home")))
                .run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), new PrintWriter(System.err, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
        if (code != 0) {
            throw new IOException("jlink ended with " + code);
        }
        for (Path file : files(folder.resolve("runtime/legal"))) { // not all that unpacks a zip makes links of its links
            byte[] text = Files.readAllBytes(file);
            Files.delete(file);
            Files.write(file, text);
        }
        return true;
    }

    private static String here() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String system = name.contains("windows") ? "windows" : name.contains("mac") ? "macosx" : "linux";
        String machine = System.getProperty("os.arch");
        return system + "-" + (machine.equals("amd64") ? "x86_64" : machine.equals("aarch64") ? "arm64" : machine);
    }

    private void text(String text, String name, boolean windows) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        String unix = text.replace("\r\n", "\n");
        Files.writeString(file, windows ? unix.replace("\n", "\r\n") : unix);
    }

    private void sums() throws Exception {
        StringBuilder sums = new StringBuilder();
        for (Path file : files(folder)) {
            sums.append(sha256(file))
                    .append("  ")
                    .append(folder.relativize(file).toString().replace('\\', '/'))
                    .append('\n');
        }
        text(sums.toString(), "SHA256SUMS", false);
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        try (InputStream in = Files.newInputStream(file);
                OutputStream digest = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
            in.transferTo(digest);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** @param which a pattern of paths, with slashes */
    private static void copy(Path from, Path to, String which) throws IOException {
        Pattern kept = Pattern.compile(which);
        for (Path file : files(from)) {
            Path below = from.relativize(file);
            if (kept.matcher(below.toString().replace('\\', '/')).matches()) {
                Path target = to.resolve(below);
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** All of a folder, in the order of their names. */
    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .sorted((x, y) -> x.toString().replace('\\', '/').compareTo(y.toString().replace('\\', '/')))
                    .toList();
        }
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path one, IOException trouble) throws IOException {
                    Files.delete(one);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        Files.createDirectories(folder);
    }
}
