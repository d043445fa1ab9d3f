import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVolumeBody } from '../../shared/policy/docker-bodies.ts';
import { parseJson } from '../../shared/policy/json-parser.ts';
import { writeJson, type JsonObject } from '../../shared/policy/json.ts';
import { checkShape, textAt, textMapAt } from '../../shared/policy/shape.ts';
import { anyTarget, weighted } from '../../tests/support/http-tokens.ts';
import { requestBytes } from '../../tests/support/http-grammar.ts';
import { startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { matchRoute } from '../routes/match.ts';
import { ClientConnection } from './connection.ts';
import { BodyTracker } from './message/framing.ts';
import { headEnd } from './message/head-parser.ts';
import { parseResponseHead } from './message/response-head.ts';
import { parseTarget } from './message/target.ts';

// The engine itself says what it reads: bytes are judged by what dockerd makes of them. fast-check prints
// seed and path of a failure.

interface EngineParse {
  method: string;
  target: string;
  host: string;
  fields: readonly { name: string; value: string }[];
  body: string;
}
interface ParsedResponse {
  status: number;
  body: string;
}
/** A refusal of the gateway's own has none of the fields that the engine puts into every response. */
const gatewaysOwn = new RegExp(
  '^HTTP/1\\.1 \\d+ [^\\r]*\\r\\nContent-Type: application/json\\r\\n' +
    'Content-Length: \\d+\\r\\n(?:Connection: close\\r\\n)?\\r\\n$',
);

let engine: BareEngine;
let scratch: string;
let gateway: Server;
let believed: EngineParse[];
const connections = new Set<ClientConnection>();

beforeAll(async () => {
  engine = await startBareEngine({ busybox: false });
  scratch = await mkdtemp('/tmp/bulkhead-oracle-');
  gateway = createServer({ allowHalfOpen: true }, (client) => {
    connections.add(
      new ClientConnection(client, {
        engineSocket: engine.socket,
        ended: (one) => {
          connections.delete(one);
        },
        onProtocolError: () => undefined,
        decide: ({ head }) => {
          const one: EngineParse = {
            method: head.method,
            target: head.target,
            host: head.host,
            fields: head.fields,
            body: '',
          };
          believed.push(one);
          if (head.body.kind === 'none') return { kind: 'forward' };
          return {
            kind: 'read-body',
            limit: 1024 * 1024,
            decide: (body) => {
              one.body = body.toString('latin1');
              return { kind: 'forward', body };
            },
          };
        },
      }),
    );
  });
  gateway.listen(path.join(scratch, 'gateway.sock'));
  await once(gateway, 'listening');
});
afterAll(async () => {
  for (const one of connections) one.close();
  gateway?.close();
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

/** Sends bytes (and FIN); resolves with all that came back. */
async function send(socketPath: string, bytes: Buffer, fin: boolean): Promise<Buffer> {
  const socket = connect({ path: socketPath, allowHalfOpen: false });
  const parts: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (part: Buffer) => {
    parts.push(part);
  });
  if (fin) socket.end(bytes);
  else socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(parts);
}

/** Takes the engine's responses to requests with these methods apart. */
function parseResponses(bytes: Buffer, methods: readonly string[]): ParsedResponse[] {
  const list: ParsedResponse[] = [];
  let at = 0;
  while (at < bytes.length) {
    const method = methods[list.length] ?? 'GET';
    const rest = bytes.subarray(at);
    const end = headEnd(rest);
    if (end > 0 && gatewaysOwn.test(rest.toString('latin1', 0, end))) break;
    const head = end < 0 ? null : parseResponseHead(rest.subarray(0, end), method);
    if (head === null) throw new Error(`not a response: ${rest.toString('latin1').slice(0, 200)}`);
    at += end;
    if (head.status < 200) continue;
    const body = new BodyTracker(head.body, false);
    let text = '';
    at += body.consume(bytes.subarray(at), (part) => {
      text += part.toString('latin1');
    });
    list.push({ status: head.status, body: text });
  }
  return list;
}

/** One request in the plainest form there is, on a connection of its own. */
async function plain({
  method,
  target,
  host,
  fields,
  body,
}: EngineParse): Promise<ParsedResponse | undefined> {
  const text =
    `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n` +
    `${fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('')}Connection: close\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`;
  return parseResponses(await send(engine.socket, Buffer.from(text, 'latin1'), false), [method])[0];
}
const get = (target: string) => plain({ method: 'GET', target, host: 'd', fields: [], body: '' });

// Nothing that these could name exists.
const harmless = weighted(
  fc.constantFrom(
    '/_ping',
    '/v1.45/containers/nobody/json',
    '/containers/no-body/json?size=1',
    '/v1.45/networks/nowhere',
    '/v1.45/volumes/nothing',
    '/v1.45/images/a/b:c/json',
    '/v1.44/containers/nobody/start',
    '/v1.45/containers/nobody/resize?h=1&w=2',
    '/v1.45/exec/nobody/json',
    '/nothing/here',
    '/v1.45/containers/json?limit=x',
    '/containers/a%20b/json',
  ),
  '//_ping',
  '/./_ping',
  '/containers/x/../y/json',
  '/%5fping',
  '/v1.45/../_ping',
  '/v9.99/_ping',
  '/_ping#x',
  'http://d/_ping',
  '/_ping?a=1&a=2',
  '/_ping\t',
);

describe('every request that the gateway forwards', () => {
  it('gets the same response from the engine as the plain request that the gateway parsed', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(requestBytes(harmless), async (bytes) => {
        believed = [];
        const received = await send(path.join(scratch, 'gateway.sock'), bytes, true);
        // The last one may have been cut off by the end of the bytes.
        const whole = believed;
        const responses = parseResponses(
          received,
          whole.map((one) => one.method),
        );
        expect(responses.length).toBeLessThanOrEqual(whole.length);
        accepted += responses.length;
        for (const [index, response] of responses.entries()) {
          const one = whole[index];
          if (one === undefined) throw new Error('a response without a request');
          // FIN ends a request to the engine, as it does without a gateway; some give up then.
          if (response.body.includes('context canceled')) continue;
          expect(response, `${one.method} ${one.target}`).toEqual(await plain(one));
        }
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  // The engine names in its 404 the requested subject as it reads it.
  it.each([
    ['/containers/{}/json', /^No such container: (.*)$/s],
    ['/images/{}/json', /^No such image: (.*?)(?::latest)?$/s],
    ['/volumes/{}', /^get (.*): no such volume$/s],
    ['/networks/{}', /^network (.*) not found$/s],
    ['/exec/{}/json', /^No such exec instance: (.*)$/s],
  ])(
    'names in %s what the engine reads there, also in odd spellings of the target',
    async (pattern, message) => {
      let matched = 0;
      const odd = fc.constantFrom(
        '%2F',
        '%2f',
        '/',
        '//',
        '.',
        '..',
        '/.',
        '/../',
        '%20',
        ' ',
        '%25',
        '%5f',
        '%5F',
        '%C3%A9',
        '%c3%a9',
        '%00',
        '%',
        '%zz',
        '+',
        ';',
        '?',
        '#',
        '\\',
        '%5C',
        ':',
        '@',
        '&',
        '%3A',
        '%E2%84%AA',
        'é',
        '"',
        "'",
        '(',
        '%0a',
        '~',
        '*',
        '=',
        ',',
        '$',
        '!',
      );
      const subject = fc
        .array(
          fc.oneof(
            { weight: 3, arbitrary: fc.stringMatching(/^[a-zA-Z0-9_-]{1,4}$/) },
            { weight: 1, arbitrary: odd },
          ),
          { minLength: 1, maxLength: 4 },
        )
        .map((parts) => parts.join(''));
      const prefix = weighted(
        fc.constantFrom('', '/v1.45', '/v1.24', '/v1.30'),
        '/v1.045',
        '/v01.45',
        '/v1..45',
        '/v1.4',
        '/V1.45',
        '/v1',
        '/v1.45/',
        '//v1.45',
        '/v1%2e45',
        '/%76' + '1.45',
      );
      await fc.assert(
        fc.asyncProperty(prefix, subject, async (before, name) => {
          const text = `${before}${pattern.replace('{}', name)}`;
          if (!/^\/[\x21-\x7e]*$/.test(text)) return;
          const parsed = parseTarget(text);
          if (!parsed.ok) return;
          const match = matchRoute('GET', parsed.target.path);
          const [head = '', rest = ''] = pattern.split('{}');
          if (match?.route.pattern.replace(/\{[a-z]+\}/, '{}') !== pattern || parsed.target.query.length > 0)
            return;
          matched++;
          expect(parsed.target.path).toBe(`${head}${match.subject}${rest}`);
          const response = await get(text);
          // An id that begins so; a name that can't be one.
          if (
            response?.status === 200 ||
            /invalid reference format|repository name must be lowercase/.test(response?.body ?? '')
          )
            return;
          const reported = (
            JSON.parse(Buffer.from(response?.body ?? '', 'latin1').toString('utf8')) as { message: string }
          ).message;
          const named = message.exec(reported)?.[1];
          // Names the engine finds invalid are named in other words; what it then looked for is in there all
          // the same.
          if (named === undefined) expect(reported).toContain(match.subject);
          else expect(named).toBe(match.subject);
        }),
        { numRuns: 600 },
      );
      expect(matched).toBeGreaterThan(50);
    },
  );

  it('routes as the engine does: what the table does not have is unknown there, or refused', async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyTarget, harmless), async (text) => {
        if (!/^\/[\x21-\x7e]*$/.test(text)) return;
        const parsed = parseTarget(text);
        if (!parsed.ok || matchRoute('GET', parsed.target.path) === null) return;
        known++;
        const response = await get(text);
        expect(response?.status, text).not.toBe(301);
        expect(response?.body ?? '', text).not.toContain('page not found');
      }),
      { numRuns: 200 },
    );
    expect(known).toBeGreaterThan(20);
  });
});

describe('bodies', () => {
  it('mean the same to engine and model: duplicate keys, case, folding, escapes, odd values', async () => {
    let accepted = 0;
    let number = 0;
    const key = weighted(
      fc.constantFrom('"Labels"', '"Driver"', '"DriverOpts"', '"Name"'),
      '"labels"',
      '"LABELS"',
      '"Label\u017f"',
      '"name"',
      '"Nam\\u0065"',
      '"Lab\\u0065ls"',
      '"driver"',
      '"Unknown"',
      '"\u212aey"',
      '"ClusterVolumeSpec"',
      '""',
      'Labels',
      "'Labels'",
    );
    const string = weighted(
      fc.constantFrom('"a"', '""', '"\\u0061"', '"\u00e9"', '"\\u00e9"', '"\\ud83d\\ude00"', '"a\\/b"'),
      '"\\ud800"',
      '"\\ud800x"',
      '"\\x41"',
      '"a\nb"',
      '"\u0000"',
      "'a'",
      '"\\u0000"',
      '"\uffff"',
      '"\\udc00\\ud800"',
    );
    const map = fc
      .array(
        fc.tuple(string, string).map(([k, v]) => `${k}:${v}`),
        { maxLength: 3 },
      )
      .map((entries) => `{${entries.join(',')}}`);
    const value = (of: string): fc.Arbitrary<string> => {
      if (/abel/i.test(of))
        return weighted(map, 'null', '[]', '"x"', '{"a":null}', '{"a":1}', '{"a":"b",}', '{,}');
      if (/pts/i.test(of)) return weighted(fc.constantFrom('{}', 'null'), '[]');
      if (/driver/i.test(of)) return weighted(fc.constantFrom('"local"', '""'), '"loc\\u0061l"', 'null', '1');
      return weighted(fc.constant('"@NAME@"'), 'null', '""');
    };
    const space = weighted(fc.constantFrom('', ' ', '\n', '\t'), '\u00a0', '/**/', '\ufeff', '\x0b');
    const body = fc
      .array(
        fc.tuple(
          space,
          key.chain((one) => value(one).map((text) => [one, text] as const)),
          space,
        ),
        { maxLength: 4 },
      )
      .chain((entries) =>
        fc
          .tuple(
            weighted(fc.constant(''), ' ', '\ufeff'),
            weighted(fc.constant(''), ' ', '{}', 'x', ',', '\x00'),
          )
          .map(([before, after]) => {
            const members = entries.map(([s1, [one, text], s2]) => `${s1}${one}${s1}:${s2}${text}`);
            return `${before}{${members.join(',')}}${after}`;
          }),
      );
    await fc.assert(
      fc.asyncProperty(body, async (template) => {
        const name = `oracle-${++number}`;
        const text = template.replaceAll('@NAME@', name);
        const parsed = parseJson(text);
        const shaped = parsed.ok ? checkShape(parsed.value, createVolumeBody) : null;
        if (shaped?.ok !== true || !(shaped.value instanceof Map)) return;
        accepted++;
        const model: JsonObject = shaped.value;
        // Once as the client wrote it, once as the gateway would: the engine makes the same of both, and it
        // is what the model says.
        for (const sent of [text, writeJson(model)]) {
          const response = await plain({
            method: 'POST',
            target: '/v1.45/volumes/create',
            host: 'd',
            fields: [{ name: 'Content-Type', value: 'application/json' }],
            body: Buffer.from(sent, 'utf8').toString('latin1'),
          });
          expect(response?.status, sent).toBe(201);
          const created = JSON.parse(Buffer.from(response?.body ?? '', 'latin1').toString('utf8')) as {
            Name: string;
            Driver: string;
            Labels: Record<string, string> | null;
          };
          const expected = textAt(model, 'Name');
          if (expected === '') expect(created.Name).toMatch(/^[0-9a-f]{64}$/);
          else expect(created.Name).toBe(expected);
          expect(created.Driver).toBe('local');
          const labels = Object.fromEntries(textMapAt(model, 'Labels'));
          const reported = { ...created.Labels };
          delete reported['com.docker.volume.anonymous'];
          expect(reported, sent).toEqual(labels);
          expect(
            (
              await plain({
                method: 'DELETE',
                target: `/v1.45/volumes/${created.Name}`,
                host: 'd',
                fields: [],
                body: '',
              })
            )?.status,
          ).toBe(204);
        }
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});
