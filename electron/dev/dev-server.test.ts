import { describe, expect, it, vi } from 'vitest';
import { contentSecurityPolicy } from '../main/window/app-protocol.ts';

vi.mock('electron', () => ({ app: {}, protocol: {} }));
const { devContentSecurityPolicy, devServerOf } = await import('./dev-server.ts');

describe('the development server', () => {
  it('is a port of the loopback interface', () => {
    expect(devServerOf('http://127.0.0.1:5173/').host).toBe('127.0.0.1:5173');
    for (const text of ['http://example.com/', 'https://127.0.0.1:1/', 'http://127.0.0.1:1/x', '', undefined])
      expect(() => devServerOf(text)).toThrow();
  });

  it('adds to the policy of the product what Vite needs, and nothing else', () => {
    const server = new URL('http://127.0.0.1:5173/');
    const product = contentSecurityPolicy('n').split('; ');
    const development = devContentSecurityPolicy('n', server).split('; ');
    expect(development.filter((directive) => !product.includes(directive))).toEqual([
      "script-src 'self' 'nonce-n'",
      "style-src 'self' 'unsafe-inline'",
      "connect-src 'self' ws://127.0.0.1:5173",
    ]);
    expect(development).toHaveLength(product.length);
  });
});
