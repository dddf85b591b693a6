package io.openhqm.core.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.api.Json;
import io.openhqm.core.config.ConfigResult.ShownValue;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JsonGenerator;

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

  /**
   * The same as one JSON object: {@code settings}, nested, and {@code places}, where each came from
   * by its dotted path.
   */
  public static String json(ConfigResult.Loaded loaded) {
    var root = new Section();
    loaded.values().forEach(root::put);
    var out = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = Json.generator(out)) {
      json.writeStartObject();
      json.writeName("settings");
      write(root, json);
      json.writeObjectPropertyStart("places");
      for (var value : loaded.values()) {
        json.writeStringProperty(String.join(".", Connections.nested(value.path())), value.place());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    return out.toString(UTF_8);
  }

  private static void write(Section section, JsonGenerator json) {
    json.writeStartObject();
    section.parts.forEach(
        (key, part) -> {
          json.writeName(key);
          switch (part) {
            case Section inner -> write(inner, json);
            case Leaf leaf ->
                write(
                    new Load(LoadSettings.builder().build()).loadFromString(leaf.value.yaml()),
                    json);
          }
        });
    json.writeEndObject();
  }

  private static void write(@Nullable Object value, JsonGenerator json) {
    switch (value) {
      case null -> json.writeNull();
      case Boolean truth -> json.writeBoolean(truth);
      case Number number -> json.writeNumber(number.toString());
      case List<?> items -> {
        json.writeStartArray();
        items.forEach(item -> write(item, json));
        json.writeEndArray();
      }
      case Map<?, ?> fields -> {
        json.writeStartObject();
        fields.forEach(
            (key, field) -> {
              json.writeName(String.valueOf(key));
              write(field, json);
            });
        json.writeEndObject();
      }
      default -> json.writeString(value.toString());
    }
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
