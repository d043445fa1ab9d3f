import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import { startRegistry, type Registry } from '../../tests/support/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(async () => {
  await registry?.stop();
});

/** An image on nothing, whose step runs a program by a link. */
const scratchBuild = `mkdir -p context/bin && cp "$(command -v busybox)" context/bin/busybox &&
  ln -sf busybox context/bin/sh &&
  printf '%s\\n' 'FROM scratch' 'COPY bin /bin' 'RUN /bin/sh -c "/bin/busybox echo made > /file"' \\
    > context/Dockerfile
  docker build --no-cache --quiet --tag scratch context > /dev/null`;

describe('with overlay2, where the engine follows no link in layers once it has pushed', () => {
  let side: GuardedEngine;
  beforeAll(async () => {
    side = await startGuardedEngine();
  });
  afterAll(async () => {
    await side?.stop();
  });
  const sh = async (script: string) => {
    const { code, stdout, stderr } = await side.sh(script);
    return { code, output: `${stdout}${stderr}` };
  };
  /** The mounts of the store itself and of its links, with their options. */
  const storeMounts = async () =>
    (await readFile('/proc/self/mountinfo', 'utf8'))
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, , , , point = '']) => point.startsWith(`${side.engine.root}/data/overlay2`))
      .map(([, , , , point = '', options = '']) => [
        point.slice(`${side.engine.root}/data/overlay2`.length),
        options.includes('nosymfollow'),
      ]);

  it('A1, B1: containers go on, stop, start and are removed; images are built, pushed, saved', async () => {
    const image = `${registry.host}/web`;
    expect(
      await sh(`set -e
        docker run -d --name before busybox sh -c 'echo one > /file; sleep 1000' > /dev/null
        until docker exec before test -s /file; do sleep .1; done
        docker tag busybox ${image}; docker push --quiet ${image} > /dev/null
        docker exec before cat /file; docker restart -t 0 before > /dev/null
        docker exec before cat /file; docker commit before committed > /dev/null
        docker run --rm committed cat /file
        docker save committed | tar -t | grep -c 'layer.tar$\\|^blobs/' > /dev/null
        docker rmi ${image} > /dev/null; docker pull --quiet ${image} > /dev/null
        ${scratchBuild}; docker run --rm scratch /bin/sh -c '/bin/busybox cat /file'
        docker rm -f before > /dev/null; docker rmi -f committed scratch > /dev/null`),
    ).toEqual({ code: 0, output: 'one\none\none\nmade\n' });
    const mounts = await storeMounts();
    expect(mounts).toContainEqual(['', true]);
    expect(mounts).toContainEqual(['/l', false]);
    // Nothing of removed containers is left, neither above nor below.
    expect(mounts.filter(([point]) => String(point).endsWith('/merged'))).toEqual([]);
  });

  it('follows links again once ECI is off, for steps that have a layer as their root', async () => {
    await side.gateway.settings({
      ...eciOn(side.scratch),
      enhancedContainerIsolation: { locked: true, value: false },
    });
    expect(await sh('docker version > /dev/null')).toEqual({ code: 0, output: '' });
    expect(await storeMounts()).toContainEqual(['', false]);
    await side.gateway.settings(eciOn(side.scratch));
  });
});

describe('with a storage driver that cannot be kept from following links', () => {
  let side: GuardedEngine;
  beforeAll(async () => {
    side = await startGuardedEngine({ storageDriver: 'vfs' });
  });
  afterAll(async () => {
    await side?.stop();
  });

  it.each([
    ['docker push', 'docker tag busybox 127.0.0.1:1/web; docker push 127.0.0.1:1/web'],
    ['docker save', 'docker save busybox > file'],
  ])('B1: %s is refused with the reason', async (what, script) => {
    const { code, stderr } = await side.sh(script);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`${what} is blocked: links in the layers of an image must not lead the engine`);
    expect(stderr).toContain('the storage driver vfs cannot be kept from following them');
  });
});
