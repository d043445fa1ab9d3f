import type { Finding } from '../../../shared/settings/findings.ts';

/** Findings by JSON pointer, each group in the order of `findings`. */
export function findingsByPointer(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const grouped = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = grouped.get(finding.pointer);
    if (group === undefined) grouped.set(finding.pointer, [finding]);
    else group.push(finding);
  }
  return grouped;
}
