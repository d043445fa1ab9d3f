import { expect } from 'vitest';
import type { Guest } from './guest.ts';
import { applySetting } from './product.ts';

/** Imports an image with busybox and the machine's own docker command line. */
const importClient = `rm -rf client && mkdir client
tar -C client -xf /usr/local/share/busybox.tar
for file in /usr/bin/docker $(ldd /usr/bin/docker | grep -o '/[^ ]*'); do
  mkdir -p "client/\${file%/*}" && cp -L "$file" "client$file"
done
tar -C client -c . | docker import -c 'CMD ["sh"]' - client >/dev/null`;

/** Allows the Docker socket to all images, and starts a container `client` with it, which always restarts. */
export async function startSocketContainer(guest: Guest): Promise<void> {
  await applySetting(
    guest,
    '/enhancedContainerIsolation/dockerSocketMount',
    `'{"imageList":{"images":["*"]}}'`,
  );
  await guest.output(importClient, { user: 'alice' });
  const socket = '/var/run/docker.sock';
  await guest.output(
    `docker run -d --name client --restart always -v ${socket}:${socket} client sleep 1000000`,
    { user: 'alice' },
  );
  await expectSocketInContainer(guest);
}

/** Containers' sockets have paths and descriptors of their own: each must respond, and decide. */
export async function expectSocketInContainer(guest: Guest): Promise<void> {
  const inside = (command: string) => guest.run(`docker exec client docker ${command}`, { user: 'alice' });
  expect(await inside("ps --filter name=client --format '{{.Names}}'")).toMatchObject({
    code: 0,
    stdout: 'client\n',
  });
  expect((await inside('run --rm --pid=host busybox true')).stderr).toContain('(A7)');
}
