import { describe, expect, it } from 'vitest';
import { isObject, writeJson } from './json.ts';
import { parseJson } from './json-parser.ts';
import { partText, splitCreateBody } from './split-create.ts';

function split(text: string): string[] {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) throw new Error('not an object');
  return splitCreateBody(parsed.value, 'iso').map(({ body }) => writeJson(body));
}

describe('a create body, one part at a time', () => {
  it('has one part for every bind, mode, device and network', () => {
    expect(
      split(
        '{"Image":"a","Env":["A=1","B=2"],"HostConfig":{"Runtime":"runc","Binds":["/a:/a","/b:/b"],' +
          '"PidMode":"host","LogConfig":{"Type":"x","Config":{"a":"b"}}},' +
          '"NetworkingConfig":{"EndpointsConfig":{"x":{},"y":{}}}}',
      ),
    ).toEqual([
      '{"Image":"a","HostConfig":{"Runtime":"runc"}}',
      '{"Image":"a","HostConfig":{"Runtime":"iso","Binds":["/a:/a"]}}',
      '{"Image":"a","HostConfig":{"Runtime":"iso","Binds":["/b:/b"]}}',
      '{"Image":"a","HostConfig":{"Runtime":"iso","PidMode":"host"}}',
      '{"Image":"a","HostConfig":{"Runtime":"iso","LogConfig":{"Type":"x","Config":{"a":"b"}}}}',
      '{"Image":"a","Env":["A=1"],"HostConfig":{"Runtime":"iso"}}',
      '{"Image":"a","Env":["B=2"],"HostConfig":{"Runtime":"iso"}}',
      '{"Image":"a","NetworkingConfig":{"EndpointsConfig":{"x":{}}},"HostConfig":{"Runtime":"iso"}}',
      '{"Image":"a","NetworkingConfig":{"EndpointsConfig":{"y":{}}},"HostConfig":{"Runtime":"iso"}}',
    ]);
  });
  it('decides about a mount with the right to mount that the container has', () => {
    expect(split('{"Image":"a","HostConfig":{"Privileged":true,"Binds":["/a:/a"]}}')).toEqual([
      '{"Image":"a","HostConfig":{}}',
      '{"Image":"a","HostConfig":{"Runtime":"iso","Privileged":true}}',
      '{"Image":"a","HostConfig":{"Runtime":"iso","CapAdd":["SYS_ADMIN"],"Binds":["/a:/a"]}}',
    ]);
  });
  it('is one part where nothing is requested', () => {
    expect(split('{"Image":"a"}')).toEqual(['{"Image":"a","HostConfig":{}}']);
  });
  it('reports position and kind of each part, and only the names of variables and labels', () => {
    const parsed = parseJson(
      '{"Image":"a","Env":["A=secret"],"Labels":{"l":"secret"},"Tty":false,' +
        '"HostConfig":{"Binds":["/a:/a","/b:/b"],"Tmpfs":{"/t":"size=1"},"Mounts":[{"Type":"bind",' +
        '"Source":"/s"}],"Memory":0,"Privileged":true}}',
    );
    if (!parsed.ok || !isObject(parsed.value)) throw new Error('not an object');
    expect(
      splitCreateBody(parsed.value, 'iso')
        .map((part) => [part.field, partText(part)])
        .filter(([, text]) => text !== null),
    ).toEqual([
      ['HostConfig.Binds', '/a:/a'],
      ['HostConfig.Binds', '/b:/b'],
      ['HostConfig.Tmpfs', '/t=size=1'],
      ['HostConfig.Mounts', '{"Type":"bind","Source":"/s"}'],
      ['HostConfig.Privileged', 'true'],
      ['Env', 'A'],
      ['Labels', 'l'],
    ]);
  });
});
