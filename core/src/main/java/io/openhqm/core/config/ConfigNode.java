package io.openhqm.core.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A configuration as it was written, each piece with its place. */
sealed interface ConfigNode {
  /** Where it stands. */
  Place place();

  /**
   * @param source a file or a variable
   * @param line from 1; 0 where there are no lines
   * @param column from 1
   */
  record Place(String source, int line, int column) {
    static Place variable(String name) {
      return new Place(name, 0, 0);
    }

    @Override
    public String toString() {
      return line == 0 ? source : source + ":" + line + ":" + column;
    }
  }

  /** A text, a number, a flag: what it is depends on the setting. */
  record Scalar(String text, boolean quoted, Place place) implements ConfigNode {
    /** Whether it says nothing, as YAML's null does. */
    boolean isNull() {
      return !quoted
          && switch (text) {
            case "", "~", "null", "Null", "NULL", "None" -> true;
            default -> false;
          };
    }
  }

  record Sequence(List<ConfigNode> items, Place place) implements ConfigNode {}

  /** Mutable while variables are laid over it, by one thread. */
  record Mapping(Map<String, Entry> entries, Place place) implements ConfigNode {
    static Mapping empty(Place place) {
      return new Mapping(new LinkedHashMap<>(), place);
    }
  }

  record Entry(Place keyPlace, ConfigNode value) {}

  default boolean saysNothing() {
    return this instanceof Scalar scalar && scalar.isNull();
  }
}
