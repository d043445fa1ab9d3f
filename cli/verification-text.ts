import { claimTitle } from '../shared/verify/claim-titles.ts';
import { countMessage, type Claim, type Verification } from '../shared/verify/claims.ts';
import { padColumns } from './columns.ts';
import type { ListDefinition } from './list.ts';
import { printable } from './output.ts';
import { about, text, translate, translateSentence } from './text.ts';

/** The fields of `bulkhead verify`, one row a check. */
export const claimList: ListDefinition<Claim> = {
  fields: {
    ID: { head: () => text('cli-list.id'), value: ({ id }) => id },
    Verdict: {
      head: () => text('cli-list.verdict'),
      value: ({ verdict }) => verdict,
      display: ({ verdict }) => text(`cli-plan.verdict-${verdict}`),
    },
    Title: {
      head: () => text('cli-list.check'),
      value: ({ id }) => claimTitle(id).text,
      display: ({ id }) => translateSentence(claimTitle(id)),
    },
    Evidence: {
      head: () => text('cli-list.evidence'),
      value: ({ evidence }) => evidence,
      display: ({ evidence, sentence }) => translate(evidence, sentence),
    },
  },
  columns: ['ID', 'Verdict', 'Title'],
};

/** Columns before titles and evidence. */
const indentation = 13;

/**
 * Claims with verdict, title and evidence; for a failed one also its items that did not pass (marked "!"), or
 * with `everyItem` all items of every claim.
 */
export function describeVerification(verification: Verification, { everyItem = false } = {}): string {
  const indent = ' '.repeat(indentation);
  const items = ({ verdict, items: tried = [] }: Claim) =>
    tried
      .filter(({ good }) => everyItem || (verdict === 'fail' && !good))
      .map(({ title, seen, good, sentences }) => {
        const item = about(
          printable(translate(title, sentences?.title)),
          printable(translate(seen, sentences?.seen)),
        );
        return `${indent}${good ? ' ' : '!'} ${item}`;
      });
  const head = ({ verdict, id }: Claim) =>
    `${padColumns(text(`cli-plan.verdict-${verdict}`), indentation)}${translateSentence(claimTitle(id))} ` +
    `(${id})`;
  // With ECI off no probe was run, and reporting that once is enough.
  const evidence = (claim: Claim) =>
    claim.verdict === 'not-run' && !verification.eci
      ? []
      : [`${indent}${printable(translate(claim.evidence, claim.sentence))}`];
  const lines = verification.claims.flatMap((claim) => [head(claim), ...evidence(claim), ...items(claim)]);
  return [...lines, summary(verification)].join('\n');
}

function summary({ eci, claims, durationMs }: Verification): string {
  if (!eci) return text('cli-plan.verification-off');
  return [
    translateSentence(countMessage(claims)),
    text('cli-output.seconds', { seconds: (durationMs / 1000).toFixed(1) }),
    ...(claims.some(({ verdict }) => verdict === 'not-enforced') ? [text('cli-plan.audit-mode')] : []),
  ].join(text('cli-output.list-separator'));
}
