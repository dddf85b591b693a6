package io.openhqm.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Reads what {@link ByteWriter} wrote; anything else ends in a {@link DamagedRowException}, never
 * in another exception.
 */
final class ByteReader {
  private final byte[] array;
  private int at;

  ByteReader(byte[] array) {
    this.array = array;
  }

  int octet() {
    if (at >= array.length) {
      throw new DamagedRowException("it ends too early");
    }
    return array[at++] & 0xff;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = octet();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new DamagedRowException("a number in it has no end");
  }

  /** A number that fits an int and is not negative. */
  int count() {
    long value = number();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new DamagedRowException("a count in it is out of range");
    }
    return (int) value;
  }

  Instant instant() {
    try {
      return Instant.ofEpochSecond(number(), number());
    } catch (DateTimeException | ArithmeticException e) {
      throw new DamagedRowException("a time in it is out of range");
    }
  }

  String text() {
    int length = length();
    var value = new String(array, at, length, UTF_8);
    at += length;
    return value;
  }

  /** Shares the array. */
  Bytes bytes() {
    int length = length();
    var value = Bytes.wrap(array).slice(at, at + length);
    at += length;
    return value;
  }

  void end() {
    if (at != array.length) {
      throw new DamagedRowException("something follows its end");
    }
  }

  private int length() {
    int length = count();
    if (length > array.length - at) {
      throw new DamagedRowException("it ends too early");
    }
    return length;
  }
}
