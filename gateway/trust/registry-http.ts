import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { message } from '../../shared/messages/message.ts';
import { registryProblem, type RegistryProblem } from '../../shared/settings/registry-problem.ts';
import { certificateAuthorities, hasProxy, supportsProxies } from './certificate-authorities.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** How the other end proves who it is. `null` authorities: the system's alone. */
export interface TlsChoice {
  readonly verify: boolean;
  readonly authorities: readonly string[];
  readonly client: { readonly cert: string; readonly key: string } | null;
}

export interface WebRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly limitBytes: number;
  readonly timeoutMs: number;
  readonly tls: TlsChoice;
  /** Not through a proxy: hosts of this machine. */
  readonly direct: boolean;
}

export type FailureCause = 'dns' | 'tls' | 'connect' | 'timeout' | 'protocol' | 'too-long';
export type WebResponse =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | ({ readonly ok: false; readonly cause: FailureCause } & RegistryProblem);

/**
 * One exchange, nothing followed, with limits on time and size. Proxies as HTTPS_PROXY, HTTP_PROXY and
 * NO_PROXY say.
 */
export interface Web {
  exchange(request: WebRequest): Promise<WebResponse>;
  close(): void;
}

export function createWeb(env: NodeJS.ProcessEnv = process.env): Web {
  const agentOptions = { keepAlive: true, maxSockets: 8, maxFreeSockets: 2, timeout: 5000 };
  const makeAgents = () => ({
    http: new HttpAgent({ ...agentOptions, proxyEnv: env }),
    https: new HttpsAgent({ ...agentOptions, proxyEnv: env }),
    directHttp: new HttpAgent(agentOptions),
    directHttps: new HttpsAgent(agentOptions),
  });
  // On first use: a gateway that queries no registry does not load TLS.
  let agents: ReturnType<typeof makeAgents> | null = null;
  let trusted: readonly string[] | null = null;
  const authorities = () => (trusted ??= certificateAuthorities(env));

  return {
    exchange: (request) =>
      new Promise<WebResponse>((resolve) => {
        const secure = request.url.protocol === 'https:';
        // A configured proxy is never bypassed.
        if (!request.direct && hasProxy(env, request.url) && !supportsProxies()) {
          resolve({ ok: false, cause: 'connect', ...registryProblem(message('registry.proxy-unsupported')) });
          return;
        }
        const current = (agents ??= makeAgents());
        const failed = (error: unknown) => {
          resolve({ ok: false, ...failure(error, request.timeoutMs) });
        };
        // An absolute limit, however slowly the other side sends.
        const signal = AbortSignal.timeout(request.timeoutMs);
        const options: RequestOptions = {
          method: request.method,
          signal,
          headers: { 'User-Agent': 'bulkhead', 'Accept-Encoding': 'identity', ...request.headers },
          agent: secure
            ? request.direct
              ? current.directHttps
              : current.https
            : request.direct
              ? current.directHttp
              : current.http,
        };
        const tls = !secure
          ? {}
          : {
              rejectUnauthorized: request.tls.verify,
              ...(request.tls.verify ? { ca: [...authorities(), ...request.tls.authorities] } : {}),
              ...(request.tls.client === null ? {} : request.tls.client),
            };
        const req = (secure ? httpsRequest : httpRequest)(request.url, { ...options, ...tls }, (res) => {
          const parts: Buffer[] = [];
          let size = 0;
          res.on('data', (part: Buffer) => {
            size += part.length;
            if (size > request.limitBytes) {
              resolve({
                ok: false,
                cause: 'too-long',
                ...registryProblem(message('registry.response-too-long', { limit: request.limitBytes })),
              });
              req.destroy();
            } else parts.push(part);
          });
          res.on('error', failed);
          res.on('end', () => {
            resolve({
              ok: true,
              status: res.statusCode ?? 0,
              headers: res.headers,
              body: Buffer.concat(parts),
            });
          });
        });
        req.on('error', failed);
        req.end(request.body);
        // Thrown here: what can't even be begun, such as a certificate that is none.
      }).catch((error: unknown): WebResponse => ({ ok: false, ...failure(error, request.timeoutMs) })),
    close: () => {
      for (const agent of Object.values(agents ?? {})) agent.destroy();
    },
  };
}

function failure(error: unknown, timeoutMs: number): { cause: FailureCause } & RegistryProblem {
  const code = systemCode(error);
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))
    return {
      cause: 'timeout',
      ...registryProblem(message('registry.timed-out', { seconds: timeoutMs / 1000 })),
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { cause: 'dns', ...registryProblem(message('registry.name-not-found', { code })) };
  if (code.startsWith('HPE_'))
    return { cause: 'protocol', ...registryProblem(message('registry.not-http', { code })) };
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code))
    return {
      cause: 'tls',
      ...registryProblem(message('registry.tls-not-accepted', { code })),
    };
  if (
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    code === 'EHOSTUNREACH' ||
    code === 'ENETUNREACH' ||
    code === 'ETIMEDOUT' ||
    code === 'EPIPE'
  )
    return { cause: 'connect', ...registryProblem(message('registry.no-connection', { code })) };
  return { cause: 'connect', why: error instanceof Error ? error.message : String(error) };
}
