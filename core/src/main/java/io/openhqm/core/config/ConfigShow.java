package io.openhqm.core.config;

import java.util.List;

/**
 * Prints what is in force as YAML in the nested dialect, secrets masked, each value with where it
 * came from.
 */
public final class ConfigShow {
  private static final List<String> ENGINES =
      List.of("redis", "kafka", "sqs", "azure_eventhubs", "gcp", "mqtt", "custom", "embedded");

  private ConfigShow() {}

  /** The text; it loads again, but for what is masked. */
  public static String render(ConfigResult.Loaded loaded) {
    var lines = new StringBuilder();
    List<String> open = List.of();
    for (var value : loaded.values()) {
      if (value.yaml().equals("null") || value.key().startsWith("routing.config.")) {
        continue;
      }
      var path = List.of(nested(value.key()).split("\\.", -1));
      open = openSections(lines, open, path.subList(0, path.size() - 1));
      lines
          .append("  ".repeat(path.size() - 1))
          .append(Yaml.scalar(path.getLast()))
          .append(": ")
          .append(value.yaml())
          .append("  # ")
          .append(value.place())
          .append('\n');
    }
    return lines.toString();
  }

  private static List<String> openSections(
      StringBuilder lines, List<String> open, List<String> path) {
    int same = 0;
    while (same < open.size() && same < path.size() && open.get(same).equals(path.get(same))) {
      same++;
    }
    for (int i = same; i < path.size(); i++) {
      lines.append("  ".repeat(i)).append(Yaml.scalar(path.get(i))).append(":\n");
    }
    return path;
  }

  private static String nested(String key) {
    if (key.startsWith("queue.")) {
      String name = key.substring("queue.".length());
      for (String engine : ENGINES) {
        if (name.startsWith(engine + "_")) {
          return "queue.connection." + engine + "." + name.substring(engine.length() + 1);
        }
      }
    }
    return key;
  }
}
