/**
 * Number of ids in a container, and in a range of host ids. The runtime (`runtime/*.c`) uses the same number.
 */
export const rangeSize = 65_536;
