import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Repositories over HTTP on loopback. Paths below `/private/` require a password, and accept none. */
export interface GitServer {
  readonly port: number;
  /** Requested paths, in order, with the credentials that were sent. */
  readonly requests: { readonly path: string; readonly authorization: string }[];
  /**
   * Creates `<name>.git` with a Dockerfile and, if given, a submodule with that address. Its branch is
   * `master`.
   */
  addRepository(name: string, submodule?: string): Promise<void>;
  close(): void;
}

/** Serves repositories created below `directory`. */
export async function startGitServer(directory: string): Promise<GitServer> {
  const requests: GitServer['requests'] = [];
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    requests.push({ path: target, authorization: request.headers.authorization ?? '' });
    if (target.startsWith('/private/')) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="private"' }).end();
      return;
    }
    serve(directory, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    requests,
    addRepository: (name, submodule) => addRepository(directory, name, submodule),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** One request to git's own server program (CGI). */
function serve(directory: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
  });
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => {
    parts.push(part);
  });
  child.once('close', () => {
    const whole = Buffer.concat(parts);
    const end = whole.indexOf('\r\n\r\n');
    const fields = whole
      .subarray(0, end)
      .toString('latin1')
      .split('\r\n')
      .map((line) => line.split(': ', 2));
    const status = fields.find(([name]) => name === 'Status')?.[1];
    for (const [name = '', value = ''] of fields) if (name !== 'Status') response.setHeader(name, value);
    response.statusCode = status === undefined ? 200 : Number.parseInt(status, 10);
    response.end(whole.subarray(end + 4));
  });
}

async function addRepository(directory: string, name: string, submodule?: string): Promise<void> {
  const work = path.join(directory, `${name}.work`);
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'test',
    GIT_AUTHOR_EMAIL: 'test@localhost',
    GIT_COMMITTER_NAME: 'test',
    GIT_COMMITTER_EMAIL: 'test@localhost',
  };
  const git = (...args: string[]) => run('git', args, { cwd: work, env });
  await mkdir(work, { recursive: true });
  await git('init', '-q', '-b', 'master');
  await writeFile(path.join(work, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
  await git('add', 'Dockerfile');
  if (submodule !== undefined) {
    await git('config', '-f', '.gitmodules', 'submodule.part.path', 'part');
    await git('config', '-f', '.gitmodules', 'submodule.part.url', submodule);
    await git('add', '.gitmodules');
    await git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},part`);
  }
  await git('commit', '-q', '-m', name);
  await run('git', ['clone', '-q', '--bare', work, path.join(directory, `${name}.git`)], { env });
}
