package io.openhqm.server;

import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request as it was sent over the wire, and what came back.
 *
 * @param response without the fields that belong to the transport
 * @param closes whether the server said that it closes the connection
 */
record Exchange(ApiRequest request, ApiResponse response, boolean closes) {
  int status() {
    return response.status();
  }

  String text() {
    return response.body().toUtf8();
  }

  JsonNode json() {
    return JsonMapper.shared().readTree(response.body().toArray());
  }

  /** The field of the body's JSON object, as text. */
  String field(String name) {
    return json().path(name).asString("");
  }

  /** The header field, empty text where it is not there. */
  String header(String name) {
    return response.headers().first(name).orElse("");
  }

  String id() {
    return field("correlation_id");
  }
}
