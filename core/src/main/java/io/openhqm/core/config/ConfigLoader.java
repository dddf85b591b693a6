package io.openhqm.core.config;

import io.openhqm.core.RetryPolicy;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.OpenHqmConfig.Admin;
import io.openhqm.core.config.OpenHqmConfig.LogFormat;
import io.openhqm.core.config.OpenHqmConfig.Strategy;
import io.openhqm.core.transform.MessagePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads {@code config.yaml} and the environment. Both dialects load: the nested one ({@code
 * queue.connection.redis.url}) and the flat one of the Python OpenHQM ({@code queue.redis_url}).
 */
public final class ConfigLoader {
  /** What every file of the Python OpenHQM says; no word is lost about it. */
  private static final int WORKERS_OF_PYTHON = 4;

  /** The processor that needs no jar. */
  private static final String BUILT_IN = "echo";

  private final ConfigReport report;
  private final Variables variables;
  private final Folder folder;
  private final Optional<Installed> installed;

  private ConfigLoader(
      String source, Map<String, String> environment, Path folder, Optional<Installed> installed) {
    this.installed = installed;
    this.report = new ConfigReport(source);
    this.variables = new Variables(environment, report);
    this.folder = new Folder(folder);
  }

  /**
   * Reads a file, or only the defaults where there is none, and lays the environment over it. Names
   * of what is loaded are not checked: for a process that uses only a part of its configuration,
   * and may lack what it does not use.
   *
   * @param environment the variables of the process
   */
  public static ConfigResult load(Optional<Path> file, Map<String, String> environment) {
    return load(file, environment, Optional.empty());
  }

  /** The same for a process that uses all of it: what it names must be installed. */
  public static ConfigResult load(
      Optional<Path> file, Map<String, String> environment, Installed installed) {
    return load(file, environment, Optional.of(installed));
  }

  private static ConfigResult load(
      Optional<Path> file, Map<String, String> environment, Optional<Installed> installed) {
    if (file.isEmpty()) {
      return new ConfigLoader("defaults", environment, Path.of(""), installed).load("", "defaults");
    }
    var path = file.get();
    var folder = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(Path.of(""));
    try {
      String source = path.toString();
      return new ConfigLoader(source, environment, folder, installed)
          .load(Folder.read(path), source);
    } catch (IOException unreadable) {
      return new ConfigResult.Invalid(
          List.of(
              new ConfigProblem(
                  path.toString(), "", "cannot be read: " + Folder.reason(path, unreadable))));
    }
  }

  /**
   * Reads a text; names of what is loaded are not checked.
   *
   * @param source what to call it in problems
   * @param folder what relative paths inside are relative to
   */
  public static ConfigResult loadText(
      String yaml, String source, Path folder, Map<String, String> environment) {
    return new ConfigLoader(source, environment, folder, Optional.empty()).load(yaml, source);
  }

  /** The same; what it names must be installed. */
  public static ConfigResult loadText(
      String yaml,
      String source,
      Path folder,
      Map<String, String> environment,
      Installed installed) {
    return new ConfigLoader(source, environment, folder, Optional.of(installed)).load(yaml, source);
  }

  private ConfigResult load(String yaml, String source) {
    var root = readMapping(yaml, source);
    Connections.flatten(root, report);
    variables.layOver(root);
    var sections = Settings.SECTIONS.keySet();
    root.entries()
        .forEach(
            (name, entry) -> {
              if (!sections.contains(name)) {
                report.unknown(KeyPath.of(), name, entry, "section", sections);
              }
            });
    var config = config(root);
    var problems = report.problems();
    return problems.isEmpty()
        ? new ConfigResult.Loaded(config, report.values(), report.notes())
        : new ConfigResult.Invalid(problems);
  }

  private OpenHqmConfig config(Mapping root) {
    var server = server(section(root, "server"));
    var announce = section(root, "response_queue").flag("enabled");
    var queueSection = section(root, "queue");
    var cache = cache(section(root, "cache"), queueSection, installed);
    var queue =
        new QueueReader(report, folder, installed).read(queueSection, announce, cache.type());
    var worker = worker(section(root, "worker"));
    var proxy = new ProxyReader(report).read(section(root, "proxy"), worker);
    var blobs = blobs(section(root, "blobs"), installed);
    var monitoring = monitoring(section(root, "monitoring"));
    var routing =
        new RoutingReader(report, this::readMapping, folder, installed.isEmpty())
            .read(section(root, "routing"), proxy.endpoints().keySet());
    var partitioning = partitioning(section(root, "partitioning"));
    var processor = processor(section(root, "processor"), proxy.enabled());
    return new OpenHqmConfig(
        server, queue, worker, proxy, cache, blobs, monitoring, routing, partitioning, processor);
  }

