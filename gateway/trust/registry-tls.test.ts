import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebResponse, WebRequest } from './registry-http.ts';
import { good, resolve, serve, useRegistries } from './registry-client-fixture.ts';

useRegistries();

describe('TLS', () => {
  let scratch: string;
  let tls: { key: string; cert: string };
  beforeAll(() => {
    scratch = mkdtempSync('/tmp/bulkhead-tls-');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=fake',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        path.join(scratch, 'key.pem'),
        '-out',
        path.join(scratch, 'cert.pem'),
      ],
      { stdio: 'ignore' },
    );
    tls = {
      key: readFileSync(path.join(scratch, 'key.pem'), 'utf8'),
      cert: readFileSync(path.join(scratch, 'cert.pem'), 'utf8'),
    };
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });
  const trusted = (host: string, cert: string) => {
    const directory = mkdtempSync(path.join(scratch, 'certs-'));
    mkdirSync(path.join(directory, host));
    writeFileSync(path.join(directory, host, 'ca.crt'), cert);
    return directory;
  };

  it('an authority in certs.d is taken for its host, and then checked', async () => {
    const host = await serve((_req, res) => {
      good(res);
    }, tls);
    expect(await resolve(host, { certificates: trusted(host, tls.cert) })).toMatchObject({ kind: 'served' });
    const wrong = execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=other',
        '-keyout',
        '/dev/null',
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    expect(await resolve(host, { certificates: trusted(host, wrong) })).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('TLS') as string,
    });
  });

  it('an invalid certificate authority makes the registry unavailable', async () => {
    const host = await serve((_req, res) => {
      good(res);
    }, tls);
    expect(
      await resolve(host, {
        certificates: trusted(host, '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n'),
      }),
    ).toMatchObject({ kind: 'unavailable' });
  });

  it.each(['registry.example:99999', 'registry.example:0', '[::ffff'])(
    'an invalid address makes the registry unavailable (%s)',
    async (domain) => {
      expect(await resolve(domain, { timeoutMs: 500 })).toMatchObject({ kind: 'unavailable' });
    },
  );

  it('a registry on this machine needs no certificate, over TLS or without', async () => {
    expect(
      await resolve(
        await serve((_req, res) => {
          good(res);
        }, tls),
      ),
    ).toMatchObject({ kind: 'served' });
    expect(
      await resolve(
        await serve((_req, res) => {
          good(res);
        }),
      ),
    ).toMatchObject({ kind: 'served' });
  });

  it.each(['tls', 'connect', 'timeout', 'dns'] as const)(
    'another host is never contacted without TLS, not even after a failure (%s)',
    async (cause) => {
      const urls: string[] = [];
      const exchange = (request: WebRequest): Promise<WebResponse> => {
        urls.push(`${request.url.href} ${request.tls.verify}`);
        return Promise.resolve({ ok: false, cause, why: 'it failed' });
      };
      expect(await resolve('registry.example', { exchange })).toMatchObject({
        kind: 'unavailable',
        why: 'registry.example: it failed',
      });
      expect(await resolve('docker.io', { exchange })).toMatchObject({ kind: 'unavailable' });
      expect(urls).toEqual([
        'https://registry.example/v2/team/tool/manifests/1 true',
        'https://registry-1.docker.io/v2/team/tool/manifests/1 true',
      ]);
    },
  );

  it('a host that daemon.json calls insecure is contacted without TLS, after TLS failed', async () => {
    const urls: string[] = [];
    const exchange = (request: WebRequest): Promise<WebResponse> => {
      urls.push(`${request.url.origin} ${request.tls.verify}`);
      return Promise.resolve({ ok: false, cause: 'tls', why: 'it failed' });
    };
    await resolve('registry.lan:5000', {
      exchange,
      facts: { mirrors: [], insecureHosts: ['registry.lan:5000'], insecureRanges: ['10.0.0.0/8'] },
    });
    await resolve('10.1.2.3', {
      exchange,
      facts: { mirrors: [], insecureHosts: [], insecureRanges: ['10.0.0.0/8', 'nonsense', '::1/128'] },
    });
    expect(urls).toEqual([
      'https://registry.lan:5000 false',
      'http://registry.lan:5000 false',
      'https://10.1.2.3 false',
      'http://10.1.2.3 false',
    ]);
  });
});
