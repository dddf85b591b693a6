package io.openhqm.core.config;

import io.openhqm.core.Secret;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Scalar;
import io.openhqm.core.config.ConfigNode.Sequence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the {@code queue} section, which is flat by now but for engines that are not built in. */
final class QueueReader {
  private static final String CUSTOM = "custom";

  private final ConfigReport report;
  private final Folder folder;
  private final Optional<Installed> installed;
  private final Map<String, Secret> connection = new LinkedHashMap<>();

  QueueReader(ConfigReport report, Folder folder, Optional<Installed> installed) {
    this.installed = installed;
    this.report = report;
    this.folder = folder;
  }

  /**
   * @param storeType the engine of the jobs, which may need settings too
   */
  OpenHqmConfig.Queue read(SectionReader in, boolean announce, String storeType) {
    var type = engine(in, in, installed);
    var requests = in.textOrEmpty("request_queue_name");
    var responses = in.textOrEmpty("response_queue_name");
    var deadLetters = in.textOrEmpty("dlq_name");
    long backlog = in.whole("max_backlog").orElse(1);
    Path path = folder.resolve(in, "embedded_path", in.textOrEmpty("embedded_path"));
    for (var setting : QueueSettings.CONNECTION) {
      read(in, setting).ifPresent(text -> connection.put(setting.name(), Secret.of(text)));
    }
    checkPorts(in);
    in.shownTree("custom_config", true).ifPresent(tree -> leaves("custom_config.", tree));
    in.tree("connection")
        .ifPresent(
            engines ->
                engines.entries().forEach((name, entry) -> ofEngine(name, entry, type, storeType)));
    return new OpenHqmConfig.Queue(
        type,
        requests,
        responses,
        deadLetters,
        announce,
        path,
        backlog,
        Collections.unmodifiableMap(connection));
  }

  /** The engine, a setting of {@code in}; {@code custom} stands for the one named in the queue. */
  static String engine(SectionReader in, SectionReader queue, Optional<Installed> installed) {
    var type = in.textOrEmpty("type").toLowerCase(Locale.ROOT);
    if (!type.equals(CUSTOM)) {
      checkEngine(in, type, installed);
      return type;
    }
    var named = queue.entered("custom_module").or(() -> queue.entered("custom_class"));
    if (named.isEmpty()) {
      in.problem(
          "type", "custom needs queue.custom_module, the name of an engine, or queue.custom_class");
    }
    named.ifPresent(engine -> checkEngine(in, engine, installed));
    return named.orElse(CUSTOM);
  }

  /**
   * @param in the section whose {@code type} means this engine
   */
  static void checkEngine(SectionReader in, String engine, Optional<Installed> installed) {
    installed
        .filter(
            known -> !known.engines().contains(engine) && !known.engineClasses().contains(engine))
        .ifPresent(
            known ->
                in.problem(
                    "type",
                    Names.unknown(
                        "engine",
                        in.quoted("type", engine),
                        engine,
                        " on the class path",
                        known.engines())));
  }

  private static Optional<String> read(SectionReader in, Setting setting) {
    String name = setting.name();
    var kind = setting.kind();
    if (kind instanceof Setting.Kind.Text || kind instanceof Setting.Kind.SecretText) {
      return in.text(name); // All that a function on AWS has there, without a switch at its start.
    }
    return switch (kind) {
      case Setting.Kind.TextList list -> in.list(name).map(items -> String.join(",", items));
      case Setting.Kind.Whole whole -> in.whole(name).stream().mapToObj(Long::toString).findFirst();
      case Setting.Kind.Tree tree -> Optional.empty();
      case Setting.Kind.Text text -> in.text(name);
      case Setting.Kind.SecretText secret -> in.text(name);
      case Setting.Kind.Choice choice -> in.choice(name);
      case Setting.Kind.Seconds seconds -> in.seconds(name).map(Duration::toString);
      case Setting.Kind.Flag flag -> Optional.of(Boolean.toString(in.flag(name)));
    };
  }

  private void checkPorts(SectionReader in) {
    value("kafka_bootstrap_servers")
        .lines()
        .flatMap(line -> Arrays.stream(line.split(",")))
        .map(server -> server.substring(server.indexOf("://") < 0 ? 0 : server.indexOf("://") + 3))
        .flatMap(server -> Numbers.authorityFault(server.strip()).stream())
        .findFirst()
        .ifPresent(fault -> in.problem("kafka_bootstrap_servers", fault));
    urlPortFault(value("redis_url")).ifPresent(fault -> in.problem("redis_url", fault));
  }

  private String value(String name) {
    return Optional.ofNullable(connection.get(name)).map(Secret::reveal).orElse("");
  }

  /** Looks only at the ports: there are more forms of such URLs than can be known here. */
  static Optional<String> urlPortFault(String url) {
    int start = url.indexOf("://");
    if (start < 0) {
      return Optional.empty();
    }
    String rest = url.substring(start + 3).split("[/?#]", 2)[0];
    String hosts = rest.substring(rest.lastIndexOf('@') + 1);
    return hosts.isEmpty()
        ? Optional.empty()
        : Arrays.stream(hosts.split(",", -1))
            .flatMap(host -> Numbers.authorityFault(host).stream())
            .findFirst();
  }

  /** The settings of an engine from the class path, whose names only it knows. */
  private void ofEngine(String engine, Entry entry, String type, String storeType) {
    var key = KeyPath.of("queue", "connection");
    if (!engine.equals(type) && !engine.equals(storeType)) {
      report.unknown(key, engine, entry, "engine", Connections.engines());
    } else if (entry.value() instanceof Mapping settings) {
      leaves(engine + "_", settings);
      report.value(key.then(engine), Yaml.flow(settings, true), Optional.of(entry));
    } else if (!entry.value().saysNothing()) {
      report.problem(entry.value().place(), key.then(engine), "expected a mapping");
    }
  }

  /** Puts what is below under dotted names; lists become one text with commas. */
  private void leaves(String prefix, Mapping mapping) {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              switch (entry.value()) {
                case Mapping inner -> leaves(prefix + key + ".", inner);
                case Scalar scalar when scalar.isNull() -> {}
                case Scalar scalar -> connection.put(prefix + key, Secret.of(scalar.text()));
                case Sequence list -> connection.put(prefix + key, Secret.of(joined(list)));
              }
            });
  }

  private static String joined(Sequence list) {
    return list.items().stream()
        .filter(Scalar.class::isInstance)
        .map(item -> ((Scalar) item).text())
        .collect(Collectors.joining(","));
  }
}
