import { describe, expect, it } from 'vitest';
import { parseTarget } from '../http/message/target.ts';
import { loggedTarget } from './describe-request.ts';

function logged(text: string): string {
  const parsed = parseTarget(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return loggedTarget(parsed.target);
}

describe('the decision log holds no secrets', () => {
  it('logs only names of build arguments, remote contexts with tokens, unknown parameters', () => {
    expect(
      logged(
        '/v1.45/build?t=app%3A1&buildargs=%7B%22TOKEN%22%3A%22s3cret%22%7D&' +
          'remote=https%3A%2F%2Fs3cret%40example.com&nocache=1',
      ),
    ).toBe('/v1.45/build?t=app%3A1&buildargs=…&remote=…&nocache=1');
    expect(logged('/containers/create?name=a&Env=TOKEN%3Ds3cret&Cmd=s3cret&Cmd=x')).not.toContain('s3cret');
  });
  it('keeps what a reader needs, and bounds the size of an entry', () => {
    expect(logged('/v1.45/containers/a/archive?path=%2Fetc%2Fpasswd')).toBe(
      '/v1.45/containers/a/archive?path=%2Fetc%2Fpasswd',
    );
    expect(logged(`/v1.45/images/${'x'.repeat(2000)}/json`).length).toBeLessThanOrEqual(513);
  });
});
