import { request } from 'node:http';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * A fake testcontainers/ryuk, which is in no registry here: runs in a container, implements its line
 * protocol on 8080 (filters in, ACK out), and when the last session's connection closes removes the objects
 * of the filters through the mounted socket. It lacks what the tests don't need: ryuk's waiting for
 * reconnections, retries, and the removal of images. One file, no dependencies: it is copied into an image.
 */
const socketPath = '/var/run/docker.sock';
const wanted = new Set<string>();
let sessions = 0;

async function send(method: string, path: string): Promise<unknown> {
  const answer = await new Promise<string>((resolve, reject) => {
    const message = request({ socketPath, method, path, headers: { Host: 'docker' } }, (response) => {
      text(response).then(resolve, reject);
    });
    message.on('error', reject);
    message.end();
  });
  return answer === '' ? null : (JSON.parse(answer) as unknown);
}

async function removeAll(): Promise<void> {
  for (const line of wanted) {
    const filters = encodeURIComponent(
      JSON.stringify({ label: [...new URLSearchParams(line).getAll('label')] }),
    );
    // The engine's lists, as documented.
    const listed = (await send('GET', `/containers/json?all=1&filters=${filters}`)) as {
      Id: string;
      Labels: Record<string, string>;
    }[];
    // Like ryuk, it does not remove itself.
    const containers = listed.filter(({ Labels }) => Labels['org.testcontainers.ryuk'] !== 'true');
    for (const { Id } of containers) await send('DELETE', `/containers/${Id}?force=1&v=1`);
    const networks = (await send('GET', `/networks?filters=${filters}`)) as { Id: string }[];
    for (const { Id } of networks) await send('DELETE', `/networks/${Id}`);
    const { Volumes } = (await send('GET', `/volumes?filters=${filters}`)) as {
      Volumes: { Name: string }[] | null;
    };
    for (const { Name } of Volumes ?? []) await send('DELETE', `/volumes/${Name}?force=1`);
    console.log(
      `Removed ${containers.length} container(s), ${networks.length} network(s), ` +
        `${Volumes?.length ?? 0} volume(s)`,
    );
  }
}

await send('GET', '/version').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
const server = createServer((session) => {
  sessions++;
  let rest = '';
  session.setEncoding('utf8');
  session.on('data', (part: string) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((one) => one.trim()).filter((one) => one !== '')) {
      wanted.add(line);
      session.write('ACK\n');
    }
  });
  session.on('error', () => undefined);
  session.on('close', () => {
    sessions--;
    if (sessions > 0 || wanted.size === 0) return;
    removeAll().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
});
server.listen(8080, () => {
  console.log('Started!');
});
