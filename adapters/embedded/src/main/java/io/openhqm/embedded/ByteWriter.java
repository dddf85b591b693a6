package io.openhqm.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes the compact binary form of {@link RowCodec} into an array that grows. Not safe for use by
 * several threads.
 */
final class ByteWriter {
  private byte[] array;
  private int size;

  ByteWriter(int expected) {
    array = new byte[Math.max(16, expected)];
  }

  ByteWriter octet(int value) {
    room(1);
    array[size++] = (byte) value;
    return this;
  }

  /** A number of seven bits a byte, lowest first; negative ones take ten bytes. */
  ByteWriter number(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      array[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[size++] = (byte) rest;
    return this;
  }

  ByteWriter instant(Instant value) {
    return number(value.getEpochSecond()).number(value.getNano());
  }

  ByteWriter text(String value) {
    return raw(value.getBytes(UTF_8));
  }

  ByteWriter bytes(Bytes value) {
    int length = value.length();
    number(length);
    room(length);
    value.toByteBuffer().get(array, size, length);
    size += length;
    return this;
  }

  ByteWriter optionalText(Optional<String> value) {
    value.ifPresent(this::text);
    return this;
  }

  byte[] toArray() {
    return size == array.length ? array : Arrays.copyOf(array, size);
  }

  private ByteWriter raw(byte[] value) {
    number(value.length);
    room(value.length);
    System.arraycopy(value, 0, array, size, value.length);
    size += value.length;
    return this;
  }

  private void room(int more) {
    if (array.length - size < more) {
      array =
          Arrays.copyOf(
              array, Math.max(Math.addExact(size, more), array.length + (array.length >> 1)));
    }
  }
}
