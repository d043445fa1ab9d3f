// One request of the registry client, its result on standard output: bundled for other runtimes.
import { createWeb } from '../../gateway/trust/registry-http.ts';

const web = createWeb();
void web
  .exchange({
    method: 'GET',
    url: new URL(process.argv[2] ?? ''),
    headers: {},
    limitBytes: 1000,
    timeoutMs: 60_000,
    tls: { verify: true, authorities: [], client: null },
    direct: process.argv[3] === 'direct',
  })
  .then((response) => {
    process.stdout.write(
      JSON.stringify(
        response.ok ? { status: response.status } : { cause: response.cause, why: response.why },
      ),
    );
    web.close();
  });
