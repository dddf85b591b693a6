package io.openhqm.core.config;

import io.openhqm.core.config.ConfigResult.ShownValue;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Prints what is in force as YAML in the nested dialect, secrets masked, each value with where it
 * came from.
 */
public final class ConfigShow {
  private final StringBuilder lines = new StringBuilder();

  private ConfigShow() {}

  /**
   * The text. It loads again into the same configuration, but for what is masked, from the folder
   * in which the file stood.
   */
  public static String render(ConfigResult.Loaded loaded) {
    var root = new Section();
    for (var value : loaded.values()) {
      root.put(value);
    }
    var show = new ConfigShow();
    show.print(root, 0);
    return show.lines.toString();
  }

  private void print(Section section, int depth) {
    section.parts.forEach(
        (key, part) -> {
          lines.append("  ".repeat(depth)).append(Yaml.key(key)).append(':');
          switch (part) {
            case Section inner -> {
              lines.append('\n');
              print(inner, depth + 1);
            }
            case Leaf leaf ->
                lines
                    .append(' ')
                    .append(leaf.value.yaml())
                    .append("  # ")
                    .append(leaf.value.place())
                    .append('\n');
          }
        });
  }

  private sealed interface Part {}

  private record Leaf(ShownValue value) implements Part {}

  private static final class Section implements Part {
    private final Map<String, Part> parts = new LinkedHashMap<>();

    void put(ShownValue value) {
      var path = Connections.nested(value.path());
      var at = this;
      for (String step : path.subList(0, path.size() - 1)) {
        at = at.section(step);
      }
      at.parts.put(path.getLast(), new Leaf(value));
    }

    private Section section(String step) {
      if (parts.get(step) instanceof Section found) {
        return found;
      }
      var made = new Section();
      parts.put(step, made);
      return made;
    }
  }
}
