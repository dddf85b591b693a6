package io.openhqm.server;

import io.openhqm.core.Processor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** A jar that names a processor of the tests, so that only who has it in its path finds that. */
final class ProcessorJar {
  private ProcessorJar() {}

  static Path naming(Class<? extends Processor> processor, Path folder) throws IOException {
    var jar = folder.resolve(processor.getSimpleName() + ".jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("META-INF/services/" + Processor.class.getName()));
      out.write(processor.getName().getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }
}
