/** The function notify-falcosidekick. */
@NullMarked
package dev.falcoresponse.notifyfalcosidekick;

import org.jspecify.annotations.NullMarked;
