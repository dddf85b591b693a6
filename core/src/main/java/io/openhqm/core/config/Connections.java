package io.openhqm.core.config;

import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The two spellings of what an engine needs: {@code queue.connection.redis.url} and {@code
 * queue.redis_url}. Inside, all is flat.
 */
final class Connections {
  /** What an engine is called in the nested spelling, and what flat names begin with. */
  private static final Map<String, String> PREFIXES = prefixes();

  private Connections() {}

  private static Map<String, String> prefixes() {
    var prefixes = new LinkedHashMap<String, String>();
    for (String engine :
        List.of("redis", "kafka", "sqs", "azure_eventhubs", "mqtt", "custom", "embedded")) {
      prefixes.put(engine, engine);
    }
    prefixes.put("gcp_pubsub", "gcp");
    prefixes.put("gcp", "gcp");
    return Collections.unmodifiableMap(prefixes);
  }

  static Set<String> engines() {
    return PREFIXES.keySet();
  }

  private static Optional<String> flat(String engine, String key) {
    return Optional.ofNullable(PREFIXES.get(engine)).map(prefix -> prefix + "_" + key);
  }

  /** The nested path of a setting of the queue; others as they are. */
  static List<String> nested(List<String> path) {
    if (path.size() != 2 || !path.getFirst().equals("queue")) {
      return path;
    }
    String name = path.getLast();
    return PREFIXES.entrySet().stream()
        .filter(engine -> name.startsWith(engine.getValue() + "_"))
        .findFirst()
        .map(
            engine ->
                List.of(
                    "queue",
                    "connection",
                    engine.getKey(),
                    name.substring(engine.getValue().length() + 1)))
        .orElse(path);
  }

  /**
   * The flat path of a nested one that leads to a setting of a known engine; others as they are.
   */
  static List<String> flattened(List<String> path) {
    boolean nested =
        path.size() >= 4 && path.get(0).equals("queue") && path.get(1).equals("connection");
    if (!nested) {
      return path;
    }
    var flat = flat(path.get(2), path.get(3));
    if (flat.isEmpty()) {
      return path;
    }
    var steps = new ArrayList<>(List.of("queue", flat.get()));
    steps.addAll(path.subList(4, path.size()));
    return steps;
  }

  /**
   * Makes the queue's nested spelling flat; engines that are not known stay. Where a setting is
   * given in both, that is a fault.
   */
  static void flatten(Mapping root, ConfigReport report) {
    var queue = root.entries().get("queue");
    if (queue == null || !(queue.value() instanceof Mapping settings)) {
      return;
    }
    var entry = settings.entries().get("connection");
    if (entry == null || !(entry.value() instanceof Mapping connection)) {
      return;
    }
    var known =
        connection.entries().entrySet().stream()
            .filter(engine -> PREFIXES.containsKey(engine.getKey()))
            .toList();
    for (var engine : known) {
      connection.entries().remove(engine.getKey());
      var key = KeyPath.of("queue", "connection", engine.getKey());
      if (engine.getValue().value() instanceof Mapping of) {
        of.entries().forEach((name, value) -> move(settings, key, name, value, report));
      } else if (!engine.getValue().value().saysNothing()) {
        report.problem(engine.getValue().keyPlace(), key, "expected a mapping");
      }
    }
    if (connection.entries().isEmpty()) {
      settings.entries().remove("connection");
    }
  }

  private static void move(
      Mapping settings, KeyPath engine, String name, Entry value, ConfigReport report) {
    String flat = flat(engine.steps().getLast(), name).orElseThrow();
    if (QueueSettings.QUEUE.stream().noneMatch(setting -> setting.name().equals(flat))) {
      report.unknown(engine, name, value, "setting", names(engine.steps().getLast()));
      return;
    }
    var earlier = settings.entries().putIfAbsent(flat, value);
    if (earlier != null) {
      report.problem(
          value.keyPlace(),
          engine.then(name),
          "also given as queue." + flat + " at " + earlier.keyPlace() + "; leave one of them out");
    }
  }

  private static List<String> names(String engine) {
    String prefix = PREFIXES.get(engine) + "_";
    return QueueSettings.QUEUE.stream()
        .map(Setting::name)
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }
}
