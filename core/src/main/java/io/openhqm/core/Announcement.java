package io.openhqm.core;

/**
 * What is said of a finished job on every {@link ResponseQueue}, in the words of the HTTP
 * interface. Not the result itself, which may be large and is for who knows the id.
 */
public final class Announcement {
  private Announcement() {}

  /**
   * A JSON object, fewer than 300 characters of ASCII: {@code correlation_id}, {@code status},
   * {@code status_code} where a backend answered, {@code submitted_at}, {@code completed_at}.
   *
   * @throws IllegalArgumentException if the job is not terminal
   */
  public static String of(Job job) {
    if (!(job.state() instanceof Job.State.Ended ended)) {
      throw new IllegalArgumentException(
          "only a finished job can be announced, but " + job.id() + " is " + job.status());
    }
    // Nothing in it needs to be escaped.
    var json = new StringBuilder(256);
    json.append("{\"correlation_id\":\"").append(job.id());
    json.append("\",\"status\":\"").append(job.status()).append('"');
    if (ended.ending() instanceof Ending.Completed(var result)) {
      json.append(",\"status_code\":").append(result.statusCode());
    }
    json.append(",\"submitted_at\":\"").append(job.submittedAt());
    json.append("\",\"completed_at\":\"").append(ended.endedAt());
    return json.append("\"}").toString();
  }
}
