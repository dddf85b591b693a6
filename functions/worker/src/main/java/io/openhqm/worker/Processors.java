package io.openhqm.worker;

import io.openhqm.core.Nearest;
import io.openhqm.core.Processor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
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
    var found = new TreeMap<String, Processor>();
    try {
      for (var processor : ServiceLoader.load(Processor.class, loader(jars))) {
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
    processor.start(config);
    return processor;
  }

  /** Never closed: the processor's classes are loaded from it for as long as the process lives. */
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
