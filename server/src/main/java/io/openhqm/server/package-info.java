/**
 * The three functions on one machine: listener, workers, or both, over engines that are found by
 * name. This package puts parts together and translates HTTP; what happens to a job is decided in
 * the functions.
 */
@NullMarked
package io.openhqm.server;

import org.jspecify.annotations.NullMarked;
