// The switches that are set in the packaged app's binary, once and for all: what a command line or an
// environment can no longer turn on.

/** By their number in the fuse wire, as @electron/fuses has them. */
export const fuses = [
  // `ELECTRON_RUN_AS_NODE=1 bulkhead-app script.js` would run any script under the app's name and rights.
  { number: 0, name: 'RunAsNode', on: false },
  { number: 1, name: 'EnableCookieEncryption', on: true },
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS, and --inspect with its kin: code into the main process.
  { number: 2, name: 'EnableNodeOptionsEnvironmentVariable', on: false },
  { number: 3, name: 'EnableNodeCliInspectArguments', on: false },
  // Checked on macOS and Windows; Linux has no place for the hash, and there the binary ignores it.
  { number: 4, name: 'EnableEmbeddedAsarIntegrityValidation', on: true },
  // A directory `resources/app` beside the archive would be taken in its place.
  { number: 5, name: 'OnlyLoadAppFromAsar', on: true },
  // Would need a snapshot of our own; the common one serves all processes.
  { number: 6, name: 'LoadBrowserProcessSpecificV8Snapshot', on: false },
  { number: 7, name: 'GrantFileProtocolExtraPrivileges', on: false },
];

/** As `flipFuses` wants them, without those named. */
export const wireWithout = (absent) =>
  Object.fromEntries(
    fuses.filter(({ name }) => !absent.includes(name)).map(({ number, on }) => [number, on]),
  );

const enabled = '1'.charCodeAt(0);
const disabled = '0'.charCodeAt(0);

/** What of a wire is not as it must be, and what the runtime is too old to have. */
export function checkWire(wire) {
  const absent = fuses.filter(({ number }) => wire[number] === undefined);
  const wrong = fuses.filter(
    ({ number, on }) => wire[number] !== undefined && wire[number] !== (on ? enabled : disabled),
  );
  return { absent: absent.map(({ name }) => name), wrong: wrong.map(({ name }) => name) };
}
