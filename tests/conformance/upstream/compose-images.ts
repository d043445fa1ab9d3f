import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { docker } from '../../support/real-engine.ts';

const run = promisify(execFile);

/** Names of images that need nothing but programs of Alpine's, all of them busybox. */
const alpine = [
  'alpine:latest',
  ...['3.13', '3.13.12', '3.14', '3.15'].map((version) => `alpine:${version}`),
  'bash:latest',
  'busybox:1.35.0',
];

/** Names of images that serve files. */
const servers = [
  'mariadb:latest',
  'nginx:alpine',
  'nginx:latest',
  ...['api', 'db', 'web'].map((name) => `gtardif/sentences-${name}:latest`),
];

/**
 * Makes images of the names that Compose's tests use, of busybox, on an engine. The servers have no programs
 * of those they are named after, but answer as the tests expect.
 */
export async function makeComposeImages(socket: string): Promise<void> {
  await build(socket, 'alpine:latest', ['FROM busybox:latest', `RUN ${directories}`]);
  for (const name of alpine.slice(1)) await docker(socket, 'tag', 'alpine:latest', name);
  for (const name of servers)
    await build(socket, name, [
      'FROM alpine:latest',
      `RUN ${pages} && ${programs}`,
      `EXPOSE 80`,
      `CMD ["httpd", "-f", "-p", "${name.includes('-api') ? 8080 : 80}", "-h", "${root}"]`,
    ]);
  await docker(socket, 'tag', 'hello-world:frozen', 'hello-world:latest');
  await docker(socket, 'tag', 'debian:bookworm-slim', 'debian:latest');
}

const root = '/usr/share/nginx/html';
const directories = 'mkdir -p /run /var && ln -s ../run /var/run';
const pages = [
  `mkdir -p ${root}/words`,
  `echo '<h1>Welcome to nginx!</h1>' > ${root}/index.html`,
  `echo '{"word": "sentence"}' > ${root}/words/noun`,
].join(' && ');
const programs = [
  'printf \'#!/bin/sh\\nfor url; do :; done\\nexec wget -q -O - "$url"\\n\' > /usr/bin/curl',
  'printf \'#!/bin/sh\\nexec sh "$@"\\n\' > /usr/bin/bash',
  'chmod +x /usr/bin/curl /usr/bin/bash',
].join(' && ');

async function build(socket: string, name: string, lines: readonly string[]): Promise<void> {
  const building = run('docker', ['-H', `unix://${socket}`, 'build', '-q', '-t', name, '-'], {
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  });
  building.child.stdin?.end(`${lines.join('\n')}\n`);
  await building;
}
