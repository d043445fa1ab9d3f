import { expect, test } from 'vitest';
import samples from './inspected-samples.json' with { type: 'json' };
import { parseInspection, type ContainerInspection } from './container-inspection.ts';
import { isCalled, recreateOrder } from './recreate-order.ts';

const idOf = (name: string) => Buffer.from(name).toString('hex').padEnd(64, '0');
function container(
  name: string,
  host: object = {},
  labels: Record<string, string> = {},
): ContainerInspection {
  const read = parseInspection({
    ...samples.plain,
    Id: idOf(name),
    Name: `/${name}`,
    Config: { ...samples.plain.Config, Labels: labels },
    HostConfig: { ...samples.plain.HostConfig, ...host },
  });
  if (!read.ok) throw new Error(read.error.reason);
  return read.value;
}
const order = (...containers: ContainerInspection[]) =>
  recreateOrder(containers).map((group) => group.map(({ name }) => name));

test("dependencies come first: links, and Compose's order within one project", () => {
  const of = (project: string, service: string, needs = '') =>
    container(
      `${project}-${service}`,
      {},
      {
        'com.docker.compose.project': project,
        'com.docker.compose.service': service,
        'com.docker.compose.depends_on': needs,
      },
    );
  expect(
    order(
      of('a', 'api', 'db:service_healthy:false,zoo:service_started:false'),
      of('a', 'db'),
      of('a', 'zoo'),
    ),
  ).toEqual([['a-db'], ['a-zoo'], ['a-api']]);
  expect(order(of('a', 'api', 'db'), of('b', 'db'))).toEqual([['a-api'], ['b-db']]);
  expect(order(container('app', { Links: ['/zdb:/app/db'] }), container('zdb'))).toEqual([['zdb'], ['app']]);
});

test('containers that share namespaces are one group, also in a chain, the joined one first', () => {
  expect(
    order(
      container('a', { NetworkMode: `container:${idOf('m')}` }),
      container('m'),
      container('b', { PidMode: 'container:a' }),
      container('other'),
    ),
  ).toEqual([['m', 'a', 'b'], ['other']]);
});

test('a cycle is ordered by name', () => {
  expect(order(container('b', { Links: ['/a:/b/a'] }), container('a', { Links: ['/b:/a/b'] }))).toEqual([
    ['a'],
    ['b'],
  ]);
});

test('a container is identified by its name, its id, and a prefix of at least twelve digits', () => {
  const one = container('web');
  expect([idOf('web'), idOf('web').slice(0, 12), 'web'].every((reference) => isCalled(one, reference))).toBe(
    true,
  );
  expect(['', idOf('web').slice(0, 6), 'we', 'api'].some((reference) => isCalled(one, reference))).toBe(
    false,
  );
});
