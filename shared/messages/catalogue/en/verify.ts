import { concat } from '../concat.ts';

export const verify = {
  'verify.probe-image-failed': 'the probe image could not be built',
  'verify.probe-program-missing': 'the probe program is missing',
  'verify.already-running': 'another verification is under way',
  'verify.wait': 'Wait until it has ended.',
  'verify.build-probe-on-linux': concat(
    'Build it on Linux: sh runtime/build.sh all (needs gcc, and a cross compiler for the other ',
    'architecture).',
  ),
  'verify.not-due-engine-stopped': 'No verification is due: the engine does not run.',
  'verify.not-due-eci-off': 'No verification is due: Enhanced Container Isolation is off.',
  'verify.not-due-audit-mode': 'No verification is due: rules deny nothing in audit mode.',
  'verify.not-due-holds': 'No verification is due: the last one passed on this kernel, not long ago.',
  'verify.not-due-under-way': 'No verification is due: another one is under way.',
} as const;
