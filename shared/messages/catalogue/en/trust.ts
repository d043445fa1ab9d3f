import { concat } from '../concat.ts';

/** Why an image may not have the Docker socket. */
export const trust = {
  'trust.not-listed': 'no entry of the allowed images names it',
  'trust.not-listed-nor-derived':
    'no entry of the allowed images names it, and it is not built from one that is here',
  'trust.named-but-not-pulled':
    'it has the name of {{entry}}, but was not pulled from there: its content was made or loaded here',
  'trust.pulled-elsewhere': 'it has the name of {{entry}}, but was pulled from {{source}}',
  'trust.more-entries': 'and {{amount}} more entries that do not match',
  'trust.and-next': '{{first}}; {{next}}',
  'trust.is-pinned': 'the local image is the pinned {{local}} of {{entry}}',
  'trust.is-local': '{{reference}} is the local {{local}}',
  'trust.absent': 'the registry has no {{reference}}',
  'trust.absent-and-local-differs': 'the registry has no {{reference}}, so the local {{local}} cannot be it',
  'trust.image-is-missing': 'the engine has no image {{image}}',
  'trust.missing-and-not-listed':
    'the engine has no image {{image}}, and no entry of the allowed images names it',
  'trust.differs': concat(
    '{{reference}} is {{served}} at its registry, the local image is {{local}}: ',
    'pull it again, or allow what it is',
  ),
  'trust.differed': concat(
    '{{reference}} was {{served}} at its registry {{age}} ago (now {{problem}}), the local ',
    'image is {{local}}: pull it again, or allow what it is',
  ),
  'trust.unanswered': 'the registry could not be queried for {{reference}}: {{problem}}',
  'trust.not-queried': 'it was not queried',
  'trust.content-unreadable': 'what {{digest}} consists of could not be read',
  'trust.base-is-not-allowed': 'it is built from {{base}}, but {{problem}}',
  'trust.derived-is-in-registry': concat(
    'it is built from {{base}}, but a registry has it: only images that exist nowhere else count as ',
    'built from an allowed one; allow it',
  ),
  'trust.derived-is-unknown': concat(
    'it is built from {{base}}, but only an image that is in no registry counts as derived; ',
    "the engine's image store does not report that, and the registry could not be queried: {{problem}}",
  ),
  'trust.age-day': '1 day',
  'trust.age-days': '{{amount}} days',
  'trust.age-hour': '1 hour',
  'trust.age-hours': '{{amount}} hours',
  'trust.age-minute': '1 minute',
  'trust.age-minutes': '{{amount}} minutes',
  'trust.age-second': '1 second',
  'trust.age-seconds': '{{amount}} seconds',
  'trust.no-state-directory':
    'the gateway has no directory to keep sockets for containers in: it was started without --state',
  'trust.cannot-check-images': 'this gateway cannot check images',
  'trust.too-many-at-once': 'too many containers with a socket are being made at once; try again in a moment',
} as const;
