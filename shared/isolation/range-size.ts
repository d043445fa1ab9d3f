/** Ids in a container, and in a range of host ids. The runtime (`runtime/*.c`) has the same number. */
export const rangeSize = 65_536;
