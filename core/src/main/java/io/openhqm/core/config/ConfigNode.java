package io.openhqm.core.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A configuration as it was written, each piece with its place. */
sealed interface ConfigNode {
  /** Where it stands. */
  Place place();

  /** Whether a piece of it is the value of an environment variable. */
  boolean fromEnvironment();

  /**
   * @param source a file or a variable
   * @param line from 1; 0 where there are no lines
   * @param column from 1
   */
  record Place(String source, int line, int column) {
    private static final int SOURCE_MAX = 200;

    static Place variable(String name) {
      return new Place(name, 0, 0);
    }

    /** On one line, whatever the file or the variable is called. */
    @Override
    public String toString() {
      String name = source.length() <= SOURCE_MAX ? source : source.substring(0, SOURCE_MAX) + "…";
      String line1 = name.replaceAll("\\p{Cntrl}", "?");
      return line == 0 ? line1 : line1 + ":" + line + ":" + column;
    }
  }

  /**
   * A text, a number, a flag: what it is depends on the setting.
   *
   * @param variables the pieces of the text that are values of environment variables, in order
   */
  record Scalar(String text, boolean quoted, List<Piece> variables, Place place)
      implements ConfigNode {
    public Scalar {
      variables = List.copyOf(variables);
    }

    /** As somebody wrote it in a file. */
    static Scalar written(String text, boolean quoted, Place place) {
      return new Scalar(text, quoted, List.of(), place);
    }

    /** All of it is, or is in, the value of the variable that is the setting's own. */
    static Scalar ofVariable(String text, boolean quoted, Place place) {
      return new Scalar(text, quoted, List.of(new Piece(0, text.length(), "")), place);
    }

    @Override
    public boolean fromEnvironment() {
      return !variables.isEmpty();
    }

    /** Whether it says nothing, as YAML's null does. */
    boolean isNull() {
      return !quoted && Yaml.isNull(text);
    }
  }

  /**
   * A piece of a text.
   *
   * @param to exclusive
   * @param variable whose value it is; empty for a setting's own variable
   */
  record Piece(int from, int to, String variable) {}

  record Sequence(List<ConfigNode> items, Place place) implements ConfigNode {
    @Override
    public boolean fromEnvironment() {
      return items.stream().anyMatch(ConfigNode::fromEnvironment);
    }
  }

  /** Mutable while variables are laid over it, by one thread. */
  record Mapping(Map<String, Entry> entries, Place place) implements ConfigNode {
    static Mapping empty(Place place) {
      return new Mapping(new LinkedHashMap<>(), place);
    }

    @Override
    public boolean fromEnvironment() {
      return entries.values().stream().anyMatch(entry -> entry.value().fromEnvironment());
    }
  }

  record Entry(Place keyPlace, ConfigNode value) {}

  default boolean saysNothing() {
    return this instanceof Scalar scalar && scalar.isNull();
  }
}
