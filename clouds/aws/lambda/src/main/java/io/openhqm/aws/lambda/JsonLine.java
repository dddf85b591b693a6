package io.openhqm.aws.lambda;

import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/** One JSON object on a line of its own, as CloudWatch reads them. */
final class JsonLine {
  private JsonLine() {}

  static byte[] of(Consumer<JsonGenerator> fields) {
    var out = new ByteArrayOutputStream(512);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      fields.accept(json);
      json.writeEndObject();
    }
    out.write('\n');
    return out.toByteArray();
  }
}
