package dev.assay.harness.nn.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * CUDA's own libraries, which people have in one of three places: in jars ({@code org.bytedeco:cuda} with a {@code -redist} classifier), in the
 * packages of a Python that renders ({@code nvidia/.../lib}, {@code torch/lib}), or where the system's loader looks. Nothing is loaded here.
 *
 * @param source where they are, in words
 * @param folders for JavaCPP to look in; empty for jars and for the system's
 * @param missing names that none of the folders has, e.g. {@code cudnn 9}
 */
public record CudaLibraries(String source, List<Path> folders, List<String> missing) {
    /** What JavaCPP reads as the folders to look in first; separated as a path is. */
    public static final String JAVACPP_PATH = "org.bytedeco.javacpp.platform.preloadpath";

    /** Major version of CUDA that the natives were built with. */
    static final int CUDA = 13;

    /** Of CUDA 13, with the major version in the name of each: without one of these libtorch does not load. */
    private static final Map<String, Integer> NEEDED = Map.of("cudart", 13, "cublas", 13, "cublasLt", 13, "cudnn", 9);

    private static final int MOST_DEEP = 6; // site-packages/nvidia/cu13/bin/x86_64 is the deepest known
    private static final int MOST_FOLDERS = 2_000;

    public CudaLibraries {
        folders = List.copyOf(folders);
        missing = List.copyOf(missing);
    }

    /**
     * @param python a Python program, its environment, or a ComfyUI folder with one in it; null where nobody names one, then that of the shell
     *     ({@code VIRTUAL_ENV}, {@code CONDA_PREFIX}) is looked at
     * @param platform as JavaCPP names it, e.g. {@code linux-x86_64}
     * @throws CudaDevice.CudaException where {@code python} has no packages, or no CUDA 13
     */
    public static CudaLibraries find(@Nullable Path python, Map<String, String> environment, String platform) {
        if (python != null) {
            Path packages = packages(python)
                    .orElseThrow(() -> new CudaDevice.CudaException("no Python with packages (site-packages) is in "
                            + python + "; name its program, its environment, or the ComfyUI folder that holds it"));
            CudaLibraries found = in(packages, platform);
            if (!found.missing.isEmpty()) {
                throw new CudaDevice.CudaException(found.lacking(packages, platform));
            }
            return found;
        }
        if (CudaLibraries.class.getResource("/org/bytedeco/cuda/" + platform + "/" + file("cudart", CUDA, platform))
                != null) {
            return new CudaLibraries("CUDA " + CUDA + " in jars", List.of(), List.of());
        }
        for (String name : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            String place = environment.getOrDefault(name, "");
            if (!place.isBlank()) {
                CudaLibraries found = packages(Path.of(place))
                        .map(p -> in(p, platform))
                        .orElse(new CudaLibraries(name, List.of(), List.of("all")));
                if (found.missing.isEmpty()) {
                    return found;
                }
            }
        }
        return new CudaLibraries("the system's CUDA " + CUDA, List.of(), List.of());
    }

    /** Has JavaCPP look there; to be called before anything of CUDA or libtorch is loaded. */
    public void use() {
        if (!folders.isEmpty()) {
            List<String> paths =
                    new ArrayList<>(folders.stream().map(Path::toString).toList());
            String before = System.getProperty(JAVACPP_PATH, "");
            if (!before.isEmpty()) {
                paths.add(before);
            }
            System.setProperty(JAVACPP_PATH, String.join(java.io.File.pathSeparator, new LinkedHashSet<>(paths)));
        }
    }

    private String lacking(Path packages, String platform) {
        Set<String> versions = new TreeSet<>();
        for (int other = CUDA - 3; other < CUDA + 3; other++) {
            if (other != CUDA
                    && !foldersWith("cudart", other, packages, platform).isEmpty()) {
                versions.add(String.valueOf(other));
            }
        }
        return packages + " lacks " + String.join(", ", missing) + " of CUDA " + CUDA
                + (versions.isEmpty() ? "" : "; it has CUDA " + String.join(", ", versions))
                + "; a torch for CUDA " + CUDA + " (cu130) brings them, or use -Dassay.device=cpu";
    }