  private Mapping readMapping(String yaml, String source) {
    var place = new Place(source, 1, 1);
    if (yaml.isEmpty()) {
      // Functions mostly have variables only: the classes for YAML are a part of their cold start.
      return Mapping.empty(place);
    }
    var document =
        YamlReader.ofFile(source, variables::expand, report)
            .read(yaml)
            .filter(node -> !node.saysNothing());
    if (document.isPresent() && document.get() instanceof Mapping mapping) {
      return mapping;
    }
    document.ifPresent(
        wrong -> report.problem(wrong.place(), "expected a mapping of sections such as 'server:'"));
    return Mapping.empty(place);
  }

  private SectionReader section(Mapping root, String name) {
    return new SectionReader(
        KeyPath.of(name),
        sectionMapping(root, name),
        Settings.SECTIONS.getOrDefault(name, List.of()),
        report);
  }

  private Mapping sectionMapping(Mapping root, String name) {
    var entry = root.entries().get(name);
    if (entry == null || entry.value().saysNothing()) {
      return Mapping.empty(root.place());
    }
    if (entry.value() instanceof Mapping mapping) {
      return mapping;
    }
    report.problem(entry.value().place(), KeyPath.of(name), "expected a mapping");
    return Mapping.empty(entry.value().place());
  }

  private static OpenHqmConfig.Server server(SectionReader in) {
    var host = in.textOrEmpty("host");
    var port = in.integer("port").orElse(0);
    in.integer("workers")
        .ifPresent(
            workers -> {
              if (workers != WORKERS_OF_PYTHON) {
                in.noteUseless("workers", ": virtual threads need no such number");
              }
            });
    in.flag("reload");
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
      in.problem("public_url", ProxyReader.urlFault(url.get()));
    }
    return url;
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

  private static OpenHqmConfig.Cache cache(
      SectionReader in, SectionReader queue, Optional<Installed> installed) {
    var redis = in.secret("redis_url");
    QueueReader.urlPortFault(redis.reveal()).ifPresent(fault -> in.problem("redis_url", fault));
    return new OpenHqmConfig.Cache(
        QueueReader.engine(in, queue, installed),
        redis,
        in.seconds("ttl_seconds").orElse(Duration.ofSeconds(1)),
        in.integer("max_connections").orElse(1),
        in.textOrEmpty("dynamodb_table"),
        in.textOrEmpty("dynamodb_region"),
        in.flag("dynamodb_index_leases"));
  }

  private static OpenHqmConfig.Blobs blobs(SectionReader in, Optional<Installed> installed) {
    var type = in.text("type");
    type.ifPresent(engine -> QueueReader.checkEngine(in, engine, installed));
    return new OpenHqmConfig.Blobs(
        type,
        in.textOrEmpty("s3_bucket"),
        in.textOrEmpty("s3_region"),
        in.textOrEmpty("s3_prefix"),
        Optional.of(Duration.ofDays(in.integer("s3_retention_days").orElse(0)))
            .filter(Duration::isPositive));
  }

  private static OpenHqmConfig.Monitoring monitoring(SectionReader in) {
    boolean text = !in.choice("log_format").orElse("json").equals("json");
    return new OpenHqmConfig.Monitoring(
        in.flag("metrics_enabled"),
        in.choice("log_level").orElse("INFO"),
        text ? LogFormat.TEXT : LogFormat.JSON);
  }

  private static OpenHqmConfig.Partitioning partitioning(SectionReader in) {
    boolean enabled = in.flag("enabled");
    var word = in.choice("strategy").orElse("sticky");
    var strategy = Strategy.valueOf(word.toUpperCase(Locale.ROOT));
    int count = in.integer("partition_count").orElse(1);
    for (String field : List.of("partition_key_field", "session_key_field")) {
      in.text(field).ifPresent(path -> RoutingReader.checkPath(in, field, path));
    }
    in.flag("rebalance_on_worker_change");
    in.flag("enable_queue_partitioning");
    in.text("redis_consumer_group");
    in.text("kafka_partition_assignment");
    var partitioning =
        new OpenHqmConfig.Partitioning(
            enabled,
            strategy,
            count,
            in.textOrEmpty("partition_key_field"),
            in.textOrEmpty("session_key_field"),
            in.seconds("sticky_session_ttl").orElse(Duration.ZERO));
    if (enabled) {
      noteUseless(in, strategy, word);
    }
    return partitioning;
  }

