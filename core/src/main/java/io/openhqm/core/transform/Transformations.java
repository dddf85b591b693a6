package io.openhqm.core.transform;

import io.openhqm.core.Transformation;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The transformations that are there, by name. Immutable. */
public final class Transformations {
  /** The payload goes on as it came: no transformation at all. */
  public static final String PASSTHROUGH = "passthrough";

  private final Map<String, Transformation> byName;

  private Transformations(Map<String, Transformation> byName) {
    this.byName = byName;
  }

  /** The built-in ones, and those on the class path. Looks anew each time. */
  public static Transformations installed() {
    var byName = new TreeMap<String, Transformation>();
    var template = new Template();
    byName.put(template.name(), template);
    ServiceLoader.load(Transformation.class)
        .forEach(found -> byName.putIfAbsent(found.name(), found));
    return new Transformations(byName);
  }

  /** The one of this name. */
  public Optional<Transformation> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** What {@code transform_type} can say. */
  public Set<String> names() {
    var names = new TreeSet<>(byName.keySet());
    names.add(PASSTHROUGH);
    return names;
  }
}
