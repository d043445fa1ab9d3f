import { message, type Message } from '../messages/message.ts';
import {
  invalidBind,
  invalidBindDestination,
  invalidBindMode,
  invalidVolumeName,
  type EngineError,
} from './engine-errors.ts';

/** One entry of `Binds` (`-v`), in the engine's grammar for Linux: `[source:]destination[:options]`. */
export interface BindSpec {
  readonly source: string;
  readonly kind: 'path' | 'volume' | 'anonymous';
  readonly destination: string;
  readonly options: readonly string[];
}
export type BindSpecResult =
  | { readonly ok: true; readonly spec: BindSpec }
  | {
      readonly ok: false;
      readonly why: Message;
      /** Where no engine would take it. */
      readonly engineError?: EngineError | undefined;
    };

/** Names of volumes that the engine's local driver accepts. */
export const volumeName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const knownOptions = new Set([
  'ro',
  'rw',
  'rro',
  'z',
  'Z',
  'nocopy',
  'private',
  'rprivate',
  'slave',
  'rslave',
  'shared',
  'rshared',
  'consistent',
  'cached',
  'delegated',
  'default',
]);

/** Splits a bind; refuses what the engine would parse differently or not at all. */
export function parseBind(text: string): BindSpecResult {
  const bad = (why: Message, engineError?: EngineError): BindSpecResult => ({
    ok: false,
    why,
    engineError,
  });
  if (text.includes('\0')) return bad(message('policy.contains-nul'));
  const parts = text.split(':');
  const [first = '', second, third] = parts;
  if (parts.length > 3 || parts.some((part) => part === '')) {
    const isNone = parts.length > 3 || first === '' || (parts.length === 2 && second === '');
    return bad(message('policy.bind-form'), isNone ? invalidBind(text) : undefined);
  }
  if (second === undefined) {
    return first.startsWith('/')
      ? { ok: true, spec: { source: '', kind: 'anonymous', destination: first, options: [] } }
      : bad(message('policy.destination-not-absolute'), invalidBindDestination(text, '', first));
  }
  const options = third === undefined ? [] : third.split(',');
  if (!second.startsWith('/')) {
    // Options in place of the destination, or unknown options, are another error.
    const isPath = third === undefined && !second.split(',').some((word) => knownOptions.has(word));
    const engineError = isPath ? invalidBindDestination(text, first, second) : undefined;
    return bad(message('policy.destination-not-absolute'), engineError);
  }
  for (const option of options) {
    if (!knownOptions.has(option))
      return bad(message('policy.bind-option-unknown', { option }), invalidBindMode(options.join(',')));
  }
  if (first.startsWith('/'))
    return { ok: true, spec: { source: first, kind: 'path', destination: second, options } };
  if (volumeName.test(first))
    return { ok: true, spec: { source: first, kind: 'volume', destination: second, options } };
  return bad(message('policy.bind-source-invalid'), invalidVolumeName(first));
}

/** Formats a bind. */
export function writeBind(spec: BindSpec): string {
  const head = spec.kind === 'anonymous' ? spec.destination : `${spec.source}:${spec.destination}`;
  return spec.options.length === 0 ? head : `${head}:${spec.options.join(',')}`;
}