  private static void noteUseless(SectionReader in, Strategy strategy, String word) {
    if (strategy != Strategy.HASH) {
      in.noteUseless(
          "partition_count", " with the strategy " + word + ": only hash makes partitions");
    }
    in.noteUseless(
        "sticky_session_ttl",
        ": any worker takes a session's next message, so none is kept for it");
    for (String field : List.of("partition_key_field", "session_key_field")) {
      String first = MessagePath.first(in.textOrEmpty(field));
      if (strategy == Strategy.ROUND_ROBIN) {
        in.noteUseless(field, " with the strategy round_robin");
      } else if (first.equals("correlation_id") || first.equals("timestamp")) {
        in.noteUseless(field, ": every message has its own");
      }
    }
    for (String setting :
        List.of(
            "rebalance_on_worker_change",
            "enable_queue_partitioning",
            "redis_consumer_group",
            "kafka_partition_assignment")) {
      in.noteUseless(setting, ": it belongs to the Python OpenHQM");
    }
  }

  private OpenHqmConfig.Processing processor(SectionReader in, boolean isProxyEnabled) {
    var name = in.text("name");
    var jars = new ArrayList<Path>();
    boolean areThere = true;
    for (String text : in.list("jar").orElse(List.of())) {
      var jar = folder.resolve(in, "jar", text);
      if (!Files.isRegularFile(jar)) {
        in.problem("jar", "there is no such file: " + in.quoted("jar", text));
        areThere = false;
      }
      jars.add(jar);
    }
    var config = in.shownTree("config", true).map(ConfigLoader::plain).orElse(Map.of());
    var processing = new OpenHqmConfig.Processing(name, jars, config);
    var given =
        name.isPresent()
            ? Optional.of("name")
            : !jars.isEmpty()
                ? Optional.of("jar")
                : Optional.of("config").filter(setting -> !config.isEmpty());
    if (isProxyEnabled) {
      given.ifPresent(
          setting ->
              in.problem(
                  setting,
                  "has no effect while proxy.enabled is true: the proxy does the work; take one of"
                      + " them out"));
    } else if (areThere) {
      var known = processors(in, jars, name);
      if (name.isEmpty()) {
        given.ifPresent(
            setting ->
                in.problem(setting, "has no effect without processor.name" + Names.list(known)));
      } else if (known.isPresent() && !known.get().contains(name.get())) {
        in.problem(
            "name",
            Names.unknown("processor", in.quoted("name", name.get()), name.get(), "", known.get()));
      }
    }
    return processing;
  }

  /** What processors there are, where that is known and of interest. */
  private Optional<Set<String>> processors(
      SectionReader in, List<Path> jars, Optional<String> name) {
    boolean builtIn = name.filter(BUILT_IN::equals).isPresent();
    if (installed.isEmpty()
        || builtIn
        || name.isEmpty() && jars.isEmpty() && in.entry("config").isEmpty()) {
      return Optional.empty();
    }
    try {
      var names = new TreeSet<>(installed.get().processors(jars));
      names.add(BUILT_IN);
      return Optional.of(names);
    } catch (IllegalArgumentException notLoaded) {
      in.problem("jar", String.valueOf(notLoaded.getMessage()));
      return Optional.empty();
    }
  }

  private static Map<String, Object> plain(Mapping mapping) {
    var plain = new LinkedHashMap<String, Object>();
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!entry.value().saysNothing()) {
                plain.put(key, plainValue(entry.value()));
              }
            });
    return Collections.unmodifiableMap(plain);
  }

  private static Object plainValue(ConfigNode node) {
    return switch (node) {
      case ConfigNode.Scalar scalar -> scalar.text();
      case ConfigNode.Sequence list -> list.items().stream().map(ConfigLoader::plainValue).toList();
      case Mapping mapping -> plain(mapping);
    };
  }
}
