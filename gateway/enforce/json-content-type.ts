import { message } from '../../shared/messages/message.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { unsupportedContentType } from '../../shared/policy/engine-errors.ts';
import type { RequestHead } from '../http/message/head-parser.ts';

/**
 * The denial of a body that is not declared as JSON: the engine's own error, which precedes its errors about
 * missing objects.
 */
export function contentTypeDenial({ contentType, fields }: RequestHead): Denial | null {
  if (contentType === 'application/json') return null;
  const value = fields.find(({ key }) => key === 'content-type')?.value ?? '';
  return deny('unreadable-body', message('policy.the-body'), {
    detail: `Content-Type: ${value}`,
    engineError: unsupportedContentType(value),
  });
}
