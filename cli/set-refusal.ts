import { message, withReference } from '../shared/messages/message.ts';
import { fail, type AppError } from '../shared/result.ts';
import type { Finding } from '../shared/settings/index.ts';
import { childPointer } from '../shared/settings/pointer.ts';

/**
 * Why `settings set` does not write a value without --force, by the findings about it: it would be below an
 * unknown key, or contains one, or an error.
 */
export function setRefusal(pointer: string, findings: readonly Finding[]): AppError | null {
  const hint = message('cli-settings.force-value');
  const unknown = findings.find(({ code }) => code === 'unknown-key');
  if (unknown !== undefined) {
    const { suggestion } = unknown.params;
    const parent = unknown.pointer.slice(0, unknown.pointer.lastIndexOf('/'));
    const reason =
      suggestion === undefined
        ? {}
        : { reason: message('cli-settings.did-you-mean', { pointer: childPointer(parent, suggestion) }) };
    const what = message('cli-settings.key-refused', { pointer: unknown.pointer });
    return fail('settings.findings', what, { ...reason, hint }).error;
  }
  const wrong = findings.find(
    (finding) => finding.severity === 'error' && `${finding.pointer}/`.startsWith(`${pointer}/`),
  );
  if (wrong === undefined) return null;
  return fail('settings.findings', message('cli-settings.value-refused', { pointer }), {
    reason: withReference(wrong.message, wrong.sentence),
    hint,
  }).error;
}
