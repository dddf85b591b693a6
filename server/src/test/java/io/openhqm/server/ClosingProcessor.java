package io.openhqm.server;

import io.openhqm.core.Attempt;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** The processor {@code closing}: counts how many of it are open. Found in {@link #jar} only. */
public final class ClosingProcessor implements Processor {
  static final AtomicInteger OPEN = new AtomicInteger();

  /** A jar that names it. */
  static Path jar(Path folder) throws IOException {
    var jar = folder.resolve("closing.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("META-INF/services/" + Processor.class.getName()));
      out.write(ClosingProcessor.class.getName().getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  @Override
  public String name() {
    return "closing";
  }

  @Override
  public void start(java.util.Map<String, Object> config) {
    OPEN.incrementAndGet();
  }

  @Override
  public Result process(Attempt attempt) throws PermanentException {
    throw new PermanentException("it only opens and closes");
  }

  @Override
  public void close() {
    OPEN.decrementAndGet();
  }
}
