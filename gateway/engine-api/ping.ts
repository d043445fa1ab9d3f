import { badRequest, type EngineError } from '../../shared/policy/engine-errors.ts';
import type { EngineClient } from './engine-client.ts';
import type { Ping } from './engine-facts.ts';
import { field, text } from './response-fields.ts';

/** A longer response is cut, characters. */
const maxResponseLength = 5000;

/** Requests `/_ping`, with a version of the API in the path. Null: without one. */
export function ping(client: EngineClient, version: string | null): Promise<Ping> {
  return new Promise((resolve, reject) => {
    const path = `${version === null ? '' : `/v${version}`}/_ping`;
    const request = client.open({ path }, reject, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body = (body + part).slice(0, maxResponseLength);
      });
      response.on('end', () => {
        const { 'api-version': apiVersion, 'content-type': type = '' } = response.headers;
        resolve({
          apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
          versionError:
            response.statusCode === 400 ? versionError(body, type.startsWith('text/plain')) : null,
        });
      });
    });
    request.end();
  });
}

/** The error in a response's body; null for a body of another format. */
function versionError(body: string, isPlainText: boolean): EngineError | null {
  if (isPlainText) return { ...badRequest(body.trimEnd()), isPlainText };
  try {
    const message = text(field(JSON.parse(body), 'message'));
    return message === '' ? null : badRequest(message);
  } catch {
    return null;
  }
}
