import type { ClaimId } from './claims.ts';

/** What each claim says, as a person reads it. */
export const claimTitles = {
  'A2-user-namespace': 'Root inside is not root outside',
  'A3-exclusive-range': 'Every container has ids of its own',
  'A4-privileged-works': 'Privileged works',
  'A5-privileged-confined': 'Privileged stays confined',
  'A6-runtime-override': 'Another runtime can\u2019t be chosen',
  'A7-userns-host-ignored': '--userns=host is ignored',
  'A7-host-namespaces-refused': 'Host namespaces are refused',
  'A7-namespace-sharing': 'Namespaces are shared with protected containers only',
  'A8-engine-directories-refused': 'Directories of the engine can\u2019t be mounted',
  'A8-shared-directory-usable': 'Shared directories work',
  'A9-read-only-locked': 'Read-only mounts stay read-only',
  'A10-proc-hidden': 'The machine\u2019s /proc and /sys are hidden',
  'A10-proc-emulated': '/proc shows the container\u2019s own numbers',
  'A11-through-socket': 'What is started through a socket is isolated too',
  'B1-socket-refused': 'The Docker socket can\u2019t be mounted',
  'C-build-legacy': 'Builds are isolated (classic builder)',
  'C-build-buildkit': 'Builds are isolated (BuildKit)',
} as const satisfies Readonly<Record<ClaimId, string>>;
