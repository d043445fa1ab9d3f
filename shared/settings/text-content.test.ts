import { describe, expect, it } from 'vitest';
import { isUsableText, mendedText, type TextContent } from './text-content.ts';

describe('a text of a setting of Docker Desktop', () => {
  it.each<[TextContent, string, boolean]>([
    ['proxy-address', 'http://proxy.corp:3128', true],
    ['proxy-address', 'SOCKS5://[fd00::1]:1080', true],
    ['proxy-address', '', true],
    ['proxy-address', 'http:proxy', false],
    ['proxy-address', 'http:/proxy', false],
    ['proxy-address', 'http://', false],
    ['proxy-address', 'proxy.corp:3128', false],
    ['proxy-address', 'ftp://proxy.corp', false],
    ['pac-address', 'file:///etc/proxy.pac', true],
    ['pac-address', 'https:proxy.pac', false],
    ['contact-address', 'mailto:admin@corp.example', true],
    ['contact-address', 'https://help.corp.example/docker', true],
    ['contact-address', 'https:help', false],
  ])('%s: %j can be used: %s', (content, text, isUsable) => {
    expect(isUsableText(content, text)).toBe(isUsable);
  });

  it.each<[TextContent, string, string | null]>([
    ['proxy-address', 'proxy.corp:3128', 'http://proxy.corp:3128'],
    ['proxy-address', 'http:proxy.corp:3128', 'http://proxy.corp:3128'],
    ['proxy-address', 'https:/proxy', 'https://proxy'],
    ['proxy-address', 'proxy', null],
    ['contact-address', 'admin@corp.example', 'mailto:admin@corp.example'],
  ])('%s: %j was meant to be %j', (content, text, mended) => {
    expect(mendedText(content, text)).toBe(mended);
  });
});
