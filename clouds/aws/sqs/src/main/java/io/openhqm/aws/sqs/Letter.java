package io.openhqm.aws.sqs;

import io.openhqm.core.DeadLetters.DeadLetter;
import java.util.UUID;

/**
 * A dead letter that is held.
 *
 * @param receipt by which it is held
 */
record Letter(DeadLetter content, String receipt) {
  UUID id() {
    return content.message().id();
  }
}
