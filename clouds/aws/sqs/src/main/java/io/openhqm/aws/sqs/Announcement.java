package io.openhqm.aws.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;

/** What is said of a finished job: a JSON object, in the words of the HTTP interface. */
final class Announcement {
  private Announcement() {}

  static String of(Job job) {
    var out = new ByteArrayOutputStream(256);
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("correlation_id", job.id().toString());
      json.writeStringProperty("status", job.status().name());
      if (job.state() instanceof Job.State.Ended ended) {
        if (ended.ending() instanceof Ending.Completed completed) {
          json.writeNumberProperty("status_code", completed.result().statusCode());
        }
        json.writeStringProperty("submitted_at", job.submittedAt().toString());
        json.writeStringProperty("completed_at", ended.endedAt().toString());
      }
      json.writeEndObject();
    }
    return out.toString(UTF_8);
  }
}
