import { editSettings } from '../settings/edit.ts';
import { effectiveSettings, type EffectiveSettings } from '../settings/effective.ts';
import { parsePointer } from '../settings/pointer.ts';
import type { Denial } from '../policy/decision.ts';
import type { StoredAuditEntry } from './entry.ts';
import type { Allowance, Proposal, ProposalContext } from './proposal.ts';

export const digest = `sha256:${'a'.repeat(64)}`;
const images = [
  {
    id: `sha256:${'1'.repeat(64)}`,
    tags: ['ghcr.io/acme/runner:2.1'],
    digests: [`ghcr.io/acme/runner@${digest}`, `elsewhere.example/runner@sha256:${'b'.repeat(64)}`],
  },
];
const shares = {
  platform: 'linux',
  home: '/home/sam',
  tmp: '/tmp',
  engineDirectories: ['/var/lib/bulkhead'],
};

export const read = (text: string): EffectiveSettings => {
  const result = effectiveSettings(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
export const context = (text: string): ProposalContext => ({ settings: read(text), images, shares });
export const entry = (more: Partial<StoredAuditEntry>): StoredAuditEntry => ({
  id: 'a-1',
  time: '2026-11-10T10:00:00Z',
  outcome: 'deny',
  rule: 'socket-mount',
  setting: null,
  message: '',
  client: { uid: 1000, pid: 1 },
  method: 'POST',
  target: '/containers/create',
  ...more,
});
export const of = (denial: Denial, more: Partial<StoredAuditEntry> = {}): StoredAuditEntry =>
  entry({
    rule: denial.rule,
    setting: denial.setting,
    what: denial.what,
    ...(denial.subject === undefined ? {} : { subject: denial.subject }),
    ...more,
  });
export const proposals = (allowance: Allowance): readonly Proposal[] => {
  if (allowance.kind !== 'proposals') throw new Error(allowance.kind);
  return allowance.proposals;
};
/** The text after a proposal's edits. */
export function applied(text: string, proposal: Proposal | undefined): string {
  return (proposal?.edits ?? []).reduce((now, edit) => {
    const path = parsePointer(edit.pointer);
    const result = path.ok ? editSettings(now, path.value, edit.value) : path;
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  }, text);
}
