// The fuses of the packaged app's binary: features that neither a command line nor an environment can turn on
// any more.

/** By their number in the fuse wire, as in @electron/fuses. */
export const fuses = [
  // `ELECTRON_RUN_AS_NODE=1 bulkhead-app script.js` would run any script under the app's name and rights.
  { number: 0, name: 'RunAsNode', on: false },
  { number: 1, name: 'EnableCookieEncryption', on: true },
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS, and --inspect and similar options: code into the main process.
  { number: 2, name: 'EnableNodeOptionsEnvironmentVariable', on: false },
  { number: 3, name: 'EnableNodeCliInspectArguments', on: false },
  // Checked on macOS and Windows; Linux has no place for the hash, and there the binary ignores it.
  { number: 4, name: 'EnableEmbeddedAsarIntegrityValidation', on: true },
  // A directory `resources/app` next to the archive would be used instead.
  { number: 5, name: 'OnlyLoadAppFromAsar', on: true },
  // Would need a snapshot of our own; the common one serves all processes.
  { number: 6, name: 'LoadBrowserProcessSpecificV8Snapshot', on: false },
  { number: 7, name: 'GrantFileProtocolExtraPrivileges', on: false },
];

/** In the format of `flipFuses`, except the named ones. */
export const wireWithout = (absent) =>
  Object.fromEntries(
    fuses.filter(({ name }) => !absent.includes(name)).map(({ number, on }) => [number, on]),
  );

const enabled = '1'.charCodeAt(0);
const disabled = '0'.charCodeAt(0);

/** Wrong fuses of a wire, and those that the runtime is too old for. */
export function checkWire(wire) {
  const absent = fuses.filter(({ number }) => wire[number] === undefined);
  const wrong = fuses.filter(
    ({ number, on }) => wire[number] !== undefined && wire[number] !== (on ? enabled : disabled),
  );
  return { absent: absent.map(({ name }) => name), wrong: wrong.map(({ name }) => name) };
}
