import { message, type Message } from '../messages/message.ts';
import { problemText } from '../settings/registry-problem.ts';
import { canonicalReference, familiarReference, parseImageReference } from '../settings/image-reference.ts';
import type { EntryCheck, RegistryResult, RegistryQuery, LocalImage } from './image-trust-facts.ts';

/** Why an image is not trusted: the first three checks as one sentence. */
export function detailOf(checks: readonly EntryCheck[]): Message {
  const shown = checks.slice(0, 3).map(checkSentence);
  if (checks.length > 3) shown.push(message('trust.more-entries', { amount: checks.length - 3 }));
  return shown.reduce((first, next) => message('trust.and-next', { first, next }));
}

/** One check as a clause, without a capital letter. */
export function checkSentence(check: EntryCheck): Message {
  const reference = check.query === null ? '' : familiarName(check.query);
  const local = shortDigest(check.local);
  switch (check.outcome) {
    case 'match':
      return check.query === null
        ? message('trust.is-pinned', { local, entry: check.entry })
        : message('trust.is-local', { reference, local });
    case 'absent':
      return check.query?.reference === check.local
        ? message('trust.absent', { reference })
        : message('trust.absent-and-local-differs', { reference, local });
    case 'differs': {
      const answer = check.answer?.kind === 'served' ? check.answer : null;
      const served = shortDigest(answer?.digest ?? '');
      if (answer === null || answer.lastKnown === null)
        return message('trust.differs', { reference, served, local });
      const age = ageSentence(answer.ageMs);
      return message('trust.differed', {
        reference,
        served,
        age,
        problem: lastKnownText(answer),
        local,
      });
    }
    case 'unanswered': {
      const problem =
        check.answer === null || check.answer.kind === 'absent'
          ? message('trust.not-queried')
          : check.answer.kind === 'served'
            ? message('trust.content-unreadable', { digest: shortDigest(check.answer.digest) })
            : problemText(check.answer);
      return message('trust.unanswered', { reference, problem });
    }
  }
}

/** Why a registry could not be queried now; only for a result from earlier. */
const lastKnownText = ({
  lastKnown,
  lastKnownSentence,
}: Extract<RegistryResult, { readonly kind: 'served' }>): Message | string =>
  problemText({ why: lastKnown ?? '', sentence: lastKnownSentence });

const familiarName = (query: RegistryQuery): string => {
  const digest = query.reference.includes(':');
  if (!digest)
    return familiarReference({
      kind: 'image',
      domain: query.domain,
      path: query.path,
      tag: query.reference,
      digest: null,
      tagWritten: true,
    });
  const name = familiarReference({
    kind: 'image',
    domain: query.domain,
    path: query.path,
    tag: null,
    digest: query.reference,
    tagWritten: false,
  });
  return name.replace(query.reference, shortDigest(query.reference));
};

/** `sha256:0123456789ab…` */
export const shortDigest = (digest: string): string =>
  digest.replace(/^(sha\d+:[0-9a-f]{12})[0-9a-f]+$/, '$1…');

/** Whole units, rounded down: "4 minutes". */
export function ageSentence(ms: number): Message {
  const [unit, size] = ageUnits.find(([, length]) => ms >= length) ?? (['second', 1000] as const);
  const amount = Math.max(0, Math.floor(ms / size));
  return amount === 1 ? message(`trust.age-${unit}`) : message(`trust.age-${unit}s`, { amount });
}

const ageUnits = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** The display name of an image: its first tag, else its first digest, else its id. */
export function imageName(image: Pick<LocalImage, 'id' | 'tags' | 'digests'>): string {
  const name = [...image.tags, ...image.digests].find((text) => parseImageReference(text).ok);
  if (name === undefined) return image.id;
  const parsed = parseImageReference(name);
  return parsed.ok ? familiarReference(parsed.value) : image.id;
}

/** Canonical text of a query, for people. */
export const queryText = (query: RegistryQuery): string => {
  const digest = query.reference.includes(':');
  return canonicalReference({
    kind: 'image',
    domain: query.domain,
    path: query.path,
    tag: digest ? null : query.reference,
    digest: digest ? query.reference : null,
    tagWritten: !digest,
  });
};
