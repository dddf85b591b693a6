package io.openhqm.core.config;

import io.openhqm.core.Secret;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes values as YAML on one line. */
final class Yaml {
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9/_][A-Za-z0-9/_.:$-]*[A-Za-z0-9/_]|[A-Za-z0-9]");

  private Yaml() {}

  /** Whether a plain text means that there is no value. */
  static boolean isNull(String text) {
    return switch (text) {
      case "", "~", "null", "Null", "NULL", "None" -> true;
      default -> false;
    };
  }

  /** A value; its {@code ${} is written so that it is not taken for a variable. */
  static String scalar(String text) {
    return isPlain(text) ? text : quoted(text.replace("${", "$${"));
  }

  /** A key: there variables are not looked for. */
  static String key(String text) {
    return isPlain(text) ? text : quoted(text);
  }

  private static boolean isPlain(String text) {
    return PLAIN.matcher(text).matches() && !isNull(text);
  }

  static String flow(List<String> items) {
    return items.stream()
        .map(item -> quoted(item.replace("${", "$${")))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * A tree of the user's own.
   *
   * @param mayHoldSecrets whether values are hidden that have the name of a secret or came from the
   *     environment
   */
  static String flow(ConfigNode node, boolean mayHoldSecrets) {
    return switch (node) {
      case ConfigNode.Scalar scalar -> flowScalar(scalar, mayHoldSecrets);
      case ConfigNode.Sequence list ->
          list.items().stream()
              .map(item -> flow(item, mayHoldSecrets))
              .collect(Collectors.joining(", ", "[", "]"));
      case ConfigNode.Mapping mapping ->
          mapping.entries().entrySet().stream()
              .map(
                  entry ->
                      key(entry.getKey())
                          + ": "
                          + (mayHoldSecrets && Disclosure.isSecretName(entry.getKey())
                              ? quoted(Secret.MASK)
                              : flow(entry.getValue().value(), mayHoldSecrets)))
              .collect(Collectors.joining(", ", "{", "}"));
    };
  }

  private static String flowScalar(ConfigNode.Scalar scalar, boolean mayHoldSecrets) {
    if (scalar.isNull()) {
      return "null";
    }
    boolean hidden = mayHoldSecrets && scalar.fromEnvironment() && !scalar.text().isEmpty();
    return scalar(hidden ? Secret.MASK : Disclosure.shown(scalar));
  }

  private static String quoted(String text) {
    var out = new StringBuilder(text.length() + 2).append('"');
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
              } else if (isPrintable(c)) {
                out.appendCodePoint(c);
              } else {
                out.append(String.format(c > 0xffff ? "\\U%08x" : "\\u%04x", c));
              }
            });
    return out.append('"').toString();
  }

  /** As YAML 1.2 §5.1 has it, without what ends lines. */
  private static boolean isPrintable(int c) {
    boolean lineEnd = c == 0x2028 || c == 0x2029 || c == 0xfeff;
    return c >= ' ' && c < 0x7f
        || c >= 0xa0 && c < 0xd800 && !lineEnd
        || c >= 0xe000 && c <= 0xfffd && !lineEnd
        || c >= 0x10000;
  }
}
