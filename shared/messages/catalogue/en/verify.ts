import { concat } from '../concat.ts';

export const verify = {
  'verify.probe-image-could-not-be-made': 'the probe image could not be made',
  'verify.probe-program-is-missing': 'the probe program is missing',
  'verify.another-verification-is-under-way': 'another verification is under way',
  'verify.wait-until-it-has-ended': 'Wait until it has ended.',
  'verify.build-probe-on-linux': concat(
    'Build it on Linux: sh runtime/build.sh all (needs gcc, and a cross compiler for the other ',
    'architecture).',
  ),
} as const;
