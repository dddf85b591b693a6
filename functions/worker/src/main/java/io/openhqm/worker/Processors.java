package io.openhqm.worker;

import io.openhqm.core.Attempt;
import io.openhqm.core.Nearest;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** Finds a user's own processor by {@link ServiceLoader}. */
public final class Processors {
  private Processors() {}

  /**
   * The processor of this name, started.
   *
   * @param jars the user's jars; empty: only the class path
   * @param config what it is given
   * @throws IllegalArgumentException if there is none of this name, or several, or it does not
   *     start; the message says which there are
   */
  public static Processor load(String name, List<Path> jars, Map<String, Object> config) {
    var processor = find(name, jars);
    processor.start(config);
    return processor;
  }

  /**
   * The processor of this name, which is not started yet.
   *
   * @param jars the user's jars; empty: only the class path
   * @throws IllegalArgumentException if there is none of this name, or several; the message says
   *     which there are
   */
  public static Processor find(String name, List<Path> jars) {
    var loader = loader(jars);
    var found = found(loader);
    var processor = found.get(name);
    if (processor == null) {
      throw new IllegalArgumentException(
          "processor.name: there is no processor '"
              + name
              + "'"
              + Nearest.hint(name, found.keySet())
              + "; found: "
              + (found.isEmpty()
                  ? "none; name your jar in processor.jar"
                  : String.join(", ", found.keySet())));
    }
    return jars.isEmpty() ? processor : new AtHome(processor, loader);
  }

  /**
   * A processor of a user's jar finds what that jar brings: libraries look for resources and
   * services by the thread's context class loader.
   */
  private record AtHome(Processor real, ClassLoader loader) implements Processor {
    @Override
    public String name() {
      return real.name();
    }

    @Override
    public void start(Map<String, Object> config) {
      try (var visit = Visit.to(loader)) {
        real.start(config);
      }
    }

    @Override
    public Result process(Attempt attempt)
        throws RetryException, PermanentException, InterruptedException {
      try (var visit = Visit.to(loader)) {
        return real.process(attempt);
      }
    }

    @Override
    public void close() {
      try (var visit = Visit.to(loader)) {
        real.close();
      }
    }
  }

  /** Ends with the class loader that the thread had before. */
  private record Visit(Thread thread, ClassLoader before) implements AutoCloseable {
    static Visit to(ClassLoader loader) {
      var thread = Thread.currentThread();
      var visit = new Visit(thread, thread.getContextClassLoader());
      thread.setContextClassLoader(loader);
      return visit;
    }

    @Override
    public void close() {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * What processors there are; none is started.
   *
   * @param jars the user's jars; empty: only the class path
   * @throws IllegalArgumentException if two have one name, or one cannot be loaded
   */
  public static Set<String> names(List<Path> jars) {
    var loader = loader(jars);
    try {
      return Set.copyOf(found(loader).keySet());
    } finally {
      if (loader instanceof URLClassLoader own) {
        close(own);
      }
    }
  }

  private static void close(URLClassLoader loader) {
    try {
      loader.close();
    } catch (IOException stillOpen) {
      throw new UncheckedIOException("a jar of processors cannot be closed", stillOpen);
    }
  }

  private static Map<String, Processor> found(ClassLoader loader) {
    var found = new TreeMap<String, Processor>();
    try {
      for (var processor : ServiceLoader.load(Processor.class, loader)) {
        var other = found.putIfAbsent(processor.name(), processor);
        if (other != null) {
          throw new IllegalArgumentException(
              "two processors have the name '"
                  + processor.name()
                  + "': "
                  + other.getClass().getName()
                  + " and "
                  + processor.getClass().getName());
        }
      }
    } catch (ServiceConfigurationError broken) {
      throw new IllegalArgumentException(
          "a processor cannot be loaded: " + broken.getMessage(), broken);
    }
    return found;
  }

  /** Not to be closed while a processor works: its classes are loaded when they are needed. */
  private static ClassLoader loader(List<Path> jars) {
    var parent = Processors.class.getClassLoader();
    if (jars.isEmpty()) {
      return parent;
    }
    var urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      try {
        urls[i] = jars.get(i).toUri().toURL();
      } catch (MalformedURLException impossible) {
        throw new IllegalArgumentException("processor.jar: not a file: " + jars.get(i), impossible);
      }
    }
    return new URLClassLoader("processors", urls, parent);
  }
}
