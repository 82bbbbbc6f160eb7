/**
 * Days that an earlier version of an object stays in the buckets that the stack makes, after it was
 * overwritten or removed: time to find out that what is there is not what it should be.
 */
export const VERSION_DAYS = { backups: 30, copy: 90 }
