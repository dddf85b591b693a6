package io.openhqm.core.config;

import static io.openhqm.core.config.Setting.choice;
import static io.openhqm.core.config.Setting.flag;
import static io.openhqm.core.config.Setting.list;
import static io.openhqm.core.config.Setting.seconds;
import static io.openhqm.core.config.Setting.secret;
import static io.openhqm.core.config.Setting.text;
import static io.openhqm.core.config.Setting.tree;
import static io.openhqm.core.config.Setting.whole;

import io.openhqm.core.RetryPolicy;
import java.util.List;
import java.util.TreeSet;

/** The settings of the proxy, its endpoints and the routes to them. */
final class ProxySettings {
  private static final double DAY = Settings.DAY;
  private static final String WORKERS = " Default: the worker's.";
  private static final String PROXYS = " Default: the proxy's.";
  private static final String ENDPOINTS = " Default: the endpoint's.";

  static final List<Setting> PROXY =
      List.of(
          flag("enabled", "false", "Forward to HTTP endpoints instead of a processor."),
          text(
                  "default_endpoint",
                  "",
                  "Where to when a message names none and no route matches: the name of an endpoint,"
                      + " or a URL.")
              .example("http://localhost:8080"),
          list(
                  "forward_headers",
                  "[\"*\"]",
                  "The client's header fields to hand on; `*` means all.")
              .example("[Content-Type, Accept]"),
          list(
              "strip_headers",
              "[Host, Connection]",
              "Fields never to hand on, wherever they came from; hop-by-hop fields never are"
                  + " (RFC 9110 §7.6.1)."),
          whole(
                  "max_response_size",
                  "10485760",
                  1,
                  Settings.BODY_MAX,
                  "The largest answer of a backend; a larger one ends the job as FAILED.")
              .unit("bytes"),
          list(
                  "allowed_urls",
                  "[]",
                  "Prefixes of URLs that a submission may name instead of an endpoint.")
              .example("['https://api.example.com/v1/']"),
          list(
                  "allowed_addresses",
                  "[]",
                  "CIDR blocks that may be called although they are link-local, metadata or the like.")
              .example("[169.254.10.0/24]"),
          flag("follow_redirects", "false", "Follow redirects of backends."),
          seconds("connect_timeout_seconds", "10", 0.001, 600, "The longest to connect."),
          tree("endpoints", "The endpoints by name, see below.")
              .example("{orders: {url: 'https://orders.example.com'}}"));

  static final List<Setting> ENDPOINT =
      List.of(
          text(
                  "url",
                  "",
                  "The backend, http or https, without user name and password. Must be given.")
              .example("https://orders.example.com/v1/process"),
          text("method", "POST", "The HTTP method, unless the message names another.")
              .example("PUT"),
          seconds("timeout", "", 0.001, 7 * DAY, "The longest that one attempt may take." + WORKERS)
              .example("2.5"),
          tree(
                  "headers",
                  "Static header fields, over all others; `openhqm config show` hides what"
                      + " looks like a credential.")
              .example("{X-Team: blue}"),
          choice(
                  "auth_type",
                  "",
                  "How to prove oneself to the backend; without it: not at all.",
                  "bearer",
                  "api_key",
                  "basic",
                  "custom")
              .example("bearer"),
          secret("auth_token", "", "The token of bearer, api_key and custom.")
              .example("${ORDERS_TOKEN}"),
          text("auth_username", "", "The user of basic.").example("openhqm"),
          secret("auth_password", "", "The password of basic.").example("${ORDERS_PASSWORD}"),
          text("auth_header_name", "X-API-Key", "The header field of api_key and custom."),
          list(
              "retry_status_codes",
              new TreeSet<>(RetryPolicy.RETRIED_BY_DEFAULT).toString(),
              "Answers that ask for another try, from 200 to 599."),
          whole("max_retries", "", 0, 1_000, "Attempts after the first." + WORKERS)
              .unit("attempts")
              .example("0"),
          seconds("retry_delay_base", "", 0, DAY, "The longest first pause." + WORKERS)
              .example("0.5"),
          seconds("retry_delay_max", "", 0, 7 * DAY, "The longest pause." + WORKERS).example("30"),
          whole("max_response_size", "", 1, Settings.BODY_MAX, "The largest answer." + PROXYS)
              .unit("bytes")
              .example("1048576"),
          list("forward_headers", "", "The client's header fields to hand on." + PROXYS)
              .example("[Accept]"),
          list("strip_headers", "", "Fields never to hand on." + PROXYS).example("[Cookie]"),
          whole(
                  "max_concurrency",
                  "",
                  1,
                  100_000,
                  "How many calls at a time, if fewer than `worker.count`. What waits beyond them holds up no other endpoint.")
              .unit("calls")
              .example("4"),
          choice(
              "http_version",
              "auto",
              "What to speak; `auto` is HTTP/2 where TLS negotiates it, else HTTP/1.1, which it always is on functions. `2` is by prior knowledge without TLS; on functions it needs TLS, or is HTTP/1.1.",
              "auto",
              "1.1",
              "2"));

