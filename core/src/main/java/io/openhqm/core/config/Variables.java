package io.openhqm.core.config;

import io.openhqm.core.Nearest;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Piece;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.ConfigNode.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the environment says: {@code ${NAME}} and {@code ${NAME:-default}} inside values of files
 * ({@code $${} is a literal {@code ${}), and {@code OPENHQM_*} variables over the file, {@code __}
 * going one level down.
 */
final class Variables {
  static final String PREFIX = "OPENHQM_";
  private static final Pattern REFERENCE =
      Pattern.compile("\\$(\\$\\{)|\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

  /** For the launcher and the command line. */
  private static final Set<String> NOT_SETTINGS =
      Set.of(
          "OPENHQM_CONFIG",
          "OPENHQM_SERVER",
          "OPENHQM_JAVA_HOME",
          "OPENHQM_JAVA_OPTS",
          "OPENHQM_CLASS_PATH",
          "OPENHQM_AOT");

  /** What Kubernetes sets for a service of the name openhqm. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("OPENHQM_(?:[A-Z0-9_]+_)?(?:SERVICE_(?:HOST|PORT(?:_.*)?)|PORT(?:_.*)?)");

  /** Short names; a setting's own variable is stronger. */
  static final Map<String, List<List<String>>> SHORT =
      Map.of(
          "OPENHQM_QUEUE_TYPE", List.of(List.of("queue", "type")),
          "OPENHQM_REDIS_URL",
              List.of(List.of("queue", "redis_url"), List.of("cache", "redis_url")),
          "OPENHQM_LOG_LEVEL", List.of(List.of("monitoring", "log_level")),
          "OPENHQM_WORKER_COUNT", List.of(List.of("worker", "count")));

  private final Map<String, String> environment;
  private final ConfigReport report;

  /** Which variable set what. */
  private final Map<List<String>, String> setters = new HashMap<>();

  Variables(Map<String, String> environment, ConfigReport report) {
    this.environment = new TreeMap<>(environment);
    this.report = report;
  }

  /** The scalar with its references replaced; a variable that is not set is a problem. */
  Scalar expand(Scalar scalar) {
    if (scalar.text().indexOf("${") < 0) {
      return scalar;
    }
    var matcher = REFERENCE.matcher(scalar.text());
    var text = new StringBuilder();
    var pieces = new ArrayList<Piece>();
    while (matcher.find()) {
      String value = value(matcher, scalar.place());
      matcher.appendReplacement(text, "");
      if (matcher.group(2) != null && environment.containsKey(matcher.group(2))) {
        pieces.add(new Piece(text.length(), text.length() + value.length(), matcher.group(2)));
      }
      text.append(value);
    }
    matcher.appendTail(text);
    return new Scalar(text.toString(), scalar.quoted(), pieces, scalar.place());
  }

  private String value(Matcher reference, Place place) {
    if (reference.group(1) != null) {
      return "${";
    }
    String name = reference.group(2);
    var value = environment.get(name);
    if (value != null) {
      return value;
    }
    var otherwise = reference.group(3);
    if (otherwise == null) {
      String shown = KeyPath.isName(name) ? name : "of this long name";
      report.problem(
          place,
          "the environment variable "
              + shown
              + " is not set; set it or write ${"
              + (KeyPath.isName(name) ? name : "…")
              + ":-…}");
      return "";
    }
    return otherwise;
  }

  /**
   * Puts every {@code OPENHQM_*} variable in its place, over what is there.
   *
   * @param root in the flat dialect
   */
  void layOver(Mapping root) {
    SHORT.forEach(
        (name, paths) -> {
          var value = environment.get(name);
          if (value != null) {
            paths.forEach(path -> set(root, path, name, value));
          }
        });
    setters.clear();
    environment.forEach(
        (name, value) -> {
          if (!name.startsWith(PREFIX) || NOT_SETTINGS.contains(name) || SHORT.containsKey(name)) {
            return;
          }
          var path =
              List.of(name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).split("__", -1));
          if (path.size() > YamlReader.DEPTH_MAX) {
            report.problem(
                Place.variable(name),
                "goes deeper than " + YamlReader.DEPTH_MAX + " levels, which no setting does");
          } else if (path.size() > 1 && path.stream().noneMatch(String::isEmpty)) {
            put(root, path, name, value);
          } else if (name.contains("__") || !SERVICE_LINK.matcher(name).matches()) {
            unknown(name);
          }
        });
  }

  private void unknown(String name) {
    var known = new LinkedHashSet<>(SHORT.keySet());
    Settings.SECTIONS.forEach(
        (section, settings) -> settings.forEach(setting -> known.add(name(section, setting))));
    report.problem(
        Place.variable(name), "no setting has this variable" + Nearest.hint(name, known));
  }

  /** The variable of a setting. */
  static String name(String section, Setting setting) {
    return (PREFIX + section + "__" + setting.name()).toUpperCase(Locale.ROOT);
  }

  /** Takes {@code queue.connection.redis}, with all that is below it, apart into flat settings. */
  private void put(Mapping root, List<String> path, String variable, String value) {
    boolean connections =
        path.size() <= 3
            && path.getFirst().equals("queue")
            && path.get(1).equals("connection")
            && (path.size() == 2 || Connections.engines().contains(path.getLast()));
    if (!connections) {
      set(root, Connections.flattened(path), variable, value);
      return;
    }
    var place = Place.variable(variable);
    if (!(parse(path, variable, value, place) instanceof Mapping mapping)) {
      report.problem(place, new KeyPath(path), "expected a mapping");
      return;
    }
    var connection = path.size() == 2 ? mapping : holding(path.getLast(), mapping, place);
    var queue = holding("connection", connection, place);
    Connections.flatten(holding("queue", queue, place), report);
    queue
        .entries()
        .forEach((name, entry) -> set(root, List.of("queue", name), variable, entry.value()));
  }

  private static Mapping holding(String key, Mapping mapping, Place place) {
    var outer = Mapping.empty(place);
    outer.entries().put(key, new Entry(place, mapping));
    return outer;
  }

  private void set(Mapping root, List<String> path, String variable, String value) {
    set(root, path, variable, parse(path, variable, value, Place.variable(variable)));
  }

  private void set(Mapping root, List<String> path, String variable, ConfigNode value) {
    var place = Place.variable(variable);
    var earlier = setters.putIfAbsent(path, variable);
    if (earlier != null) {
      report.problem(
          place, new KeyPath(path), "also given by " + earlier + "; leave one of them out");
    }
    var at = root;
    for (String step : path.subList(0, path.size() - 1)) {
      String key = existing(at, step);
      var entry = at.entries().get(key);
      if (entry == null || !(entry.value() instanceof Mapping)) {
        entry = new Entry(place, Mapping.empty(place));
        at.entries().put(key, entry);
      }
      at = (Mapping) entry.value();
    }
    at.entries().put(existing(at, path.getLast()), new Entry(place, value));
  }

  /** A name from the file that this step means: variables have neither case nor dashes. */
  private static String existing(Mapping at, String step) {
    return at.entries().keySet().stream()
        .filter(key -> key.replace('-', '_').equalsIgnoreCase(step))
        .findFirst()
        .orElse(step);
  }

  /** A list or a mapping may be JSON; a text is taken as it is, whatever it looks like. */
  private ConfigNode parse(List<String> path, String variable, String value, Place place) {
    var text = value.strip();
    boolean structured =
        text.startsWith("{") && text.endsWith("}") || text.startsWith("[") && text.endsWith("]");
    if (structured && Settings.mayBeStructured(path)) {
      return YamlReader.ofVariable(variable, report).read(text).orElse(Mapping.empty(place));
    }
    // Quoted, so that an empty variable is an empty text and "null" a word.
    return Scalar.ofVariable(value, true, place);
  }
}
