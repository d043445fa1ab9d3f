import type { StoredAuditEntry } from '../shared/audit/entry.ts';
import { decisionSubject } from '../shared/audit/decision-text.ts';
import { plainText } from '../shared/messages/message.ts';
import type { ListDefinition } from './list.ts';
import type { Tone } from './style.ts';
import { text, translateSentence } from './text.ts';

/** The tone of each outcome. */
export const outcomeTones: Readonly<Record<StoredAuditEntry['outcome'], Tone>> = {
  allow: 'warning',
  rewrite: 'warning',
  deny: 'bad',
  'would-deny': 'bad',
};

export const outcomeTexts = {
  allow: () => text('cli-output.audit-warned'),
  rewrite: () => text('cli-output.audit-rewritten'),
  deny: () => text('cli-output.audit-denied'),
  'would-deny': () => text('cli-output.audit-would-deny'),
} as const satisfies Readonly<Record<StoredAuditEntry['outcome'], () => string>>;

const numberText = (value: number | null): string => (value === null ? '' : String(value));

/** The fields of a decision for `bulkhead audit --format`. */
export const auditList: ListDefinition<StoredAuditEntry> = {
  fields: {
    ID: { head: () => text('cli-list.id'), value: ({ id }) => id ?? '' },
    Time: { head: () => text('cli-list.time'), value: ({ time }) => time },
    Outcome: {
      head: () => text('cli-list.outcome'),
      value: ({ outcome }) => outcome,
      display: ({ outcome }) => outcomeTexts[outcome](),
      tone: ({ outcome }) => outcomeTones[outcome],
    },
    UID: { head: () => text('cli-list.uid'), value: ({ client }) => numberText(client.uid) },
    PID: { head: () => text('cli-list.pid'), value: ({ client }) => numberText(client.pid) },
    Origin: {
      head: () => text('cli-list.origin'),
      value: ({ origin }) => origin?.container ?? origin?.mount ?? origin?.kind ?? '',
    },
    Container: { head: () => text('cli-list.container'), value: ({ container }) => container ?? '' },
    Image: { head: () => text('cli-list.image'), value: ({ image }) => image ?? '' },
    Request: {
      head: () => text('cli-list.request'),
      value: (entry) => decisionSubject(entry, plainText) ?? entry.message,
      display: (entry) => decisionSubject(entry, translateSentence) ?? entry.message,
    },
    Message: { head: () => text('cli-list.message'), value: ({ message }) => message },
    Rule: { head: () => text('cli-list.rule'), value: ({ rule }) => rule },
    Setting: { head: () => text('cli-list.setting'), value: ({ setting }) => setting ?? '' },
  },
  columns: ['Time', 'Outcome', 'UID', 'Container', 'Image', 'Request', 'Rule'],
  key: 'ID',
};
