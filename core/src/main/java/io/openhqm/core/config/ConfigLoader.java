package io.openhqm.core.config;

import io.openhqm.core.Nearest;
import io.openhqm.core.RetryPolicy;
import io.openhqm.core.Secret;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.OpenHqmConfig.Admin;
import io.openhqm.core.config.OpenHqmConfig.LogFormat;
import io.openhqm.core.config.OpenHqmConfig.Strategy;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code config.yaml} and the environment. Both dialects load: the nested one ({@code
 * queue.connection.redis.url}) and the flat one of the Python OpenHQM ({@code queue.redis_url}).
 */
public final class ConfigLoader {
  private final ConfigReport report = new ConfigReport();
  private final Variables variables;
  private final Path folder;

  private ConfigLoader(Map<String, String> environment, Path folder) {
    this.variables = new Variables(environment, report.problems());
    this.folder = folder;
  }

  /**
   * Reads a file, or only the defaults where there is none, and lays the environment over it.
   *
   * @param environment the variables of the process
   */
  public static ConfigResult load(Optional<Path> file, Map<String, String> environment) {
    if (file.isEmpty()) {
      return loadText("", "defaults", Path.of(""), environment);
    }
    var path = file.get();
    var folder = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(Path.of(""));
    try {
      return loadText(Files.readString(path), path.toString(), folder, environment);
    } catch (IOException unreadable) {
      return new ConfigResult.Invalid(
          List.of(new ConfigProblem(path.toString(), "", "cannot be read: " + reason(unreadable))));
    }
  }

  /**
   * Reads a text.
   *
   * @param source what to call it in problems
   * @param folder what relative paths inside are relative to
   */
  public static ConfigResult loadText(
      String yaml, String source, Path folder, Map<String, String> environment) {
    return new ConfigLoader(environment, folder).load(yaml, source);
  }

  private ConfigResult load(String yaml, String source) {
    var root = readMapping(yaml, source);
    variables.layOver(root);
    for (var section : root.entries().entrySet()) {
      if (!Settings.SECTIONS.containsKey(section.getKey())) {
        report.problem(
            section.getValue().keyPlace(),
            section.getKey(),
            "there is no such section"
                + Nearest.hint(section.getKey(), Settings.SECTIONS.keySet()));
      }
    }
    var config = config(root);
    return report.problems().isEmpty()
        ? new ConfigResult.Loaded(config, report.values())
        : new ConfigResult.Invalid(report.problems());
  }

  private OpenHqmConfig config(Mapping root) {
    var server = server(section(root, "server"));
    var announce = section(root, "response_queue").flag("enabled");
    var queue = queue(root, announce);
    var worker = worker(section(root, "worker"));
    var proxy = new ProxyReader(report).read(section(root, "proxy"), worker);
    var cache = cache(section(root, "cache"));
    var monitoring = monitoring(section(root, "monitoring"));
    var routing =
        new RoutingReader(report, this::readMapping, folder)
            .read(section(root, "routing"), proxy.endpoints().keySet());
    var partitioning = partitioning(section(root, "partitioning"));
    var processor = processor(section(root, "processor"));
    return new OpenHqmConfig(
        server, queue, worker, proxy, cache, monitoring, routing, partitioning, processor);
  }

  private Mapping readMapping(String yaml, String source) {
    var place = new Place(source, 1, 1);
    var document =
        new YamlReader(source, variables::expand, report.problems())
            .read(yaml)
            .filter(node -> !node.saysNothing());
    if (document.isPresent() && document.get() instanceof Mapping mapping) {
      return mapping;
    }
    document.ifPresent(
        wrong ->
            report.problem(wrong.place(), "", "expected a mapping of sections such as 'server:'"));
    return Mapping.empty(place);
  }

  private SectionReader section(Mapping root, String name) {
    return new SectionReader(
        name, sectionMapping(root, name), Settings.SECTIONS.getOrDefault(name, List.of()), report);
  }

