package io.openhqm.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable run of bytes. A slice shares the array it was cut from, so a payload is never copied
 * on its way through; whoever hands an array to {@link #wrap} gives it away and must not write to
 * it again. Safe for use by many threads.
 */
public final class Bytes {
  private static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** No bytes. */
  public static Bytes empty() {
    return EMPTY;
  }

  /** All of {@code array}, without copying it. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(requireNonNull(array, "array"), 0, array.length);
  }

  /** The UTF-8 bytes of {@code text}. */
  public static Bytes utf8(String text) {
    return wrap(text.getBytes(UTF_8));
  }

  /** The bytes from {@code from} (inclusive) to {@code to} (exclusive), sharing this array. */
  public Bytes slice(int from, int to) {
    Objects.checkFromToIndex(from, to, length);
    return from == to ? EMPTY : new Bytes(array, offset + from, to - from);
  }

  /** How many bytes. */
  public int length() {
    return length;
  }

  /** Whether there is no byte. */
  public boolean isEmpty() {
    return length == 0;
  }

  /** The byte at {@code index}, from 0. */
  public byte at(int index) {
    return array[offset + Objects.checkIndex(index, length)];
  }

  /** A copy that the caller owns. */
  public byte[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /**
   * The bytes as an array that must only be read: the one behind this object where it spans it
   * exactly, else a copy. For handing a body to a library that takes arrays.
   */
  public byte[] toReadOnlyArray() {
    return offset == 0 && length == array.length ? array : toArray();
  }

  /** A read-only view. */
  public ByteBuffer toByteBuffer() {
    return ByteBuffer.wrap(array, offset, length).asReadOnlyBuffer();
  }

  /** A stream over these bytes; closing it has no effect. */
  public InputStream toInputStream() {
    return new ByteArrayInputStream(array, offset, length);
  }

  /** Writes all bytes to {@code out}. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(array, offset, length);
  }

  /** The bytes read as UTF-8; malformed input is replaced, so check first where that matters. */
  public String toUtf8() {
    return new String(array, offset, length, UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  /** The length only: content may be secret. */
  @Override
  public String toString() {
    return length + " bytes";
  }
}
