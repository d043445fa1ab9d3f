import { expect, it, test } from 'vitest';
import { redactJson, redactText } from './redact.ts';

// Composed here, so that no scanner reports them as real secrets.
const githubToken = `ghp_${'a1'.repeat(18)}`;

test.each([
  ['proxy http://sam:p4ss@proxy:3128/', 'proxy http://[redacted]@proxy:3128/'],
  ['Authorization: Bearer abc.def', 'Authorization: [redacted]'],
  ['msg="sent Authorization=\\"Basic c2FtOnA=\\" to x"', 'msg="sent Authorization=\\"[redacted]\\" to x"'],
  ['uses bearer abcdefghijklmnopqrst now', 'uses bearer [redacted] now'],
  ['password=hunter2 next', 'password=[redacted] next'],
  ['{"registryToken": "a b c", "x": 1}', '{"registryToken": [redacted], "x": 1}'],
  ['msg="login password=\\"a b\\" failed"', 'msg="login password=[redacted] failed"'],
  ['docker login --password hunter2 r', 'docker login --password [redacted] r'],
  ['AWS_SECRET_ACCESS_KEY=abc/def+g', 'AWS_SECRET_ACCESS_KEY=[redacted]'],
  [`pull with ${githubToken}.`, 'pull with [redacted].'],
  ['-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\nx', '[redacted]\nx'],
  ['-----BEGIN PRIVATE KEY-----\nMHc', '[redacted]'],
])('%j', (text, expected) => {
  expect(redactText(text).text).toBe(expected);
});

test.each([
  'bind mount of /etc/passwd is blocked',
  'unix:///var/lib/bulkhead/docker.sock',
  'registry.example/team/tool@sha256:0123',
  'basic authentication',
])('%j stays', (text) => {
  expect(redactText(text)).toEqual({ text, counts: {} });
});

it('counts replacements by kind', () => {
  expect(redactText('password=a https://u:p@h token: b').counts).toEqual({
    'named-secret': 2,
    'url-credentials': 1,
  });
});

it('replaces values of keys in JSON, including nested ones, and keeps the rest', () => {
  const settings = {
    proxy: { http: { value: 'http://u:p@proxy:1' } },
    auths: { 'r.example': { auth: 'c2Ft' } },
    registryToken: 7,
    enhancedContainerIsolation: { value: true },
  };
  const redacted = redactJson(JSON.stringify(settings));
  expect(JSON.parse(redacted.text)).toEqual({
    proxy: { http: { value: 'http://[redacted]@proxy:1' } },
    auths: { 'r.example': { auth: '[redacted]' } },
    registryToken: '[redacted]',
    enhancedContainerIsolation: { value: true },
  });
  expect(redacted.counts).toEqual({ 'url-credentials': 1, 'named-secret': 2 });
  expect(redactJson('{"password": "x"').text).toBe('{"password": [redacted]');
});

it('processes a long line in linear time', () => {
  const started = performance.now();
  redactText(`${'a-'.repeat(200_000)}${'x://'.repeat(50_000)}${'"'.repeat(100_000)}`);
  expect(performance.now() - started).toBeLessThan(5000);
});
