import { createGatekeeper } from '../../../gateway/enforce/decide.ts';
import { createEngineFacts } from '../../../gateway/engine-api/create-engine-facts.ts';
import { gatherCreateFacts } from '../../../gateway/enforce/create-container.ts';
import { openDecisionLog } from '../../../gateway/audit/decision-log.ts';
import type { GatewayRequest } from '../../../gateway/http/exchange.ts';
import { parseRequest } from '../../../gateway/http/parsed-request.ts';
import { watchSettings } from '../../../gateway/settings/settings-watch.ts';
import { decideCreateContainer, readCreateBody } from '../../../shared/policy/create-container.ts';
import { parseJson } from '../../../shared/policy/json-parser.ts';
import { writeJson } from '../../../shared/policy/json.ts';

export interface Micros {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
}

async function measure(name: string, times: number, once: () => unknown): Promise<Micros> {
  for (let i = 0; i < times / 4; i++) await once();
  const micros: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    const result = once();
    if (result instanceof Promise) await result;
    micros.push((performance.now() - start) * 1000);
  }
  micros.sort((a, b) => a - b);
  return { name, p50: micros[Math.floor(times * 0.5)] ?? NaN, p99: micros[Math.floor(times * 0.99)] ?? NaN };
}

/** How long decisions take in this process: `body` is a create body that may pass. */
export async function decisions(
  engineSocket: string,
  settingsFile: string,
  engineDirectory: string,
  body: string,
): Promise<Micros[]> {
  const settings = watchSettings(settingsFile, () => undefined);
  const facts = createEngineFacts(engineSocket);
  const options = { runtime: 'bulkhead', requireUserNamespace: true };
  const decide = createGatekeeper({
    settings,
    facts,
    audit: openDecisionLog(null, () => undefined),
    engineDirectories: [engineDirectory],
    engineSockets: [engineSocket],
    ...options,
  });
  const request = (head: string): GatewayRequest => {
    const parsed = parseRequest(Buffer.from(head, 'latin1'));
    if (!parsed.ok) throw new Error(parsed.error.why);
    return {
      ...parsed.request,
      peer: () => ({ pid: process.pid, uid: 0, gid: 0 }),
      origin: { kind: 'clients' },
    };
  };
  const bytes = Buffer.from(body);
  const create = request(
    'POST /v1.45/containers/create?name=x HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${bytes.length}\r\n\r\n`,
  );
  const list = request('GET /v1.45/containers/json?all=1 HTTP/1.1\r\nHost: d\r\n\r\n');
  const read = () => {
    const parsed = parseJson(body);
    const checked = parsed.ok ? readCreateBody(parsed.value) : null;
    if (checked?.ok !== true) throw new Error('the body does not fit the model');
    return checked.body;
  };
  const known = {
    ...(await gatherCreateFacts(
      read(),
      facts,
      { engineSockets: [engineSocket], engineDirectories: [engineDirectory], shares: ['/tmp'] },
      options,
    )),
    socket: null,
  };
  try {
    return [
      await measure('plain request (list): parse, route, decide', 20_000, () => {
        const parsed = parseRequest(
          Buffer.from('GET /v1.45/containers/json?all=1 HTTP/1.1\r\nHost: d\r\n\r\n', 'latin1'),
        );
        return parsed.ok ? decide(list) : null;
      }),
      await measure('create, pure: read, check, decide, write', 5000, () => {
        const { body: written } = decideCreateContainer(read(), known, options);
        if (written === null) throw new Error('the body is refused');
        return writeJson(written);
      }),
      await measure('create, with facts: files and the engine asked', 500, async () => {
        const handling = await decide(create);
        if (handling.kind !== 'read-body') throw new Error('the body is not looked at');
        const verdict = await handling.decide(bytes);
        if (verdict.kind !== 'forward') throw new Error(verdict.message);
      }),
    ];
  } finally {
    settings.close();
    facts.close();
  }
}
