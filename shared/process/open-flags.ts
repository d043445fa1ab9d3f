/** open(2) without a right to read or write; Node has no constant for it. The same on amd64 and arm64. */
export const O_PATH = 0o10000000;