  private Mapping sectionMapping(Mapping root, String name) {
    var entry = root.entries().get(name);
    if (entry == null || entry.value().saysNothing()) {
      return Mapping.empty(root.place());
    }
    if (entry.value() instanceof Mapping mapping) {
      return mapping;
    }
    report.problem(entry.value().place(), name, "expected a mapping");
    return Mapping.empty(entry.value().place());
  }

  private static OpenHqmConfig.Server server(SectionReader in) {
    var host = in.textOrEmpty("host");
    var port = in.integer("port").orElse(0);
    in.integer("workers");
    return new OpenHqmConfig.Server(
        host,
        port,
        in.whole("max_body_size").orElse(1),
        in.integer("max_header_size").orElse(1_024),
        in.integer("max_connections").orElse(1),
        in.integer("max_waiting_requests").orElse(1),
        in.seconds("max_wait_seconds").orElse(Duration.ZERO),
        publicUrl(in),
        in.seconds("shutdown_grace_seconds").orElse(Duration.ZERO),
        Admin.valueOf(in.choice("admin").orElse("loopback").toUpperCase(Locale.ROOT)));
  }

  private static Optional<String> publicUrl(SectionReader in) {
    var url = in.text("public_url");
    if (url.isPresent() && ProxyReader.parseUrl(url.get()).isEmpty()) {
      in.problem("public_url", "expected an http or https URL but found '" + url.get() + "'");
    }
    return url;
  }

  private OpenHqmConfig.Queue queue(Mapping root, boolean announce) {
    var flat = flattened(sectionMapping(root, "queue"));
    var in = new SectionReader("queue", flat, Settings.QUEUE, report);
    var connection = new LinkedHashMap<String, Secret>();
    var type = in.textOrEmpty("type").toLowerCase(Locale.ROOT);
    var requests = in.textOrEmpty("request_queue_name");
    var responses = in.textOrEmpty("response_queue_name");
    var deadLetters = in.textOrEmpty("dlq_name");
    long backlog = in.whole("max_backlog").orElse(1);
    var path = folder.resolve(in.textOrEmpty("embedded_path"));
    for (var setting : Settings.QUEUE.subList(7, Settings.QUEUE.size())) {
      var value =
          switch (setting.kind()) {
            case Setting.Kind.TextList list ->
                in.list(setting.name()).map(i -> String.join(",", i));
            case Setting.Kind.Whole whole ->
                in.whole(setting.name()).stream().mapToObj(Long::toString).findFirst();
            case Setting.Kind.Tree tree -> Optional.<String>empty();
            case Setting.Kind.Text text -> in.text(setting.name());
            case Setting.Kind.SecretText secret -> in.text(setting.name());
            case Setting.Kind.Choice choice -> in.choice(setting.name());
            case Setting.Kind.Seconds seconds -> in.seconds(setting.name()).map(Duration::toString);
            case Setting.Kind.Flag flag -> Optional.of(Boolean.toString(in.flag(setting.name())));
          };
      value.ifPresent(text -> connection.put(setting.name(), Secret.of(text)));
    }
    return new OpenHqmConfig.Queue(
        type,
        requests,
        responses,
        deadLetters,
        announce,
        path,
        backlog,
        java.util.Collections.unmodifiableMap(connection));
  }

  /**
   * {@code connection.redis.url} becomes {@code redis_url}; where both are given the start stops.
   */
  private Mapping flattened(Mapping queue) {
    var entry = queue.entries().get("connection");
    if (entry == null || !(entry.value() instanceof Mapping connection)) {
      return queue;
    }
    var flat = new LinkedHashMap<>(queue.entries());
    flat.remove("connection");
    connection
        .entries()
        .forEach(
            (engine, settings) -> {
              if (settings.value() instanceof Mapping of) {
                of.entries().forEach((key, value) -> putFlat(flat, engine, key, value));
              } else if (!settings.value().saysNothing()) {
                report.problem(
                    settings.keyPlace(), "queue.connection." + engine, "expected a mapping");
              }
            });
    return new Mapping(flat, queue.place());
  }

