package io.openhqm.embedded;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.UuidV7;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Jobs and messages to test with. */
final class Samples {
  private final FakeClock clock;
  private final UuidV7 ids;

  Samples(FakeClock clock) {
    this.clock = clock;
    ids = new UuidV7(clock, new Random(7));
  }

  UUID id() {
    return ids.next();
  }

  Message message() {
    return message(id(), Priority.NORMAL, Optional.empty(), "{\"n\":1}");
  }

  Message message(Priority priority) {
    return message(id(), priority, Optional.empty(), "{}");
  }

  Message ofSession(String session) {
    return message(id(), Priority.NORMAL, Optional.of(session), "{}");
  }

  Message message(UUID id, Priority priority, Optional<String> session, String payload) {
    var metadata =
        new Metadata(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            priority,
            session,
            Bytes.empty());
    return new Message(
        id,
        Body.of(Bytes.utf8(payload)),
        Headers.of("Content-Type", "application/json"),
        metadata,
        clock.instant(),
        Optional.empty());
  }

  Job job(Message message) {
    return job(message, clock.instant());
  }

  Job job(Message message, Instant notBefore) {
    return Job.pending(message.id(), clock.instant(), notBefore, Optional.empty());
  }
}
