package io.openhqm.core.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The tables of the reference, made from the declared settings. */
final class ReferenceTables {
  private ReferenceTables() {}

  /** By name: the sections, and what stands below {@code proxy.endpoints} and in routing files. */
  static Map<String, List<Setting>> all() {
    var all = new LinkedHashMap<>(Settings.SECTIONS);
    all.put("endpoint", ProxySettings.ENDPOINT);
    all.put("routing file", ProxySettings.ROUTING_FILE);
    all.put("route", ProxySettings.ROUTE);
    return all;
  }

  static String table(String name) {
    var rows =
        all().getOrDefault(name, List.of()).stream()
            .map(setting -> row(name, setting))
            .collect(Collectors.joining());
    boolean variables = hasVariables(name);
    return "| key | takes | default | meaning | example |"
        + (variables ? " variable |\n" : "\n")
        + "|---|---|---|---|---|"
        + (variables ? "---|\n" : "\n")
        + rows;
  }

  private static boolean hasVariables(String name) {
    return Settings.SECTIONS.containsKey(name) || name.equals("endpoint");
  }

  private static String row(String name, Setting setting) {
    String unit =
        setting.unit().isEmpty() || setting.unit().equals("seconds") ? "" : setting.unit();
    String defaultText = setting.defaultText().isEmpty() ? "none" : code(setting.defaultText());
    String example = setting.example().isEmpty() ? setting.defaultText() : setting.example();
    String row =
        "| "
            + key(name, setting)
            + " | "
            + takes(setting)
            + (unit.isEmpty() ? "" : " (" + unit + ")")
            + " | "
            + defaultText
            + " | "
            + setting.description()
            + " | "
            + code(example)
            + " |";
    return row + (hasVariables(name) ? " " + code(variable(name, setting)) + " |\n" : "\n");
  }

  private static String key(String name, Setting setting) {
    var nested = Connections.nested(List.of(name, setting.name()));
    String flat = code(setting.name());
    return nested.size() == 2
        ? flat
        : flat + " or " + code(String.join(".", nested.subList(1, nested.size())));
  }

  private static String takes(Setting setting) {
    return switch (setting.kind()) {
      case Setting.Kind.Choice choice ->
          choice.words().stream().map(ReferenceTables::code).collect(Collectors.joining(", "));
      case Setting.Kind.SecretText secret -> "a text, never shown";
      case Setting.Kind.TextList list -> "a list of texts, or one text with commas";
      default -> setting.expected();
    };
  }

  static String variable(String name, Setting setting) {
    return name.equals("endpoint")
        ? "OPENHQM_PROXY__ENDPOINTS__NAME__" + setting.name().toUpperCase(Locale.ROOT)
        : Variables.name(name, setting);
  }

  private static String code(String text) {
    return "`" + text.replace("|", "\\|") + "`";
  }
}
