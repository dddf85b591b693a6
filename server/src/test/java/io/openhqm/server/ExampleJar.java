package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.Processor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;

/** The processor of {@code examples/custom-processor}, compiled and packed as its user would. */
final class ExampleJar {
  static final Path EXAMPLES = Path.of("..", "examples");
  private static final Path SOURCES = EXAMPLES.resolve("custom-processor/src/main");

  private ExampleJar() {}

  static Path build(Path folder) throws IOException, URISyntaxException {
    var classes = Files.createDirectories(folder.resolve("classes"));
    var arguments = new ArrayList<>(List.of("--release", "21", "-d", classes.toString()));
    arguments.addAll(List.of("-cp", placeOf(Processor.class) + ":" + placeOf(NullMarked.class)));
    filesOf(SOURCES.resolve("java")).forEach(source -> arguments.add(source.toString()));
    var compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
    var jar = folder.resolve("thumbnails.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (var root : List.of(classes, SOURCES.resolve("resources"))) {
        for (var file : filesOf(root)) {
          out.putNextEntry(new JarEntry(root.relativize(file).toString()));
          Files.copy(file, out);
          out.closeEntry();
        }
      }
    }
    return jar;
  }

  private static Path placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static List<Path> filesOf(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
