import { describe, expect, it } from 'vitest';
import { findConflicts, optionOf } from './inspect-engine.ts';

const dockerd = ['/usr/sbin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'];
const ids = (words: readonly string[]) => findConflicts(words).map(({ id }) => id);

describe("dockerd's command line", () => {
  it('as shipped in packages is no obstacle', () => {
    expect(findConflicts(dockerd)).toEqual([]);
    expect(findConflicts(['/usr/bin/dockerd', '--host=fd://'])).toEqual([]);
  });

  it.each([
    [[...dockerd, '-H', 'tcp://0.0.0.0:2375'], 'tcp://0.0.0.0:2375'],
    [[...dockerd, '--host=unix:///var/run/other.sock'], 'unix:///var/run/other.sock'],
  ])('with another address leads round the gateway, and is refused: %j', (words, address) => {
    expect(findConflicts(words)).toMatchObject([{ id: 'system.listens-elsewhere', params: { address } }]);
  });

  it('without socket activation is refused: the gateway could not take over the socket', () => {
    expect(ids(['/usr/bin/dockerd'])).toEqual(['system.not-socket-activated']);
  });

  it.each(['--config-file', '--default-runtime', '--userns-remap', '--exec-root'])(
    '%s is refused, since nothing here models it',
    (option) => {
      expect(ids([...dockerd, `${option}=x`])).toEqual(['system.option-not-supported']);
      expect(ids([...dockerd, option, 'x'])).toEqual(['system.option-not-supported']);
    },
  );

  it('contains the data root; the last one counts', () => {
    expect(optionOf(dockerd, '--data-root', '-g')).toBeNull();
    expect(optionOf([...dockerd, '-g', '/a', '--data-root=/b'], '--data-root')).toBe('/b');
    expect(optionOf([...dockerd, '--data-root'], '--data-root')).toBeNull();
  });
});
