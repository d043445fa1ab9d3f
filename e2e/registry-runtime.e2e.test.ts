import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from '../scripts/bundle.mjs';
import { findElectron } from '../scripts/electron-runtime.mjs';

const run = promisify(execFile);
let directory: string;
let server: Server;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp('/tmp/bulkhead-runtime-');
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const certificate =
    '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=registry';
  await run('openssl', [
    'req',
    ...certificate.split(' '),
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_request, response) => {
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The port of a TCP server.
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`;
  const input = { exchange: path.join(import.meta.dirname, '../tests/support/web-exchange.ts') };
  await bundle({ input, directory, target: 'node18' });
});
afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

/** A request of a registry check in the Node of the Electron that runs the window here. */
async function exchangeInElectron(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<unknown> {
  const electron = findElectron();
  if (electron === undefined) throw new Error('there is no Electron runtime: npm run set-up');
  const { stdout } = await run(electron.path, [path.join(directory, 'exchange.cjs'), url, ...args], {
    env: { PATH: process.env['PATH'], ELECTRON_RUN_AS_NODE: '1', ...env },
  });
  return JSON.parse(stdout);
}

it("trusts the machine's authorities in the Electron of the window, and no others", async () => {
  const trusted = { SSL_CERT_FILE: path.join(directory, 'cert.pem') };
  expect(await exchangeInElectron(trusted)).toEqual({ status: 200 });
  expect(await exchangeInElectron({})).toMatchObject({ cause: 'tls' });
});

it('does not bypass a proxy in the Electron of the window', async () => {
  const proxied = { SSL_CERT_FILE: path.join(directory, 'cert.pem'), HTTPS_PROXY: 'http://127.0.0.1:9' };
  expect(await exchangeInElectron(proxied)).toMatchObject({ cause: 'connect' });
  expect(await exchangeInElectron(proxied, 'direct')).toEqual({ status: 200 });
});
