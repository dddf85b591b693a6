package io.openhqm.transforms;

import io.openhqm.core.Body;
import io.openhqm.core.Message;

/** How large a message is that an expression looks into. */
final class MessageSize {
  private MessageSize() {}

  /** Payload and metadata, in bytes. */
  static int of(Message message) {
    int payload = message.payload() instanceof Body.Inline inline ? inline.bytes().length() : 0;
    return payload + message.metadata().json().length();
  }
}
