import type { IncomingHttpHeaders } from 'node:http';
import type { WebResponse } from './registry-http.ts';

/**
 * The back-off a rate-limiting registry requests, ms: Retry-After in its two forms, Docker Hub's and the
 * draft standard's headers; a minute without any.
 */
export function retryAfterMs(headers: IncomingHttpHeaders, now: number): number {
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const after = text('retry-after');
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000;
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return date - now;
  if (/^\d{9,11}$/.test(text('x-retry-after'))) return Number(text('x-retry-after')) * 1000 - now;
  return /^\d{1,9}$/.test(text('ratelimit-reset')) ? Number(text('ratelimit-reset')) * 1000 : 60_000;
}

/** A header of a response; '' without. */
export const headerOf = (response: WebResponse & { ok: true }, name: string): string => {
  const value = response.headers[name];
  return typeof value === 'string' ? value : '';
};
/** The media type of a response's body, lower-cased, without parameters; '' without. */
export const mediaType = (response: WebResponse & { ok: true }): string =>
  headerOf(response, 'content-type').split(';')[0]?.trim().toLowerCase() ?? '';
