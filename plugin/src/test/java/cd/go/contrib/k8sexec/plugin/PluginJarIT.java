package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** The jar as GoCD gets it. */
@Tag("without-k8s-exec")
class PluginJarIT {

    private static final int JAVA_11 = 55;

    @TempDir
    Path folder;

    private final Path jar = Path.of(System.getProperty("plugin.jar"));

    @Test
    void has_only_classes_of_its_own_and_libraries_under_lib() throws IOException {
        List<String> others = entries().stream()
                .filter(name -> !name.endsWith("/"))
                .filter(name -> !name.matches("(cd/go/contrib/k8sexec/(plugin|protocol)|META-INF)/.*"))
                .map(name -> name.replaceAll("-[0-9.]+\\.jar", ".jar"))
                .sorted()
                .toList();

        assertEquals(
                List.of(
                        "gocd-bundle.xml",
                        "lib/jackson-annotations.jar",
                        "lib/jackson-core.jar",
                        "lib/jackson-databind.jar",
                        "plugin.xml"),
                others);
    }

    @Test
    void describes_itself_to_gocd_in_both_forms_alike() throws Exception {
        Document plugin = xml("plugin.xml");
        Document bundle = xml("gocd-bundle.xml");

        assertEquals("k8s-executor", plugin.getDocumentElement().getAttribute("id"));
        assertEquals(
                "k8s-executor",
                ((org.w3c.dom.Element) bundle.getElementsByTagName("plugin").item(0)).getAttribute("id"));
        for (Document document : List.of(plugin, bundle)) {
            assertEquals("1", document.getDocumentElement().getAttribute("version"));
            assertEquals(System.getProperty("plugin.version"), text(document, "version"));
            assertEquals("20.1.0", text(document, "target-go-version"));
            assertEquals("Linux", text(document, "value"));
        }
        assertEquals(text(plugin, "about"), text(bundle, "about"));
        try (JarFile file = new JarFile(jar.toFile())) {
            assertNull(file.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"));
        }
    }

    /** GoCD would load every class at the jar's root, and refuse the plugin if one could not be loaded. */
    @Test
    void declares_its_one_entrance() throws Exception {
        Document bundle = xml("gocd-bundle.xml");

        assertEquals(1, bundle.getElementsByTagName("extension").getLength());
        assertEquals(
                K8sExecutorPlugin.class.getName(),
                ((org.w3c.dom.Element) bundle.getElementsByTagName("extension").item(0)).getAttribute("class"));
    }

    @Test
    void has_class_files_of_java_11_or_older_in_its_libraries_too() throws IOException {
        Map<String, ConstantPool> classes = classes();

        assertTrue(classes.size() > 500, "only " + classes.size() + " classes");
        assertEquals(
                List.of(),
                classes.entrySet().stream()
                        .filter(entry -> entry.getValue().version > JAVA_11)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    /** javac knows what Java 11 had (--release). A member is looked for by its name and its number of parameters. */
    @Test
    void uses_nothing_of_the_jdk_that_java_11_has_not() throws IOException {
        Set<String> used = new TreeSet<>();
        classes()
                .values()
                .forEach(pool -> pool.members.stream()
                        .filter(member -> member.startsWith("java/"))
                        .forEach(used::add));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        com.sun.source.util.JavacTask task = (com.sun.source.util.JavacTask)
                compiler.getTask(null, null, null, List.of("--release", "11"), List.of("java.lang.String"), null);

        assertTrue(used.size() > 500, "only " + used.size() + " members");
        assertEquals(
                List.of(),
                used.stream()
                        .filter(member -> !isThere(member, task.getElements()))
                        .toList());
        assertTrue(
                !isThere("java/util/stream/Stream.toList()Ljava/util/List;", task.getElements()),
                "Java 16 is taken for Java 11");
    }

    private static boolean isThere(String member, Elements elements) {
        String owner = member.substring(0, member.indexOf('.'));
        TypeElement type = elements.getTypeElement(owner.replace('/', '.').replace('$', '.'));
        if (type == null) {
            return false;
        }
        if (!member.contains("(")) {
            return elements.getAllMembers(type).stream()
                    .anyMatch(element -> member.startsWith(owner + '.' + element.getSimpleName()));
        }
        String name = member.substring(owner.length() + 1, member.indexOf('('));
        long parameters = member.substring(member.indexOf('(') + 1, member.indexOf(')'))
                .replaceAll("\\[*(L[^;]*;|[BCDFIJSZ])", "p")
                .length();
        // an interface has Object's methods too
        return Stream.of(type, elements.getTypeElement("java.lang.Object"))
                .flatMap(owning -> elements.getAllMembers(owning).stream())
                .filter(element ->
                        element.getKind() == ElementKind.METHOD || element.getKind() == ElementKind.CONSTRUCTOR)
                .map(ExecutableElement.class::cast)
                .anyMatch(method -> method.getSimpleName().contentEquals(name)
                        && (method.getParameters().size() == parameters || method.isVarArgs()));
    }

    /** With nothing but GoCD's API, the JDK and its own libraries. */
    @Test
    void loads_on_each_jdk_of_this_machine() throws Exception {
        Path api = Path.of(Class.forName("com.thoughtworks.go.plugin.api.GoPlugin")
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Map<String, Path> jdks = new TreeMap<>(
                Map.of(System.getProperty("java.specification.version"), Path.of(System.getProperty("java.home"))));
        try (Stream<Path> installed =
                Files.isDirectory(Path.of("/usr/lib/jvm")) ? Files.list(Path.of("/usr/lib/jvm")) : Stream.empty()) {
            for (Path home : installed
                    .filter(path -> Files.isExecutable(path.resolve("bin/javac")))
                    .toList()) {
                String release = Files.readString(home.resolve("release"));
                jdks.put(release.replaceAll("(?s).*JAVA_VERSION=\"(\\d+).*", "$1"), home);
            }
        }
        for (Map.Entry<String, Path> jdk : jdks.entrySet()) {
            Path libraries = Files.createDirectory(folder.resolve(jdk.getKey()));
            Process java = new ProcessBuilder(
                            jdk.getValue().resolve("bin/java").toString(),
                            "src/test/jar/LoadPlugin.java",
                            jar.toString(),
                            api.toString(),
                            libraries.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, java.waitFor(), output);
            assertTrue(
                    output.matches("(?s)configuration 200\nview 200\nvalidate 200\n\\d\\d+ classes, Java "
                            + jdk.getKey() + "\n"),
                    output);
        }
    }

    /**
     * Of the jar and of the libraries in it, without those for newer versions of Java that older ones do not look at.
     */
    private Map<String, ConstantPool> classes() throws IOException {
        Map<String, ConstantPool> classes = new TreeMap<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : file.stream().toList()) {
                byte[] bytes = bytes(file, entry);
                if (entry.getName().endsWith(".jar")) {
                    JarInputStream library = new JarInputStream(new ByteArrayInputStream(bytes));
                    for (JarEntry inner = library.getNextJarEntry(); inner != null; inner = library.getNextJarEntry()) {
                        add(classes, inner.getName(), library.readAllBytes());
                    }
                } else {
                    add(classes, entry.getName(), bytes);
                }
            }
        }
        return classes;
    }

    private static void add(Map<String, ConstantPool> classes, String name, byte[] bytes) throws IOException {
        boolean newer = name.matches("META-INF/versions/(1[2-9]|[2-9]\\d)/.*") || name.endsWith("module-info.class");
        if (name.endsWith(".class") && !newer) {
            classes.put(name, ConstantPool.of(new ByteArrayInputStream(bytes)));
        }
    }

    private static byte[] bytes(JarFile file, JarEntry entry) throws IOException {
        try (InputStream in = file.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private List<String> entries() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(JarEntry::getName).collect(Collectors.toList());
        }
    }

    private Document xml(String name) throws Exception {
        try (JarFile file = new JarFile(jar.toFile());
                InputStream in = file.getInputStream(file.getEntry(name))) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        }
    }

    private static String text(Document document, String tag) {
        return document.getElementsByTagName(tag)
                .item(0)
                .getTextContent()
                .strip()
                .replaceAll("\\s+", " ");
    }
}
