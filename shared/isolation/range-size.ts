/** Ids in a container, and in a range of host ids: 0 … 65535. The runtime (`runtime/*.c`) has the same number. */
export const rangeSize = 65_536;
