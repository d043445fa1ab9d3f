import type { IncomingMessage } from 'node:http';
import { unscaledLimits } from '../../shared/process/time-limits.ts';
import { badRequest, type EngineError } from '../../shared/policy/engine-errors.ts';
import type { EngineClient } from './engine-client.ts';
import type { EngineFacts, Ping } from './engine-facts.ts';
import { field, text } from './response-fields.ts';

/** A longer response is cut, characters. */
const maxResponseLength = 5000;

/** How long a response is remembered, or that there was none, ms. */
const rememberedMs = 5_000;

/**
 * Pings, each remembered for some seconds: refusals in numbers do not query the engine each, and do not wait
 * for one that hangs.
 */
export function rememberedPings(client: EngineClient): EngineFacts['ping'] {
  const pings = new Map<string | null, { readonly at: number; readonly response: Promise<Ping> }>();
  return (version) => {
    const now = performance.now();
    const last = pings.get(version);
    if (last !== undefined && now - last.at < rememberedMs) return last.response;
    const response = ping(client, version);
    pings.set(version, { at: now, response });
    return response;
  };
}

/** Requests `/_ping`, with a version of the API in the path. Null: without one. */
function ping(client: EngineClient, version: string | null): Promise<Ping> {
  return new Promise((resolve, reject) => {
    const path = `${version === null ? '' : `/v${version}`}/_ping`;
    const read = (response: IncomingMessage) => {
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
    };
    client.open({ path }, reject, read, unscaledLimits.engineVersion).end();
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
