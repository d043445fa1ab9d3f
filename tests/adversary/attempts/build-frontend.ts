import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { archive, type Attempt, type Side } from '../attempt.ts';
import { frontendContext } from './frontend-image.ts';

const written = (side: Side) => `${side.closed}/written`;
const tarType = 'Content-Type: application/x-tar';

const ways = [
  [
    'syntax',
    'the first line of its Dockerfile',
    (image: string) => ({ first: `# syntax=${image}\n`, query: '' }),
  ],
  [
    'argument',
    'a build argument',
    (image: string) => {
      const given = encodeURIComponent(JSON.stringify({ BUILDKIT_SYNTAX: image }));
      return { first: '', query: `&buildargs=${given}` };
    },
  ],
] as const;

export const buildFrontendAttempts: readonly Attempt[] = ways.map(([way, where, names]) => ({
  id: `build-frontend-${way}`,
  class: 'bypass-routes',
  title: `a build by BuildKit whose frontend, named by ${where}, writes a file of the machine`,
  outcome: 'refused',
  alone: true,
  attempt: async (side) => {
    const server = createServer((_request, response) => {
      response.end('written as root');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    try {
      // For BuildKit, each is a different download.
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/${side.tag}`;
      const frontend = frontendContext(url, written(side));
      const made = await side.send('POST', `/v1.45/build?t=${side.tag}.frontend`, frontend, tarType);
      const { first, query } = names(`${side.tag}.frontend`);
      const context = archive({ Dockerfile: `${first}FROM busybox\n` });
      const built = await side.send('POST', `/v1.45/build?version=2&t=${side.tag}${query}`, context, tarType);
      return [made, built];
    } finally {
      server.close();
    }
  },
  breach: async (side) => (await readFile(written(side), 'utf8').catch(() => '')) === 'written as root',
}));