  private void putFlat(LinkedHashMap<String, Entry> flat, String engine, String key, Entry value) {
    String prefix = engine.equals("gcp_pubsub") ? "gcp" : engine;
    String name = prefix + "_" + key;
    var earlier = flat.putIfAbsent(name, value);
    if (earlier != null) {
      report.problem(
          value.keyPlace(),
          "queue.connection." + engine + "." + key,
          "also given as queue." + name + " at " + earlier.keyPlace() + "; leave one of them out");
    }
  }

  private static OpenHqmConfig.Worker worker(SectionReader in) {
    var base = in.seconds("retry_delay_base").orElse(Duration.ZERO);
    var max = in.seconds("retry_delay_max").orElse(base);
    if (base.compareTo(max) > 0) {
      in.problem("retry_delay_base", "must not be larger than worker.retry_delay_max");
      max = base;
    }
    int attempts = in.integer("max_retries").orElse(0) + 1;
    return new OpenHqmConfig.Worker(
        in.integer("count").orElse(1),
        in.integer("batch_size").orElse(1),
        in.seconds("timeout_seconds").orElse(Duration.ofSeconds(1)),
        new RetryPolicy(attempts, base, max, RetryPolicy.RETRIED_BY_DEFAULT),
        in.seconds("lease_seconds").orElse(Duration.ofSeconds(1)),
        in.seconds("dead_letter_retention_seconds").orElse(Duration.ofSeconds(1)));
  }

  private static OpenHqmConfig.Cache cache(SectionReader in) {
    return new OpenHqmConfig.Cache(
        in.textOrEmpty("type").toLowerCase(Locale.ROOT),
        in.secret("redis_url"),
        in.seconds("ttl_seconds").orElse(Duration.ofSeconds(1)),
        in.integer("max_connections").orElse(1));
  }

  private static OpenHqmConfig.Monitoring monitoring(SectionReader in) {
    boolean text = !in.choice("log_format").orElse("json").equals("json");
    return new OpenHqmConfig.Monitoring(
        in.flag("metrics_enabled"),
        in.choice("log_level").orElse("INFO"),
        text ? LogFormat.TEXT : LogFormat.JSON);
  }

  private static OpenHqmConfig.Partitioning partitioning(SectionReader in) {
    return new OpenHqmConfig.Partitioning(
        in.flag("enabled"),
        Strategy.valueOf(in.choice("strategy").orElse("sticky").toUpperCase(Locale.ROOT)),
        in.integer("partition_count").orElse(1),
        in.textOrEmpty("partition_key_field"),
        in.textOrEmpty("session_key_field"),
        in.seconds("sticky_session_ttl").orElse(Duration.ofSeconds(1)));
  }

  private OpenHqmConfig.Processing processor(SectionReader in) {
    var jars = in.list("jar").orElse(List.of()).stream().map(folder::resolve).toList();
    for (var jar : jars) {
      if (!Files.isRegularFile(jar)) {
        in.problem("jar", "there is no file " + jar);
      }
    }
    var config = in.tree("config").map(ConfigLoader::plain).orElse(Map.of());
    return new OpenHqmConfig.Processing(in.text("name"), jars, config);
  }

  private static Map<String, Object> plain(Mapping mapping) {
    var plain = new LinkedHashMap<String, Object>();
    mapping.entries().forEach((key, entry) -> plain.put(key, plainValue(entry.value())));
    return java.util.Collections.unmodifiableMap(plain);
  }

  private static Object plainValue(ConfigNode node) {
    return switch (node) {
      case ConfigNode.Scalar scalar -> scalar.text();
      case ConfigNode.Sequence list -> list.items().stream().map(ConfigLoader::plainValue).toList();
      case Mapping mapping -> plain(mapping);
    };
  }

  static String reason(IOException unreadable) {
    return switch (unreadable) {
      case NoSuchFileException missing -> "there is no such file";
      case MalformedInputException malformed -> "it is not " + StandardCharsets.UTF_8;
      default -> unreadable.getClass().getSimpleName();
    };
  }
}
