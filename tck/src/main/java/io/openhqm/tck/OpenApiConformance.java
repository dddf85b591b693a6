package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.OpenApi;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds answers against the OpenAPI document: the path, the method and the status must be described
 * there, every header field that is said to be there must be, and the body must fit its schema. It
 * also keeps which answers it saw, so that a test can ask whether everything described was reached.
 * Safe for use by many threads.
 */
public final class OpenApiConformance {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final Set<String> ANYWHERE =
      Set.of("content-type", "cache-control", "x-content-type-options");

  private final JsonNode document = MAPPER.readTree(OpenApi.document().toArray());
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<String, Schema> schemas = new ConcurrentHashMap<>();
  private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();
  private final Set<String> seen = new ConcurrentSkipListSet<>();

  /** Fails the test if the document does not describe this answer to this request. */
  public void check(ApiRequest request, ApiResponse response) {
    Optional<String> template = template(request.path());
    String where =
        request.method() + " " + template.orElse(request.path()) + " " + response.status();
    if (template.isEmpty()) {
      assertThat(response.status()).as(where).isEqualTo(404);
      checkContent(where, document.at("/components/responses/NotFound"), request, response);
      return;
    }
    var item = document.get("paths").get(template.get());
    var operation = operation(item, template.get(), request.method());
    if (operation.isEmpty()) {
      assertThat(response.status()).as(where).isEqualTo(405);
      checkFields(where, document.at("/components/responses/MethodNotAllowed"), response.headers());
      checkContent(where, document.at("/components/responses/MethodNotAllowed"), request, response);
      return;
    }
    boolean backends = response.headers().has("X-OpenHQM-Status");
    String status = backends ? "default" : Integer.toString(response.status());
    var described = resolved(operation.get().get("responses").path(status));
    if (described.isMissingNode()) {
      fail("%s is not described: %s", where, response.body().toUtf8());
    }
    seen.add(request.method() + " " + template.get() + " " + status);
    checkFields(where, described, response.headers());
    checkContent(where, described, request, response);
  }

  /** What was checked so far, as {@code GET /api/v1/status/{id} 200}. */
  public Set<String> seen() {
    return new TreeSet<>(seen);
  }

  /** What the document describes for paths that begin so, in the same form. */
  public Set<String> described(String pathPrefix) {
    var all = new TreeSet<String>();
    for (var path : document.get("paths").properties()) {
      if (path.getKey().startsWith(pathPrefix)) {
        for (var operation : path.getValue().properties()) {
          String method = operation.getKey().toUpperCase(Locale.ROOT);
          for (String status : operation.getValue().path("responses").propertyNames()) {
            all.add(method + " " + path.getKey() + " " + status);
          }
        }
      }
    }
    return all;
  }

  /** The most literal template that fits. */
  private Optional<String> template(String path) {
    return document.get("paths").propertyNames().stream()
        .filter(
            template ->
                patterns
                    .computeIfAbsent(template, OpenApiConformance::pattern)
                    .matcher(path)
                    .matches())
        .min((a, b) -> Long.compare(braces(a), braces(b)));
  }

  private static long braces(String template) {
    return template.chars().filter(c -> c == '{').count();
  }

  private static Pattern pattern(String template) {
    String regex =
        Pattern.compile("/")
            .splitAsStream(template)
            .map(
                segment ->
                    segment.equals("{path}")
                        ? ".*"
                        : segment.startsWith("{") ? "[^/]+" : Pattern.quote(segment))
            .collect(Collectors.joining("/"));
    return Pattern.compile(regex, Pattern.DOTALL);
  }

  private static Optional<JsonNode> operation(JsonNode item, String template, String method) {
    var described = Optional.ofNullable(item.get(method.toLowerCase(Locale.ROOT)));
    // The ingress takes any method; the document can name only those that OpenAPI knows.
    return described.or(
        () -> template.startsWith("/proxy/") ? Optional.of(item.get("post")) : Optional.empty());
  }

  private void checkFields(String where, JsonNode described, Headers headers) {
    var fields = described.path("headers");
    for (var field : fields.properties()) {
      var header = resolved(field.getValue());
      var value = headers.first(field.getKey());
      if (header.path("required").asBoolean(false)) {
        assertThat(value).as("%s must have %s", where, field.getKey()).isPresent();
      }
      value.ifPresent(
          text ->
              assertFits(
                  where + " " + field.getKey(),
                  header.get("schema"),
                  asJson(header.get("schema"), text)));
    }
    if (!headers.has("X-OpenHQM-Status")) {
      for (var field : headers.fields()) {
        String name = field.name().toLowerCase(Locale.ROOT);
        boolean known =
            ANYWHERE.contains(name)
                || fields.propertyNames().stream().anyMatch(field.name()::equalsIgnoreCase);
        assertThat(known).as("%s has %s, which is not described", where, field.name()).isTrue();
      }
    }
  }

  private static String asJson(JsonNode schema, String text) {
    boolean number = schema.path("type").asString("string").equals("integer");
    return number ? text : MAPPER.writeValueAsString(text);
  }

  private void checkContent(
      String where, JsonNode described, ApiRequest request, ApiResponse response) {
    var content = resolved(described).path("content");
    boolean minimal =
        response
            .headers()
            .first("Preference-Applied")
            .filter(text -> text.contains("return=minimal"))
            .isPresent();
    if (request.method().equals("HEAD") || minimal) {
      assertThat(response.body().isEmpty()).as(where + " must have no body").isTrue();
    } else if (content.isMissingNode()) {
      assertThat(response.body().isEmpty()).as(where + " must have no body").isTrue();
    } else if (!content.has("*/*")) {
      String type = response.headers().first("Content-Type").orElse("").split(";", 2)[0];
      var media = content.path(type);
      assertThat(media.isMissingNode())
          .as("%s is of type '%s', which is not described", where, type)
          .isFalse();
      if (type.endsWith("json")) {
        assertFits(where, media.get("schema"), response.body().toUtf8());
      }
    }
  }

  private void assertFits(String where, JsonNode schema, String json) {
    var compiled = schemas.computeIfAbsent(schema.toString(), text -> compile(schema));
    var faults =
        compiled.validate(
            json,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    assertThat(faults).as("%s: %s", where, json).isEmpty();
  }

  /** A schema of its own, with the components beside it that it refers to. */
  private Schema compile(JsonNode schema) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("$ref", "#/tested");
    root.set("tested", schema);
    root.set("components", document.get("components"));
    return registry.getSchema(root);
  }

  private JsonNode resolved(JsonNode node) {
    var ref = node.path("$ref");
    return ref.isMissingNode() ? node : document.at(ref.asString().substring(1));
  }
}
