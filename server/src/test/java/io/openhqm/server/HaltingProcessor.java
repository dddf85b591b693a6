package io.openhqm.server;

import io.openhqm.core.Attempt;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** The processor {@code halting}: kills its process at once. Found in {@link #jar} only. */
public final class HaltingProcessor implements Processor {
  /** A jar that names it. */
  static Path jar(Path folder) throws IOException {
    var jar = folder.resolve("halting.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("META-INF/services/" + Processor.class.getName()));
      out.write(HaltingProcessor.class.getName().getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  @Override
  public String name() {
    return "halting";
  }

  @Override
  public Result process(Attempt attempt) {
    Runtime.getRuntime().halt(137);
    throw new IllegalStateException("halted");
  }
}
