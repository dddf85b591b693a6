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
import java.util.stream.Stream;

/** Every setting there is, by section, in the order in which the reference shows them. */
final class Settings {
  private static final double DAY = 86_400;
  private static final String OWN = "; default: the worker's";

  static final List<Setting> SERVER =
      List.of(
          text("host", "0.0.0.0", "The address to listen on."),
          whole("port", "8000", 0, 65_535, "The port to listen on; 0 takes any free one."),
          whole(
              "workers",
              "4",
              1,
              100_000,
              "Accepted for files of the Python OpenHQM; virtual threads need no such number."),
          whole(
              "max_body_size",
              "10485760",
              1,
              1_073_741_824,
              "The largest request body in bytes; a larger one is answered 413."),
          whole(
              "max_header_size",
              "16384",
              1_024,
              1_048_576,
              "The largest sum of header fields in bytes; more is answered 431."),
          whole(
              "max_connections",
              "4096",
              1,
              1_000_000,
              "How many connections are served at a time; more wait to be accepted."),
          whole(
              "max_waiting_requests",
              "1024",
              1,
              1_000_000,
              "How many requests may be in work, long polls included; more are answered 503."),
          seconds(
              "max_wait_seconds",
              "60",
              0,
              3_600,
              "The longest that `Prefer: wait` holds an answer back."),
          text(
              "public_url",
              "",
              "What links begin with; default: links are relative, which holds behind any gateway."),
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

  private static final List<Setting> QUEUE_OWN =
      List.of(
          text(
              "type",
              "embedded",
              "The engine: `embedded`, `memory`, or the name of one on the class path (`redis`,"
                  + " `kafka`, `sqs`, `azure_eventhubs`, `gcp_pubsub`, `mqtt`, `postgresql`,"
                  + " `custom`)."),
          text("request_queue_name", "openhqm-requests", "The queue that requests wait on."),
          text(
              "response_queue_name",
              "openhqm-responses",
              "Where finished jobs are announced, if `response_queue.enabled`."),
          text("dlq_name", "openhqm-dlq", "The dead letter queue."),
          tree("connection", "The nested spelling of the settings below: `connection.redis.url`."),
          text("embedded_path", "openhqm.db", "The file of the embedded engine."),
          whole(
              "max_backlog",
              "10000000",
              1,
              Long.MAX_VALUE,
              "How many jobs may wait; more are answered 503."));

  /** What engines need, in the flat spelling. */
  static final List<Setting> CONNECTION =
      List.of(
          secret("redis_url", "redis://localhost:6379", "Redis."),
          list("kafka_bootstrap_servers", "localhost:9092", "Kafka: a text or a list."),
          text("kafka_consumer_group", "openhqm-workers", "Kafka: the consumer group."),
          list("kafka_topics", "openhqm-requests", "Kafka: topics of other programs to consume."),
          text("sqs_region", "us-east-1", "SQS: the region."),
          text("sqs_queue_url", "", "SQS: the queue."),
          secret("azure_eventhubs_connection_string", "", "Event Hubs: the connection string."),
          text("azure_eventhubs_name", "openhqm", "Event Hubs: the hub."),
          text("azure_eventhubs_consumer_group", "$Default", "Event Hubs: the consumer group."),
          secret("azure_eventhubs_checkpoint_store", "", "Event Hubs: the storage of checkpoints."),
          text("gcp_project_id", "", "Pub/Sub: the project."),
          text("gcp_credentials_path", "", "Pub/Sub: the file of the credentials."),
          whole("gcp_max_messages", "10", 1, 1_000, "Pub/Sub: messages in one pull."),
          text("mqtt_broker_host", "localhost", "MQTT: the broker."),
          whole("mqtt_broker_port", "1883", 1, 65_535, "MQTT: its port."),
          text("mqtt_username", "", "MQTT: the user."),
          secret("mqtt_password", "", "MQTT: the password."),
          whole("mqtt_qos", "1", 0, 2, "MQTT: the quality of service."),
          text("mqtt_client_id", "", "MQTT: the client id; made up when empty."),
          text("custom_module", "", "The name that an engine of your own gives itself."),
          text("custom_class", "", "Or its class."),
          tree("custom_config", "What an engine of your own is given."));

  static final List<Setting> QUEUE =
      Stream.concat(QUEUE_OWN.stream(), CONNECTION.stream()).toList();

  static final List<Setting> RESPONSE_QUEUE =
      List.of(flag("enabled", "false", "Announce each finished job on the response queue."));

  static final List<Setting> WORKER =
      List.of(
          whole("count", "5", 1, 100_000, "How many attempts run at the same time."),
          whole("batch_size", "10", 1, 10_000, "How many messages are taken in one go."),
          seconds(
              "timeout_seconds", "300", 0.001, 7 * DAY, "The longest that one attempt may take."),
          whole(
              "max_retries",
              "3",
              0,
              1_000,
              "Attempts after the first; so `max_retries` + 1 attempts in all."),
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

  static final List<Setting> PROXY =
      List.of(
          flag("enabled", "false", "Forward to HTTP endpoints instead of a processor."),
          text("default_endpoint", "", "Where to when a message names none: a name or a URL."),
          list("forward_headers", "[\"*\"]", "The client's header fields to hand on; `*`: all."),
          list(
              "strip_headers",
              "[Host, Connection]",
              "Fields never to hand on; hop-by-hop fields never are (RFC 9110 §7.6.1)."),
          whole(
              "max_response_size",
              "10485760",
              1,
              1_073_741_824,
              "The largest answer of a backend in bytes; a larger one ends the job as FAILED."),
          list(
              "allowed_urls",
              "[]",
              "Prefixes of URLs that a submission may name instead of an endpoint."),
          list(
              "allowed_addresses",
              "[]",
              "CIDR blocks that may be called although they are link-local, metadata or the like."),
          flag("follow_redirects", "false", "Follow redirects of backends."),
          seconds("connect_timeout_seconds", "10", 0.001, 600, "The longest to connect."),
          tree("endpoints", "The endpoints by name, see below."));

  static final List<Setting> ENDPOINT =
      List.of(
          text("url", "", "The backend; http or https."),
          text("method", "POST", "The HTTP method unless the message says another."),
          seconds(
              "timeout", "", 0.001, 7 * DAY, "The longest that one attempt may take" + OWN + "."),
          tree("headers", "Static header fields, over all others."),
          choice(
              "auth_type",
              "",
              "How to prove oneself to the backend.",
              "bearer",
              "api_key",
              "basic",
              "custom"),
          secret("auth_token", "", "The token of bearer, api_key and custom."),
          text("auth_username", "", "The user of basic."),
          secret("auth_password", "", "The password of basic."),
          text("auth_header_name", "X-API-Key", "The header field of api_key and custom."),
          list(
              "retry_status_codes",
              "[408, 425, 429, 502, 503, 504]",
              "Answers that ask for another try."),
          whole("max_retries", "", 0, 1_000, "Attempts after the first" + OWN + "."),
          seconds("retry_delay_base", "", 0, DAY, "The longest first pause" + OWN + "."),
          seconds("retry_delay_max", "", 0, 7 * DAY, "The longest pause" + OWN + "."),
          whole(
              "max_response_size",
              "",
              1,
              1_073_741_824,
              "The largest answer in bytes; default: the proxy's."),
          list("forward_headers", "", "As above, for this endpoint; default: the proxy's."),
          list("strip_headers", "", "As above, for this endpoint; default: the proxy's."),
          whole(
              "max_concurrency", "", 1, 100_000, "How many calls at a time; default: any number."),
          choice("http_version", "auto", "What to speak with the backend.", "auto", "1.1", "2"));

  static final List<Setting> CACHE =
      List.of(
          text(
              "type",
              "embedded",
              "The job store: `embedded`, `memory`, or the name of one on the class path."),
          secret("redis_url", "redis://localhost:6379", "Redis."),
          seconds(
              "ttl_seconds", "3600", 1, 3_650 * DAY, "How long a result is kept after the end."),
          whole("max_connections", "10", 1, 10_000, "Connections to the store."));

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
          choice("log_format", "json", "How log lines look.", "json", "text", "console"));

  static final List<Setting> ROUTING =
      List.of(
          flag("enabled", "false", "Choose the endpoint by what is in the message."),
          text("config_path", "", "The file with the routes, relative to this file."),
          tree("config_dict", "The routes themselves."));

  static final List<Setting> ROUTING_FILE =
      List.of(
          text("version", "1.0", "The version of the format."),
          text("default_endpoint", "", "Where to when no route matches."),
          flag("enable_fallback", "true", "Go to the default when no route matches."),
          tree("routes", "The routes, see below."));

  static final List<Setting> ROUTE =
      List.of(
          text("name", "", "For people and logs."),
          text(
              "match_field",
              "",
              "A dotted path into `correlation_id`, `payload`, `headers`, `metadata`."),
          text("match_value", "", "The field must equal it."),
          text("match_pattern", "", "Or match this regular expression as a whole."),
          flag("is_default", "false", "Taken when no other matches."),
          flag("enabled", "true", "Whether it is tried."),
          whole("priority", "0", -1_000_000, 1_000_000, "The highest is tried first."),
          text("endpoint", "", "The name of an endpoint."),
          text("method", "", "Instead of the endpoint's."),
          seconds("timeout", "", 0.001, 7 * DAY, "Instead of the endpoint's."),
          whole("max_retries", "", 0, 1_000, "Instead of the endpoint's."),
          choice(
              "transform_type",
              "passthrough",
              "What is done to the payload.",
              "passthrough",
              "template",
              "jsonpath",
              "jq"),
          text("transform", "", "The template or expression."),
          tree("header_mappings", "Header fields for the backend from paths into the message."),
          tree("query_params", "Query parameters for the backend from paths into the message."));

  static final List<Setting> PARTITIONING =
      List.of(
          flag("enabled", "false", "Take the session from a field of the message."),
          choice(
              "strategy",
              "sticky",
              "`sticky` takes `session_key_field`, the others `partition_key_field`.",
              "hash",
              "key",
              "round_robin",
              "sticky"),
          whole("partition_count", "10", 1, 100_000, "For engines with partitions."),
          text("partition_key_field", "metadata.partition_key", "A dotted path."),
          text("session_key_field", "metadata.session_id", "A dotted path."),
          seconds(
              "sticky_session_ttl", "3600", 1, 365 * DAY, "For engines that remember partitions."));

  static final List<Setting> PROCESSOR =
      List.of(
          text("name", "", "The processor of your own to use; default: the built-in echo."),
          list("jar", "[]", "Your jar or jars, relative to this file."),
          tree("config", "What your processor is given."));

  /** The sections of the file. */
  static final Map<String, List<Setting>> SECTIONS = sections();

  private Settings() {}

  /** Where in the reference the setting at {@code path} stands; endpoints stand together. */
  static int position(List<String> path) {
    int section = List.copyOf(SECTIONS.keySet()).indexOf(path.getFirst());
    var names =
        SECTIONS.getOrDefault(path.getFirst(), List.<Setting>of()).stream()
            .map(Setting::name)
            .toList();
    return section * 1_000 + names.indexOf(path.get(1));
  }

  /** Whether the setting at {@code path}, in the flat dialect, may be a list or a mapping. */
  static boolean mayBeStructured(List<String> path) {
    if (path.size() > 4 || path.size() == 4 && !path.getFirst().equals("proxy")) {
      // Below headers are texts; below the trees of processors and engines is anything.
      return !path.getFirst().equals("proxy");
    }
    var settings =
        path.size() == 4 ? ENDPOINT : SECTIONS.getOrDefault(path.getFirst(), List.<Setting>of());
    return settings.stream()
        .filter(setting -> path.size() != 3 && setting.name().equals(path.getLast()))
        .findFirst()
        .map(
            setting ->
                setting.kind() instanceof Setting.Kind.Tree
                    || setting.kind() instanceof Setting.Kind.TextList)
        .orElse(true);
  }

  private static Map<String, List<Setting>> sections() {
    var sections = new LinkedHashMap<String, List<Setting>>();
    sections.put("server", SERVER);
    sections.put("queue", QUEUE);
    sections.put("response_queue", RESPONSE_QUEUE);
    sections.put("worker", WORKER);
    sections.put("proxy", PROXY);
    sections.put("cache", CACHE);
    sections.put("monitoring", MONITORING);
    sections.put("routing", ROUTING);
    sections.put("partitioning", PARTITIONING);
    sections.put("processor", PROCESSOR);
    return sections;
  }
}
