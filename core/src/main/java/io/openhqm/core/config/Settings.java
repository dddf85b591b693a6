package io.openhqm.core.config;

import static io.openhqm.core.config.Setting.choice;
import static io.openhqm.core.config.Setting.flag;
import static io.openhqm.core.config.Setting.list;
import static io.openhqm.core.config.Setting.seconds;
import static io.openhqm.core.config.Setting.secret;
import static io.openhqm.core.config.Setting.text;
import static io.openhqm.core.config.Setting.tree;
import static io.openhqm.core.config.Setting.whole;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every setting there is, by section, in the order in which the reference shows them. */
final class Settings {
  private static final String PYTHONS = "Has no effect: accepted for files of the Python OpenHQM.";

  static final double DAY = 86_400;
  static final long BODY_MAX = 1_073_741_824;

  static final List<Setting> SERVER =
      List.of(
          text("host", "0.0.0.0", "The address to listen on.").example("127.0.0.1"),
          whole("port", "8000", 0, 65_535, "The port to listen on; 0 takes any free one."),
          whole(
              "workers",
              "4",
              1,
              100_000,
              "Has no effect: accepted for files of the Python OpenHQM; virtual threads need no such"
                  + " number."),
          flag("reload", "false", PYTHONS),
          whole(
                  "max_body_size",
                  "10485760",
                  1,
                  BODY_MAX,
                  "The largest request body; a larger one is answered 413.")
              .unit("bytes"),
          whole(
                  "max_header_size",
                  "16384",
                  1_024,
                  1_048_576,
                  "The largest sum of header fields; more is answered 431.")
              .unit("bytes"),
          whole(
                  "max_connections",
                  "4096",
                  1,
                  1_000_000,
                  "How many connections are served at a time; more are answered 503.")
              .unit("connections"),
          whole(
                  "max_waiting_requests",
                  "1024",
                  1,
                  1_000_000,
                  "How many requests may be in work, long polls included; more are answered 503.")
              .unit("requests"),
          seconds(
              "max_wait_seconds",
              "60",
              0,
              3_600,
              "The longest that `Prefer: wait` holds an answer back."),
          text(
                  "public_url",
                  "",
                  "What links begin with; without it links are relative, which holds behind any"
                      + " gateway.")
              .example("https://queue.example.com"),
          seconds(
              "shutdown_grace_seconds",
              "30",
              0,
              3_600,
              "How long running attempts may go on when the server stops."),
          choice(
              "admin",
              "loopback",
              "Who may use `/api/v1/dead-letters`: callers on this machine, any, or nobody.",
              "loopback",
              "any",
              "off"));

  static final List<Setting> RESPONSE_QUEUE =
      List.of(
          flag("enabled", "false", "Announce each finished job on `queue.response_queue_name`."));

  static final List<Setting> WORKER =
      List.of(
          whole(
                  "count",
                  "5",
                  1,
                  100_000,
                  "How many attempts run at the same time at one endpoint, so that a slow one holds up no other; at most 1000 (or this, if it is more) in all.")
              .unit("attempts")
              .example("16"),
          whole("batch_size", "10", 1, 10_000, "How many messages are taken in one go.")
              .unit("messages"),
          seconds(
              "timeout_seconds",
              "300",
              0.001,
              7 * DAY,
              "The longest that one attempt may take, where neither its endpoint nor the client's `metadata.timeout` says otherwise."),
          whole(
                  "max_retries",
                  "3",
                  0,
                  1_000,
                  "Attempts after the first; so `max_retries` + 1 attempts in all.")
              .unit("attempts"),
          seconds(
              "retry_delay_base", "1.0", 0, DAY, "The longest first pause; doubles with each try."),
          seconds("retry_delay_max", "60.0", 0, 7 * DAY, "The longest pause between two tries."),
          seconds(
              "lease_seconds",
              "30",
              1,
              3_600,
              "How long a job is a worker's; extended while it works, so this is how long the work"
                  + " of a dead worker waits."),
          seconds(
              "dead_letter_retention_seconds",
              "1209600",
              1,
              3_650 * DAY,
              "How long dead letters are kept."));

  static final List<Setting> CACHE =
      List.of(
          text(
              "type",
              "embedded",
              "The engine that keeps the jobs: `embedded`, `memory`, or the name of one on the class"
                  + " path. Give the same as `queue.type` where an engine does both: accepting is"
                  + " then one atomic write."),
          secret("redis_url", "redis://localhost:6379", "For the engine `redis`.")
              .example("redis://cache:6379/1"),
          seconds(
              "ttl_seconds", "3600", 1, 3_650 * DAY, "How long a result is kept after the end."),
          whole(
                  "max_connections",
                  "10",
                  1,
                  10_000,
                  "Connections to the store, for engines with any.")
              .unit("connections"),
          text("dynamodb_table", "openhqm-jobs", "DynamoDB: the table.").example("orders-jobs"),
          text("dynamodb_region", "us-east-1", "DynamoDB: the region.").example("eu-central-1"),
          flag(
              "dynamodb_index_leases",
              "true",
              "DynamoDB: let the sweep find jobs whose worker died. Costs two writes a job, and a"
                  + " queue that brings their messages back by itself, such as SQS, makes it"
                  + " unnecessary."));

