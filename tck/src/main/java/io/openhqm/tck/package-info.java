/**
 * The contract tests that every queue, store and blob adapter must pass. Published for authors of
 * adapters; uses JUnit Jupiter and AssertJ.
 */
@NullMarked
package io.openhqm.tck;

import org.jspecify.annotations.NullMarked;
