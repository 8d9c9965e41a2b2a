import java.io.File;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads each class of the jar and asks it what GoCD asks when it loads a plugin. Java 11; run by PluginJarIT with each
 * JDK: java LoadPlugin.java JAR API FOLDER.
 */
public class LoadPlugin {

    public static void main(String[] arguments) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(
                new File(arguments[0]).toURI().toURL(),
                new File(arguments[1]).toURI().toURL()));
        List<String> classes = new ArrayList<>();
        try (JarFile jar = new JarFile(arguments[0])) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (entry.getName().matches("lib/.*\\.jar")) {
                    Path copy = Path.of(arguments[2], entry.getName().substring(4));
                    try (InputStream in = jar.getInputStream(entry)) {
                        Files.copy(in, copy);
                    }
                    urls.add(copy.toUri().toURL());
                } else if (entry.getName().endsWith(".class")) {
                    classes.add(entry.getName().replace('/', '.').replaceAll("\\.class$", ""));
                }
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            for (String name : classes) {
                loader.loadClass(name).getDeclaredMethods();
            }
            Object plugin = loader.loadClass("cd.go.contrib.k8sexec.plugin.K8sExecutorPlugin")
                    .getDeclaredConstructor()
                    .newInstance();
            Class<?> request = loader.loadClass("com.thoughtworks.go.plugin.api.request.DefaultGoPluginApiRequest");
            Method handle = plugin.getClass()
                    .getMethod("handle", loader.loadClass("com.thoughtworks.go.plugin.api.request.GoPluginApiRequest"));
            for (String name : List.of("configuration", "view", "validate")) {
                Object asked = request.getConstructor(String.class, String.class, String.class)
                        .newInstance("task", "1.0", name);
                Object response = handle.invoke(plugin, asked);
                System.out.println(name + " "
                        + response.getClass().getMethod("responseCode").invoke(response));
            }
        }
        System.out.println(classes.size() + " classes, Java " + System.getProperty("java.specification.version"));
    }
}