    private static CudaLibraries in(Path packages, String platform) {
        Set<Path> folders = new LinkedHashSet<>();
        Set<String> missing = new TreeSet<>();
        NEEDED.forEach((name, version) -> {
            List<Path> with = foldersWith(name, version, packages, platform);
            folders.addAll(with);
            if (with.isEmpty()) {
                missing.add(name + " " + version);
            }
        });
        for (String more : List.of(
                "cufft",
                "curand",
                "cusolver",
                "cusparse",
                "nvrtc",
                "cupti",
                "nvJitLink",
                "nccl",
                "cusparseLt",
                "nvshmem_host",
                "cufile")) {
            for (int version = 0; version <= CUDA; version++) {
                folders.addAll(foldersWith(more, version, packages, platform));
            }
        }
        return new CudaLibraries(
                "CUDA " + CUDA + " of " + packages, folders.stream().sorted().toList(), List.copyOf(missing));
    }

    private static List<Path> foldersWith(String name, int version, Path packages, String platform) {
        String file = file(name, version, platform);
        return Stream.of("nvidia", "torch/lib")
                .map(packages::resolve)
                .flatMap(CudaLibraries::foldersBelow)
                .filter(folder -> Files.isRegularFile(folder.resolve(file)))
                .toList();
    }

    private static Stream<Path> foldersBelow(Path top) {
        if (!Files.isDirectory(top)) {
            return Stream.empty();
        }
        try (Stream<Path> all = Files.walk(top, MOST_DEEP)) {
            return all.filter(Files::isDirectory).limit(MOST_FOLDERS).sorted().toList().stream();
        } catch (IOException | java.io.UncheckedIOException unreadable) {
            return Stream.empty();
        }
    }

    /** {@code libcudart.so.13}, {@code cudart64_13.dll}. */
    static String file(String name, int version, String platform) {
        return platform.startsWith("windows") ? name + "64_" + version + ".dll" : "lib" + name + ".so." + version;
    }

    /** The folder of a Python's packages: {@code lib/python3.12/site-packages}, {@code Lib/site-packages}. */
    static Optional<Path> packages(Path python) {
        Path place = python.toAbsolutePath().normalize();
        List<Path> environments = new ArrayList<>();
        if (Files.isRegularFile(
                place)) { // bin/python, Scripts/python.exe, python_embeded/python.exe; a link is not followed: its
            // packages are here
            Path folder = place.getParent();
            environments.add(folder);
            if (folder != null && folder.getParent() != null) {
                environments.add(folder.getParent());
            }
        } else {
            environments.add(place);
            for (String inside : List.of(
                    "venv", ".venv", "python_embeded", "../python_embeded", "python_embedded", "../venv", "../.venv")) {
                environments.add(place.resolve(inside).normalize());
            }
        }
        return environments.stream().flatMap(CudaLibraries::packagesOf).findFirst();
    }

    private static Stream<Path> packagesOf(Path environment) {
        List<Path> found = new ArrayList<>();
        if (environment.endsWith("site-packages") && Files.isDirectory(environment)) {
            found.add(environment);
        }
        found.add(environment.resolve("Lib/site-packages"));
        for (String lib : List.of("lib", "lib64")) {
            Path folder = environment.resolve(lib);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> versions = Files.list(folder)) {
                    versions.filter(v -> String.valueOf(v.getFileName())
                                    .toLowerCase(Locale.ROOT)
                                    .startsWith("python3"))
                            .sorted()
                            .forEach(v -> found.add(v.resolve("site-packages")));
                } catch (IOException unreadable) {
                    // as if it were not there
                }
            }
        }
        return found.stream().filter(Files::isDirectory);
    }
}
