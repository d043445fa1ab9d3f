import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';

let root: string;
let registry: string;
const servers: Server[] = [];
const digest = `sha256:${createHash('sha256').update('x').digest('hex')}`;
const id = `sha256:${'1'.repeat(64)}`;

async function serve(listener: RequestListener, at: string | number): Promise<string> {
  const server = createServer(listener);
  if (typeof at === 'string') server.listen(at);
  else server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  // a listening TCP server has one
  return typeof at === 'string' ? at : `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-cli-');
  registry = await serve((req, res) => {
    const found = req.url === '/v2/team/tool/manifests/1';
    res
      .writeHead(
        found ? 200 : 404,
        found
          ? { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json', 'Docker-Content-Digest': digest }
          : {},
      )
      .end();
  }, 0);
  // A fake engine: one image, pulled from the registry.
  await serve(
    (req, res) => {
      const answer =
        req.url === '/info'
          ? { RegistryConfig: { Mirrors: null, IndexConfigs: {}, InsecureRegistryCIDRs: ['127.0.0.0/8'] } }
          : [`/images/${registry}/team/tool:1/json`, `/images/${id}/json`].includes(
                decodeURIComponent(req.url ?? ''),
              )
            ? {
                Id: id,
                RepoTags: [`${registry}/team/tool:1`],
                RepoDigests: [`${registry}/team/tool@${digest}`],
                RootFS: { Layers: [digest] },
                GraphDriver: { Name: 'overlay2' },
              }
            : null;
      res.writeHead(answer === null ? 404 : 200).end(JSON.stringify(answer));
    },
    path.join(root, 'engine.sock'),
  );
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(root, { recursive: true, force: true });
});

const bulkhead = (...args: string[]) =>
  runCommandLine(args, { env: { BULKHEAD_ROOT: root, DOCKER_CONFIG: root } });
const settings = (...images: string[]) => settingsWith({}, ...images);
const settingsWith = (bulkhead: unknown, ...images: string[]) =>
  writeFile(
    path.join(root, 'admin-settings.json'),
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { locked: true, value: true, dockerSocketMount: { imageList: { images } } },
      bulkhead,
    }),
  );

describe('bulkhead trust (B2–B4)', () => {
  test("a trusted image: exit 0, with entry, digests and the registry's response", async () => {
    await settings(`${registry}/team/tool:1`);
    const result = await bulkhead('trust', `${registry}/team/tool:1`);
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.out).toContain(
      `${registry}/team/tool:1 may have the Docker socket: allowed by ${registry}/team/tool:1.`,
    );
    expect(result.out).toMatch(
      new RegExp(
        `entry .*match; local ${digest}; queried ${registry}/team/tool for 1: serves ${digest}, \\d+ s ago`,
      ),
    );
    expect(JSON.parse((await bulkhead('trust', `${registry}/team/tool:1`, '--json')).out)).toMatchObject({
      verdict: { trusted: true, imageId: id },
      checks: [{ outcome: 'match' }],
    });
  });

  test("B7: trust prints an image's command list, by content", async () => {
    await settingsWith(
      {
        perImageCommandLists: [
          { image: `${registry}/team/tool:2`, type: 'deny', commands: [] },
          { image: `${registry}/team/tool:1`, type: 'allow', commands: ['ps'] },
        ],
      },
      '*',
    );
    expect((await bulkhead('trust', `${registry}/team/tool:1`)).out).toContain(
      '  commands by /bulkhead/perImageCommandLists/1\n',
    );
  });

  test('one that is not trusted: exit 1 and the reason; an engine that is down: an error', async () => {
    await settings(`${registry}/team/tool:2`, 'docker:cli');
    const result = await bulkhead('trust', `${registry}/team/tool:1`, '--json');
    expect(result.code).toBe(1);
    expect(JSON.parse(result.out)).toMatchObject({
      verdict: { trusted: false, reason: 'not-listed' },
      checks: [{ outcome: 'absent' }],
    });
    expect(await bulkhead('trust', `${registry}/team/tool:1`, '--quiet')).toEqual({
      code: 1,
      out: '',
      err: '',
    });
    expect(
      await bulkhead('trust', `${registry}/team/tool:1`, '--format', '{{.Trusted}} {{.Reason}} {{.ID}}'),
    ).toEqual({ code: 1, out: `false not-listed ${id}\n`, err: '' });
    const missing = 'the engine has no image docker:cli';
    expect((await bulkhead('trust', 'docker:cli')).out).toContain(missing);
    expect((await bulkhead('trust', 'docker:cli')).out).not.toContain('no image is listed');
    await settings();
    const unlisted = (await bulkhead('trust', 'docker:cli')).out;
    expect(unlisted).toContain(missing);
    expect(unlisted).toContain('mounts of the Docker socket are denied: no image is allowed');
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    expect(await bulkhead('trust', 'docker:cli')).toMatchObject({
      code: 1,
      err: expect.stringContaining('could not be queried') as string,
    });
  });
});

describe('settings lint --registry', () => {
  test('lists entries that no registry serves, and queries only on request', async () => {
    await settings(
      `${registry}/team/tool:1`,
      `${registry}/team/tool:2`,
      `${registry}/team/tool:*`,
      '127.0.0.1:1/gone',
    );
    const codes = async (...args: string[]) =>
      (
        JSON.parse((await bulkhead('settings', 'lint', '--json', ...args)).out) as {
          findings: { code: string; pointer: string; message: string }[];
        }
      ).findings.filter((finding) => finding.code === 'socket-image-no-digest');
    expect(await codes()).toEqual([]);
    const images = '/enhancedContainerIsolation/dockerSocketMount/imageList/images';
    expect(await codes('--registry')).toMatchObject([
      { pointer: `${images}/1`, message: expect.stringContaining('serves no image') as string },
      {
        pointer: `${images}/3`,
        message: expect.stringMatching(/could not be queried.*ECONNREFUSED/) as string,
      },
    ]);
  });
});
