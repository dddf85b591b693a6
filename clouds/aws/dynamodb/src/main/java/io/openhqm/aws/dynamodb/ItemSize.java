package io.openhqm.aws.dynamodb;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How large DynamoDB counts what we write, never too small. */
final class ItemSize {
  /** The largest item: 400 KB. */
  static final int MAX = 400 * 1024;

  /** What an item holds beside its result or its held message: ids, times, the key. */
  static final int REST_MAX = 1024;

  private ItemSize() {}

  /** Names and values in bytes. */
  static int of(Map<String, AttributeValue> attributes) {
    return attributes.entrySet().stream()
        .mapToInt(attribute -> utf8(attribute.getKey()) + of(attribute.getValue()))
        .sum();
  }

  private static int of(AttributeValue value) {
    return switch (value.type()) {
      case S -> utf8(value.s());
      // Two digits a byte, and one or two more.
      case N -> value.n().length() / 2 + 2;
      case B -> value.b().asByteArrayUnsafe().length;
      case BOOL, NUL -> 1;
      case M, L, SS, NS, BS, UNKNOWN_TO_SDK_VERSION ->
          throw new IllegalArgumentException("no attribute of ours is of type " + value.type());
    };
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
