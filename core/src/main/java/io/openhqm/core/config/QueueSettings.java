package io.openhqm.core.config;

import static io.openhqm.core.config.Setting.list;
import static io.openhqm.core.config.Setting.secret;
import static io.openhqm.core.config.Setting.text;
import static io.openhqm.core.config.Setting.tree;
import static io.openhqm.core.config.Setting.whole;

import java.util.List;
import java.util.stream.Stream;

/** The settings of the queue and of what the engines need. */
final class QueueSettings {
  private static final List<Setting> OWN =
      List.of(
          text(
                  "type",
                  "embedded",
                  "The engine: `embedded` (one SQLite file), `memory` (nothing survives a restart),"
                      + " the name of one on the class path, or `custom`: the one that `custom_module` or"
                      + " `custom_class` names.")
              .example("memory"),
          text(
                  "request_queue_name",
                  "openhqm-requests",
                  "The queue that requests wait on, for engines with named queues.")
              .example("orders"),
          text(
                  "response_queue_name",
                  "openhqm-responses",
                  "Where finished jobs are announced, if `response_queue.enabled`.")
              .example("orders-done"),
          text("dlq_name", "openhqm-dlq", "The dead letter queue, for engines with named queues.")
              .example("orders-dead"),
          tree(
                  "connection",
                  "The nested spelling of the settings below, and the settings of an engine from the"
                      + " class path under its name.")
              .example("{redis: {url: 'redis://cache:6379'}}"),
          text(
                  "embedded_path",
                  "openhqm.db",
                  "The file of the embedded engine, relative to this file.")
              .example("/var/lib/openhqm/jobs.db"),
          whole(
                  "max_backlog",
                  "10000000",
                  1,
                  Long.MAX_VALUE,
                  "How many jobs may wait; more are answered 503.")
              .unit("jobs"));

  /** What engines need, in the flat spelling. */
  static final List<Setting> CONNECTION =
      List.of(
          secret("redis_url", "redis://localhost:6379", "Redis.").example("redis://cache:6379/0"),
          list("kafka_bootstrap_servers", "localhost:9092", "Kafka: the first servers to ask.")
              .example("[kafka-1:9092, kafka-2:9092]"),
          text("kafka_consumer_group", "openhqm-workers", "Kafka: the consumer group.")
              .example("orders-workers"),
          list("kafka_topics", "openhqm-requests", "Kafka: topics of other programs to consume.")
              .example("[orders, returns]"),
          text("sqs_region", "us-east-1", "SQS: the region.").example("eu-central-1"),
          text(
                  "sqs_queue_url",
                  "",
                  "SQS: the queue, standard or FIFO. Empty: the one that is called"
                      + " `request_queue_name` is asked for.")
              .example("https://sqs.eu-central-1.amazonaws.com/123456789012/orders"),
          text(
                  "sqs_dlq_url",
                  "",
                  "SQS: the queue of dead letters. Empty: the one that is called `dlq_name`.")
              .example("https://sqs.eu-central-1.amazonaws.com/123456789012/orders-dead"),
          text(
                  "sqs_response_queue_url",
                  "",
                  "SQS: where finished jobs are announced. Empty: the one that is called"
                      + " `response_queue_name`.")
              .example("https://sqs.eu-central-1.amazonaws.com/123456789012/orders-done"),
          whole(
                  "sqs_max_message_bytes",
                  "262144",
                  262_144,
                  1_048_576,
                  "SQS: the queue's own `MaximumMessageSize`; what is larger goes to the blob"
                      + " store.")
              .unit("bytes"),
          secret("azure_eventhubs_connection_string", "", "Event Hubs: the connection string.")
              .example("${EVENT_HUBS}"),
          text("azure_eventhubs_name", "openhqm", "Event Hubs: the hub.").example("orders"),
          text("azure_eventhubs_consumer_group", "$Default", "Event Hubs: the consumer group."),
          secret("azure_eventhubs_checkpoint_store", "", "Event Hubs: the storage of checkpoints.")
              .example("${CHECKPOINTS}"),
          text("gcp_project_id", "", "Pub/Sub: the project.").example("my-project"),
          text("gcp_credentials_path", "", "Pub/Sub: the file of the credentials.")
              .example("/etc/openhqm/gcp.json"),
          whole("gcp_max_messages", "10", 1, 1_000, "Pub/Sub: messages in one pull.")
              .unit("messages"),
          text("mqtt_broker_host", "localhost", "MQTT: the broker.").example("mqtt.example.com"),
          whole("mqtt_broker_port", "1883", 1, 65_535, "MQTT: its port."),
          text("mqtt_username", "", "MQTT: the user.").example("openhqm"),
          secret("mqtt_password", "", "MQTT: the password.").example("${MQTT_PASSWORD}"),
          whole("mqtt_qos", "1", 0, 2, "MQTT: the quality of service."),
          text("mqtt_client_id", "", "MQTT: the client id; made up when empty.")
              .example("openhqm-1"),
          text(
                  "custom_module",
                  "",
                  "For the type `custom`: the name that an engine of your own gives itself.")
              .example("my-engine"),
          text("custom_class", "", "Or the class of its provider.")
              .example("com.example.MyEngineProvider"),
          tree("custom_config", "What an engine of your own is given.").example("{shards: 3}"));

  static final List<Setting> QUEUE = Stream.concat(OWN.stream(), CONNECTION.stream()).toList();

  private QueueSettings() {}
}
