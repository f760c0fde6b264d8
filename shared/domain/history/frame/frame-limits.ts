// What a flow's history may hold at most. A few compressed bytes can claim any number of entries, and each entry takes much
// more memory than that. Within these limits a state takes less than a gigabyte. A larger flow is not recorded.

/** A frame before it is compressed: 8 million points with 10 bytes each, and the series. */
export const MAX_BODY_BYTES = 128 * 1024 * 1024;
/** Ends of logs and commits: 100,000 commits mirrored from 10,000 partitions are 240,000. */
export const MAX_SERIES = 3_000_000;
/** Points of all mappings; a partition keeps 256. */
export const MAX_POINTS = 8_000_000;
/** Topics, groups, and whatever else has a name. */
export const MAX_NAMES = 1_000_000;
/** Frames that one state is decoded from; the longest chain of the default retention has 33. */
export const MAX_CHAIN = 1_000;
