/** Whether what measures still measures, and whether nothing is wrong or lost. */
@NullMarked
package dev.falcoresponse.benchmark;

import org.jspecify.annotations.NullMarked;
