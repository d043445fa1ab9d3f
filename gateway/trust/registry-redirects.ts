import { message } from '../../shared/messages/message.ts';
import { registryProblem } from '../../shared/settings/registry-problem.ts';
import { manifestTypes } from './manifest.ts';
import { isLoopback, type Endpoint } from './registry-hosts.ts';
import type { Web, WebResponse } from './registry-http.ts';

const manifestLimitBytes = 4 * 1024 * 1024;
const maxRedirects = 3;

export type RedirectedResponse =
  | Exclude<WebResponse, { ok: true }>
  | (Extract<WebResponse, { ok: true }> & {
      /** The response is from the endpoint itself, not from a place it redirected to. */
      readonly own: boolean;
    });

/**
 * Follows redirects within what the endpoint may do; authorization and client certificates stay with the
 * endpoint's own origin.
 */
export async function followRedirects(
  web: Pick<Web, 'exchange'>,
  endpoint: Endpoint,
  method: 'GET' | 'HEAD',
  path: string,
  authorization: string | null,
  timeoutMs: number,
): Promise<RedirectedResponse> {
  let url = new URL(path, endpoint.origin);
  for (let hop = 0; ; hop++) {
    const own = url.origin === endpoint.origin;
    const response = await web.exchange({
      method,
      url,
      limitBytes: manifestLimitBytes,
      timeoutMs,
      direct: isLoopback(url.host),
      tls: own ? endpoint.tls : { verify: true, authorities: [], client: null },
      headers: {
        Accept: manifestTypes.join(', '),
        ...(own && authorization !== null ? { Authorization: authorization } : {}),
      },
    });
    if (!response.ok || ![301, 302, 303, 307, 308].includes(response.status))
      return response.ok ? { ...response, own } : response;
    if (hop >= maxRedirects)
      return { ok: false, cause: 'protocol', ...registryProblem(message('registry.too-many-redirects')) };
    let next: URL;
    try {
      next = new URL(response.headers.location ?? '', url);
    } catch {
      return {
        ok: false,
        cause: 'protocol',
        ...registryProblem(message('registry.redirect-without-address')),
      };
    }
    const plainAllowed =
      url.protocol === 'http:' && (next.host === url.host || (isLoopback(next.host) && isLoopback(url.host)));
    if (
      next.username !== '' ||
      next.password !== '' ||
      !(next.protocol === 'https:' || (next.protocol === 'http:' && plainAllowed))
    ) {
      return {
        ok: false,
        cause: 'protocol',
        ...registryProblem(
          message('registry.redirect-not-followed', { address: `${next.protocol}//${next.host}` }),
        ),
      };
    }
    url = next;
  }
}
