/**
 * The language every part of OpenHQM speaks: jobs, messages, outcomes, and the ports that engines
 * fill. Nothing here knows a cloud, a server or an engine; time, ids and chance come in from
 * outside.
 */
@NullMarked
package io.openhqm.core;

import org.jspecify.annotations.NullMarked;
