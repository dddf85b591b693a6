package io.openhqm.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Processor;
import io.openhqm.tck.Attempts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processors that come in a jar of their user's. */
final class ProcessorsTest {
  /** Answers with what its thread's context class loader finds, as libraries look for things. */
  private static final String SOURCE =
      """
      package own;

      import io.openhqm.core.*;

      public final class Finder implements Processor {
        private String started = "";

        public String name() {
          return "finder";
        }

        private static String found() {
          try (var in = Thread.currentThread().getContextClassLoader().getResourceAsStream("own.txt")) {
            return in == null ? "nothing" : new String(in.readAllBytes());
          } catch (java.io.IOException broken) {
            throw new java.io.UncheckedIOException(broken);
          }
        }

        public void start(java.util.Map<String, Object> config) {
          started = found();
        }

        public Result process(Attempt attempt) {
          return new Result(200, Headers.none(), Body.of(Bytes.utf8(started + " " + found())));
        }
      }
      """;

  @TempDir Path folder;

  private Path jar() throws IOException {
    var source = Files.writeString(folder.resolve("Finder.java"), SOURCE);
    var compiler = ToolProvider.getSystemJavaCompiler();
    String classPath = System.getProperty("java.class.path");
    int result =
        compiler.run(
            null, null, null, "-d", folder.toString(), "-cp", classPath, source.toString());
    assertThat(result).isZero();
    var jar = folder.resolve("own.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      add(out, "own/Finder.class", Files.readAllBytes(folder.resolve("own/Finder.class")));
      add(out, "own.txt", "treasure".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      add(
          out,
          "META-INF/services/" + Processor.class.getName(),
          "own.Finder".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return jar;
  }

  private static void add(JarOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(bytes);
    out.closeEntry();
  }

  @Test
  void itFindsWhatItsJarBringsByTheContextClassLoaderWhichIsPutBackAfterwards() throws Exception {
    var before = Thread.currentThread().getContextClassLoader();
    try (var processor = Processors.load("finder", List.of(jar()), Map.of())) {
      assertThat(processor.name()).isEqualTo("finder");
      var body = (Body.Inline) processor.process(Attempts.of(Bytes.empty(), Headers.none())).body();
      assertThat(body.bytes().toUtf8()).isEqualTo("treasure treasure");
      assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }
  }

  @Test
  void aNameThatNoJarHasIsRefusedWithTheNearestOne() throws Exception {
    var jars = List.of(jar());
    assertThatThrownBy(() -> Processors.load("findr", jars, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no processor 'findr'")
        .hasMessageContaining("finder");
    assertThat(Processors.names(jars)).containsExactly("finder");
  }
}
