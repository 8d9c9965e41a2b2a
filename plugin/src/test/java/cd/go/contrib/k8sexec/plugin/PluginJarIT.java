package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as GoCD gets it. GoCD loads every class at its root and refuses the plugin if one cannot be loaded. */
class PluginJarIT {

    private static final int JAVA_11 = 55;
    private static final int MAGIC = 0xCAFEBABE;

    @TempDir
    Path folder;

    private final Path jar = Path.of(System.getProperty("plugin.jar"));

    @Test
    void has_only_classes_of_its_own_and_libraries_under_lib() throws IOException {
        List<String> others = entries().stream().filter(name -> !name.endsWith("/"))
                .filter(name -> !name.startsWith("cd/go/contrib/k8sexec/plugin/") && !name.startsWith("META-INF/"))
                .map(name -> name.replaceAll("-[0-9.]+\\.jar", ".jar")).sorted().toList();

        assertEquals(List.of("lib/jackson-annotations.jar", "lib/jackson-core.jar", "lib/jackson-databind.jar", "plugin.xml"), others);
    }

    @Test
    void has_classes_that_java_11_loads() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            List<JarEntry> classes = file.stream().filter(entry -> entry.getName().endsWith(".class")).toList();

            assertTrue(classes.size() > 10);
            assertAll(classes.stream().map(entry -> () -> {
                try (DataInputStream in = new DataInputStream(file.getInputStream(entry))) {
                    assertEquals(MAGIC, in.readInt());
                    in.readUnsignedShort();
                    assertTrue(in.readUnsignedShort() <= JAVA_11, entry.getName());
                }
            }));
        }
    }

    @Test
    void describes_itself_to_gocd() throws IOException {
        String descriptor = read("plugin.xml");

        assertTrue(descriptor.contains("<go-plugin id=\"k8s-executor\" version=\"1\">"), descriptor);
        assertTrue(descriptor.contains("<version>" + System.getProperty("plugin.version") + "</version>"), descriptor);
        assertTrue(descriptor.contains("<target-go-version>20.1.0</target-go-version>"), descriptor);
        assertTrue(descriptor.contains("<value>Linux</value>"), descriptor);
        try (JarFile file = new JarFile(jar.toFile())) {
            assertNull(file.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"));
        }
    }

    @Test
    void loads_with_nothing_but_gocds_api_the_jdk_and_its_own_libraries() throws Exception {
        List<URL> urls = new ArrayList<>(List.of(jar.toUri().toURL()));
        urls.add(Class.forName("com.thoughtworks.go.plugin.api.GoPlugin").getProtectionDomain().getCodeSource().getLocation());
        try (JarFile file = new JarFile(jar.toFile())) {
            for (String library : entries().stream().filter(name -> name.matches("lib/.*\\.jar")).toList()) {
                Path copy = folder.resolve(library.substring("lib/".length()));
                try (InputStream in = file.getInputStream(file.getEntry(library))) {
                    Files.copy(in, copy);
                }
                urls.add(copy.toUri().toURL());
            }
        }
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            for (String name : entries().stream().filter(entry -> entry.endsWith(".class")).toList()) {
                loader.loadClass(name.replace('/', '.').substring(0, name.length() - ".class".length())).getDeclaredMethods();
            }
            Object plugin = loader.loadClass(K8sExecutorPlugin.class.getName()).getDeclaredConstructor().newInstance();
            assertEquals(loader, plugin.getClass().getClassLoader());
        }
    }

    private List<String> entries() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(JarEntry::getName).collect(Collectors.toList());
        }
    }

    private String read(String name) throws IOException {
        try (JarFile file = new JarFile(jar.toFile()); InputStream in = file.getInputStream(file.getEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
