import { concat } from '../concat.ts';

/** `bulkhead support-bundle`. */
export const cliSupport = {
  'cli-support.not-root': 'only root can read all that a support bundle has',
  'cli-support.file-exists': '{{file}} is there already',
  'cli-support.output-empty': '--output names no file',
  'cli-support.name-or-omit': 'Name a file, or leave --output away.',
  'cli-support.name-another': 'Name another file with --output.',
  'cli-support.not-written': 'the support bundle {{file}} could not be written',
  'cli-support.entry': 'FILE',
  'cli-support.redacted': 'REDACTED',
  'cli-support.size': 'SIZE',
  'cli-support.omitted': 'LEFT OUT',
  'cli-support.private-key': 'private keys:',
  'cli-support.url-credentials': 'credentials in URLs:',
  'cli-support.authorization': 'authorizations:',
  'cli-support.named-secret': 'values named like secrets:',
  'cli-support.known-token': 'tokens:',
  'cli-support.written': 'Written: {{file}} ({{kib}} KiB, readable by root only). Nothing was sent.',
  'cli-support.would-be-written': 'Nothing was written.',
  'cli-support.look-through': concat(
    'What looks like a secret is replaced by [redacted]. Names of users, hosts, images, containers and ',
    'paths are not: review the files before you pass them on.',
  ),
} as const;