  static final List<Setting> ROUTING =
      List.of(
          flag("enabled", "false", "Choose the endpoint by what is in the message."),
          text("config_path", "", "The file with the routes, relative to this file.")
              .example("routes.yaml"),
          tree("config_dict", "What would stand in that file; give one of the two.")
              .example("{routes: [{name: all, is_default: true, endpoint: orders}]}"));

  static final List<Setting> ROUTING_FILE =
      List.of(
          text("version", "1.0", "The version of the format."),
          text("default_endpoint", "", "Where to when no route matches. Default: the proxy's.")
              .example("orders"),
          flag("enable_fallback", "true", "Go to the default when no route matches, else refuse."),
          tree("routes", "The list of the routes, see below.")
              .example("[{name: all, is_default: true, endpoint: orders}]"));

  static final List<Setting> ROUTE =
      List.of(
          text("name", "", "For people and logs. Default: `route 1` and so on.").example("users"),
          text("description", "", "For people.").example("'New users'"),
          text(
                  "match_field",
                  "",
                  "A dotted path into the message, see below. Without it the route takes everything.")
              .example("metadata.type"),
          text("match_value", "", "What the field must equal.").example("user.register"),
          text(
                  "match_pattern",
                  "",
                  "Without `match_value`: a regular expression, of 500 characters at most, that the"
                      + " field must begin with; `$` at its end makes it match as a whole.")
              .example("'user\\.'"),
          flag(
              "is_default",
              "false",
              "Takes everything, at its own `priority`; so give it the lowest."),
          flag("enabled", "true", "Whether it is tried."),
          whole("priority", "0", -1_000_000, 1_000_000, "The highest is tried first.")
              .example("10"),
          text("endpoint", "", "The name of an endpoint. Must be given.").example("orders"),
          text("method", "", "The HTTP method, unless the message names another." + ENDPOINTS)
              .example("PUT"),
          seconds(
                  "timeout",
                  "",
                  0.001,
                  7 * DAY,
                  "The longest that one attempt may take." + ENDPOINTS)
              .example("30"),
          whole("max_retries", "", 0, 1_000, "Attempts after the first." + ENDPOINTS)
              .unit("attempts")
              .example("5"),
          text(
                  "transform_type",
                  "passthrough",
                  "What makes the payload for the backend: `passthrough` (it goes on as it came),"
                      + " `template`, `jsonpath`, `jq`, or the name of one on the class path.")
              .example("jq"),
          text("transform", "", "The template or expression, see below; none with `passthrough`.")
              .example("'{user: .payload.email}'"),
          tree(
                  "header_mappings",
                  "Header fields for the backend from dotted paths into the message: over the"
                      + " client's, below the endpoint's.")
              .example("{X-Request-ID: correlation_id}"),
          tree(
                  "query_params",
                  "Query parameters for the backend from dotted paths into the message: in place of"
                      + " the client's, and only if the endpoint's URL does not have them.")
              .example("{tenant_id: metadata.tenant}"));

  private ProxySettings() {}
}
