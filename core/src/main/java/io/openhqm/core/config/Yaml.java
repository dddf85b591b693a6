package io.openhqm.core.config;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes values as YAML. */
final class Yaml {
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9/_][A-Za-z0-9/_.:$-]*[A-Za-z0-9/_]|[A-Za-z0-9]");

  private Yaml() {}

  static String scalarOrFlow(String text) {
    return text.startsWith("[\"") || text.equals("[]") ? text : scalar(text);
  }

  static String scalar(String text) {
    boolean plain = PLAIN.matcher(text).matches() && !text.contains(": ");
    return plain ? text : quoted(text);
  }

  static String flow(List<String> items) {
    return items.stream().map(Yaml::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(String text) {
    var out = new StringBuilder(text.length() + 2).append('"');
    text.chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
              } else if (c < ' ' || c == 0x7f) {
                out.append(String.format("\\x%02x", c));
              } else {
                out.append((char) c);
              }
            });
    return out.append('"').toString().replace("${", "$${");
  }
}
