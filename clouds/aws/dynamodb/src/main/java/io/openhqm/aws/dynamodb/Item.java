package io.openhqm.aws.dynamodb;

import io.openhqm.core.Bytes;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** An item, read by name and type; a time is a number of milliseconds since 1970. */
record Item(Map<String, AttributeValue> attributes) {
  private static final Item NONE = new Item(Map.of());

  /** For what was not asked to hand one out. */
  static Item none() {
    return NONE;
  }

  /** The same with these attributes, over those that it had. */
  Item with(Map<String, AttributeValue> others) {
    var all = new HashMap<>(attributes);
    all.putAll(others);
    return new Item(all);
  }

  boolean has(String name) {
    return attributes.containsKey(name);
  }

  String text(String name) {
    return required(name, find(name).s());
  }

  Optional<String> optionalText(String name) {
    return has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  long number(String name) {
    return Long.parseLong(required(name, find(name).n()));
  }

  Instant time(String name) {
    return Instant.ofEpochMilli(number(name));
  }

  Bytes bytes(String name) {
    return Bytes.wrap(required(name, find(name).b()).asByteArrayUnsafe());
  }

  private AttributeValue find(String name) {
    return required(name, attributes.get(name));
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException(
          "an item of the job table lacks its attribute '"
              + name
              + "' or has it in another type: nobody but OpenHQM may write there");
    }
    return value;
  }

  static AttributeValue value(String text) {
    return AttributeValue.fromS(text);
  }

  static AttributeValue value(long number) {
    return AttributeValue.fromN(Long.toString(number));
  }

  static AttributeValue value(Instant time) {
    return value(time.toEpochMilli());
  }

  static AttributeValue value(Bytes bytes) {
    return AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(bytes.toReadOnlyArray()));
  }
}
