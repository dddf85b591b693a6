/**
 * The functions under a seeded scheduler, over ports that crash, repeat, reorder and stall. After
 * each run the six promises are checked; a seed replays exactly.
 */
@NullMarked
package io.openhqm.simulation;

import org.jspecify.annotations.NullMarked;