  static final List<Setting> BLOBS =
      List.of(
          text(
                  "type",
                  "",
                  "The engine that keeps bodies too big for a message or for the job store: the name"
                      + " of one on the class path, `s3` for one. Empty: the job store's or the"
                      + " queue's own, where it has one.")
              .example("s3"),
          text("s3_bucket", "", "S3: the bucket.").example("orders-bodies"),
          text("s3_region", "us-east-1", "S3: the region.").example("eu-central-1"),
          text("s3_prefix", "", "S3: what every key begins with.").example("openhqm/"),
          whole(
              "s3_retention_days",
              "0",
              0,
              36_500,
              "S3: after how many days the bucket's lifecycle removes a body, as it is set there;"
                  + " 0: never. A delay that a big body would not outlive is refused."));

  static final List<Setting> MONITORING =
      List.of(
          flag("metrics_enabled", "true", "Serve `/metrics`."),
          choice(
              "log_level",
              "INFO",
              "The least urgent lines that are written.",
              "TRACE",
              "DEBUG",
              "INFO",
              "WARN",
              "WARNING",
              "ERROR",
              "CRITICAL"),
          choice(
              "log_format",
              "json",
              "How log lines look; `console` is the same as `text`.",
              "json",
              "text",
              "console"));

  static final List<Setting> PARTITIONING =
      List.of(
          flag(
              "enabled",
              "false",
              "Take the session from a field of the message, where its sender names none."),
          choice(
              "strategy",
              "sticky",
              "`sticky` takes `session_key_field`, and where nothing is there `partition_key_field`;"
                  + " `key` takes them in the other order; `hash` does too and makes no more sessions"
                  + " than `partition_count`; `round_robin` takes none.",
              "hash",
              "key",
              "round_robin",
              "sticky"),
          whole(
                  "partition_count",
                  "10",
                  1,
                  100_000,
                  "How many sessions `hash` makes: so many messages are worked on at a time, at most."
                      + " No effect with the others.")
              .unit("partitions"),
          text("partition_key_field", "metadata.partition_key", "A dotted path into the message.")
              .example("payload.customer"),
          text("session_key_field", "metadata.session_id", "A dotted path into the message.")
              .example("headers.x-session"),
          seconds(
              "sticky_session_ttl",
              "3600",
              0,
              365 * DAY,
              "Has no effect: any worker takes a session's next message, so there is none to keep for"
                  + " it."),
          flag("rebalance_on_worker_change", "true", PYTHONS),
          flag("enable_queue_partitioning", "false", PYTHONS),
          text("redis_consumer_group", "openhqm-workers", PYTHONS),
          text("kafka_partition_assignment", "sticky", PYTHONS));

  static final List<Setting> PROCESSOR =
      List.of(
          text(
                  "name",
                  "",
                  "The processor of your own that does the work; not with `proxy.enabled`. Without it:"
                      + " the built-in echo.")
              .example("my-processor"),
          list("jar", "[]", "Your jar or jars, relative to this file; `name` says which processor.")
              .example("[]"),
          tree(
                  "config",
                  "What the processor called `name` is given; `openhqm config show` hides what looks"
                      + " like a credential.")
              .example("{table: orders}"));

  /** The sections of the file. */
  static final Map<String, List<Setting>> SECTIONS = sections();

  private Settings() {}

  private static Map<String, List<Setting>> sections() {
    var sections = new LinkedHashMap<String, List<Setting>>();
    sections.put("server", SERVER);
    sections.put("queue", QueueSettings.QUEUE);
    sections.put("response_queue", RESPONSE_QUEUE);
    sections.put("worker", WORKER);
    sections.put("proxy", ProxySettings.PROXY);
    sections.put("cache", CACHE);
    sections.put("blobs", BLOBS);
    sections.put("monitoring", MONITORING);
    sections.put("routing", ProxySettings.ROUTING);
    sections.put("partitioning", PARTITIONING);
    sections.put("processor", PROCESSOR);
    return sections;
  }

  /** Where in the reference the setting at {@code path} stands; endpoints stand together. */
  static int position(List<String> path) {
    int section = List.copyOf(SECTIONS.keySet()).indexOf(path.getFirst());
    var names =
        SECTIONS.getOrDefault(path.getFirst(), List.<Setting>of()).stream()
            .map(Setting::name)
            .toList();
    return section * 1_000 + names.indexOf(path.get(1));
  }

  /**
   * Whether what stands at {@code path}, in the flat dialect, may be a list or a mapping: not the
   * settings that are texts, numbers and the like, and not the header fields of an endpoint.
   */
  static boolean mayBeStructured(List<String> path) {
    boolean endpoint =
        path.size() >= 4 && path.getFirst().equals("proxy") && path.get(1).equals("endpoints");
    if (endpoint && path.size() > 4) {
      return false;
    }
    if (path.size() > 2 && !endpoint) {
      // An endpoint as a whole, or below a tree of which nothing is known here.
      return true;
    }
    var settings =
        endpoint
            ? ProxySettings.ENDPOINT
            : SECTIONS.getOrDefault(path.getFirst(), List.<Setting>of());
    return settings.stream()
        .filter(setting -> setting.name().equals(path.getLast()))
        .findFirst()
        .map(
            setting ->
                setting.kind() instanceof Setting.Kind.Tree
                    || setting.kind() instanceof Setting.Kind.TextList)
        .orElse(true);
  }
}
