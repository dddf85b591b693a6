package io.openhqm.core.config;

import io.openhqm.core.Nearest;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.ConfigNode.Scalar;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the environment says: {@code ${NAME}} and {@code ${NAME:-default}} inside values ({@code $${} is a literal {@code ${}), and {@code OPENHQM_*}
 * variables over the file, {@code __} going one level down.
 */
final class Variables {
  private static final String PREFIX = "OPENHQM_";
  private static final Pattern REFERENCE =
      Pattern.compile("\\$(\\$\\{)|\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

  /** For the launcher and the command line. */
  private static final Set<String> NOT_SETTINGS =
      Set.of(
          "OPENHQM_CONFIG",
          "OPENHQM_SERVER",
          "OPENHQM_JAVA_HOME",
          "OPENHQM_JAVA_OPTS",
          "OPENHQM_AOT");

  /** What Kubernetes sets for a service of the name openhqm. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("OPENHQM_(?:[A-Z0-9_]+_)?(?:SERVICE_(?:HOST|PORT(?:_.*)?)|PORT(?:_.*)?)");

  private static final Map<String, List<List<String>>> SHORT =
      Map.of(
          "OPENHQM_QUEUE_TYPE", List.of(List.of("queue", "type")),
          "OPENHQM_REDIS_URL",
              List.of(List.of("queue", "redis_url"), List.of("cache", "redis_url")),
          "OPENHQM_LOG_LEVEL", List.of(List.of("monitoring", "log_level")),
          "OPENHQM_WORKER_COUNT", List.of(List.of("worker", "count")));

  private final Map<String, String> environment;
  private final List<ConfigProblem> problems;

  Variables(Map<String, String> environment, List<ConfigProblem> problems) {
    this.environment = new TreeMap<>(environment);
    this.problems = problems;
  }

  /** The scalar with its references replaced; a variable that is not set is a problem. */
  Scalar expand(Scalar scalar) {
    if (scalar.text().indexOf("${") < 0) {
      return scalar;
    }
    var matcher = REFERENCE.matcher(scalar.text());
    var text = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(text, Matcher.quoteReplacement(value(matcher, scalar.place())));
    }
    matcher.appendTail(text);
    return new Scalar(text.toString(), scalar.quoted(), scalar.place());
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
      String detail =
          "the environment variable " + name + " is not set; set it or write ${" + name + ":-…}";
      problems.add(new ConfigProblem(place.toString(), "", detail));
      return "";
    }
    return otherwise;
  }

  /** Puts every {@code OPENHQM_*} variable in its place, over what is there. */
  void layOver(Mapping root) {
    environment.forEach(
        (name, value) -> {
          if (!name.startsWith(PREFIX) || NOT_SETTINGS.contains(name)) {
            return;
          }
          var paths = SHORT.get(name);
          if (paths != null) {
            paths.forEach(path -> put(root, path, name, value));
          } else if (name.contains("__")) {
            var path =
                List.of(name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).split("__"));
            put(root, path, name, value);
          } else if (!SERVICE_LINK.matcher(name).matches()) {
            unknown(name);
          }
        });
  }

  private void unknown(String name) {
    var known = new LinkedHashSet<>(SHORT.keySet());
    Settings.SECTIONS.forEach(
        (section, settings) ->
            settings.forEach(
                setting ->
                    known.add(
                        (PREFIX + section + "__" + setting.name()).toUpperCase(Locale.ROOT))));
    problems.add(
        new ConfigProblem(name, "", "no setting has this variable" + Nearest.hint(name, known)));
  }

  private void put(Mapping root, List<String> path, String variable, String value) {
    var place = Place.variable(variable);
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
    String last = existing(at, path.getLast());
    at.entries().put(last, new Entry(place, parse(variable, value, place)));
  }

  /** A name from the file that this step means: variables have neither case nor dashes. */
  private static String existing(Mapping at, String step) {
    return at.entries().keySet().stream()
        .filter(key -> key.replace('-', '_').equalsIgnoreCase(step))
        .findFirst()
        .orElse(step);
  }

  private ConfigNode parse(String variable, String value, Place place) {
    var text = value.strip();
    boolean structured =
        text.startsWith("{") && text.endsWith("}") || text.startsWith("[") && text.endsWith("]");
    if (structured) {
      var read = new YamlReader(variable, this::expand, problems).read(text);
      if (read.isPresent()) {
        return read.get();
      }
    }
    // Quoted, so that an empty variable is an empty text and "null" a word.
    return new Scalar(value, true, place);
  }
}
