import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  // Created without the gateway, with the stock runtime: not protected (D).
  await guarded.engine.docker('run', '-d', '--name', 'old', '--runtime', 'runc', 'busybox', 'sleep', '1000');
  await guarded.engine.docker('create', '--name', 'still', '--runtime', 'runc', 'busybox', 'true');
  await guarded.engine.docker(
    'run',
    '-dt',
    '--name',
    'terminal',
    '--runtime',
    'runc',
    'busybox',
    'sleep',
    '1000',
  );
  await guarded.sh(
    'printf "services: {a: {image: busybox, pid: host}}" > compose.yaml; echo "FROM busybox" > Dockerfile',
  );
});
afterAll(async () => {
  await guarded?.stop();
});

const old = (doing: string, name = 'old') =>
  new RegExp(
    `enhanced container isolation: docker ${doing} on container ${name} is blocked: ` +
      '.*created under enhanced container isolation \\(D\\); .*bulkhead\\.existingContainers',
  );

/** A refused command, the exit code that a refusal of the engine causes, and the message for the user. */
const refused: readonly (readonly [string, number, RegExp])[] = [
  [
    'run --rm --pid host busybox true',
    125,
    /isolation: --pid=host is blocked: .*\bA7\); no setting allows it/,
  ],
  [
    'create -v /etc:/x busybox',
    1,
    /isolation: bind mount of \/etc is blocked: .*\bA8\); .*filesharingAllowedDirectories/,
  ],
  [
    'run --rm -v /var/run/docker.sock:/s busybox',
    125,
    /isolation: mounting the Docker socket .* is blocked: .*\bB1\); .*dockerSocketMount\.imageList/,
  ],
  ['run --rm --device /dev/kmsg busybox', 125, /isolation: --device \/dev\/kmsg is blocked: .*\bA5\)/],
  [
    'run --rm --network container:old busybox true',
    125,
    /isolation: --network=container:old is blocked: .*old is not protected/,
  ],
  ['exec old true', 1, old('exec')],
  ['attach old', 1, old('attach')],
  ['start -a still', 1, old('start', 'still')],
  ['start still', 1, old('start', 'still')],
  ['restart old', 1, old('restart')],
  ['cp old:/etc/passwd .', 1, old('cp')],
  ['cp compose.yaml old:/tmp', 1, old('cp')],
  ['export -o e.tar old', 1, old('export')],
  ['commit old x', 1, old('commit')],
  ['update -m 64m old', 1, old('update')],
  [
    'volume create -o type=none -o o=bind -o device=/etc v',
    1,
    /isolation: bind mount of \/etc is blocked: .*\bA8\)/,
  ],
  ['network connect host old', 1, /isolation: connecting to the engine's network is blocked/],
  ['build --network host .', 1, /isolation: a build with the engine's network .*is blocked/],
  ['compose -p refused up -d', 1, /isolation: --pid=host is blocked/],
  ['swarm init', 1, /isolation: docker swarm init is blocked/],
  ['plugin install --grant-all-permissions x', 1, /isolation: docker plugin install is blocked/],
  [
    'rename old ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    1,
    /isolation: the name f+ is blocked/,
  ],
];

describe.concurrent(
  'B6: the command line shows the reason of a refusal, and exits as for an error of the engine',
  () => {
    it.for(refused)('docker %s', async ([command, code, shows]) => {
      const outcome = await guarded.sh(`docker ${command}`);
      expect(outcome.stderr).toMatch(shows);
      expect(outcome.code).toBe(code);
    });

    it('docker build --network host, with the classic builder', async () => {
      const outcome = await guarded.sh('DOCKER_BUILDKIT=0 docker build --network host .');
      expect(outcome.stderr).toMatch(/isolation: docker build --network=host is blocked/);
      expect(outcome.code).toBe(1);
    });

    it('docker exec as a user or group that no protected container has', async () => {
      const started = await guarded.sh('docker run -d --name protected busybox sleep 1000');
      expect(started).toMatchObject({ code: 0 });
      for (const user of ['70000', '0:65536', '70000:70000']) {
        const outcome = await guarded.sh(`docker exec --user ${user} protected id`);
        expect(outcome.stderr).toContain(
          `enhanced container isolation: docker exec --user ${user} is blocked: a protected container has ` +
            'only the ids 0 to 65535; give another with --user (A3)',
        );
        expect(outcome.code).toBe(1);
      }
      const outcome = await guarded.sh('docker exec --user 65535:65535 protected id -u');
      expect(outcome).toMatchObject({ code: 0, stdout: '65535\n' });
    });

    it('docker attach to a terminal cannot show a text: it exits at once and does not hang', async () => {
      const outcome = await guarded.sh('script -qec "docker attach terminal" /dev/null');
      expect(outcome.stdout).toContain('unable to upgrade to tcp, received 403');
      expect(outcome.code).toBe(1);
    });

    it('other clients get the refusal of an attach as a response with its status', async () => {
      const container = new Docker({ socketPath: guarded.socket }).getContainer('old');
      await expect(container.attach({ stream: true, hijack: true, stdin: true })).rejects.toMatchObject({
        statusCode: 403,
        message: expect.stringMatching(old('attach')) as string,
      });
    });

    it('inspecting, ending and removing still work for containers that are not protected', async () => {
      const outcome = await guarded.sh(
        'docker logs old && docker top old >/dev/null && docker inspect -f "{{.Name}}" old && ' +
          'docker diff terminal && docker stop -t 0 terminal',
      );
      expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('/old\n') as string });
    });
  },
);
