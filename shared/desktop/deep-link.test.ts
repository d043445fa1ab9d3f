import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepLinkOf, hashOf, parseDeepLink, parseRoute, routeOfSetting } from './deep-link.ts';

describe('links into the window', () => {
  it.each([
    ['bulkhead://overview', '/overview'],
    ['bulkhead://activity/?entry=4f2a-17', '/activity?entry=4f2a-17'],
    ['bulkhead://containers?show=unprotected', '/containers?show=unprotected'],
    ['bulkhead://docker-socket', '/docker-socket'],
    [
      'bulkhead://docker-socket?setting=/enhancedContainerIsolation/dockerSocketMount/imageList/images/0',
      '/docker-socket?pointer=%2FenhancedContainerIsolation%2FdockerSocketMount%2FimageList%2Fimages%2F0',
    ],
    ['bulkhead://isolation?setting=%2Fbulkhead%2Fmode', '/isolation?pointer=%2Fbulkhead%2Fmode'],
    [
      'bulkhead://file-sharing/?setting=/filesharingAllowedDirectories',
      '/file-sharing?pointer=%2FfilesharingAllowedDirectories',
    ],
  ])('%s shows %s', (url, hash) => {
    const place = parseDeepLink(url);
    expect(place === null ? null : hashOf(place)).toBe(hash);
  });

  it.each([
    'bulkhead://',
    'bulkhead://nowhere',
    'bulkhead://Overview',
    'bulkhead://overview/../json',
    'bulkhead://overview#x',
    'bulkhead://user@overview',
    'bulkhead://overview:80',
    'bulkhead:overview',
    'https://overview',
    'file:///etc/passwd',
    'bulkhead://overview?x=1',
    'bulkhead://containers?show=everything',
    'bulkhead://activity?entry=<script>',
    'bulkhead://activity?entry=a&entry=b',
    'bulkhead://activity?entry=%2e%2e%2f',
    'bulkhead://__proto__',
    'bulkhead://constructor?x=1',
    'bulkhead://activity?__proto__=a',
    `bulkhead://activity?entry=${'a'.repeat(600)}`,
    'bulkhead://isolation?setting=/filesharingAllowedDirectories',
    'bulkhead://file-sharing?setting=/bulkhead/mode',
    'bulkhead://isolation?setting=bulkhead/mode',
    'bulkhead://isolation?setting=/bulkhead/../mode',
    'bulkhead://isolation?setting=/bulkhead/',
    'bulkhead://isolation?setting=/bulkhead/mode&pointer=/bulkhead/mode',
    'bulkhead://isolation?setting=/bulkhead/%22%5D',
    'bulkhead://isolation/bulkhead/mode',
    'bulkhead://overview?setting=/bulkhead/mode',
    `bulkhead://isolation?setting=${'/bulkhead'.repeat(13)}`,
    'bulkhead://json?setting=/other',
    'bulkhead://simulator?command=run',
    'javascript:alert(1)',
    '',
  ])('%s shows nothing', (url) => {
    expect(parseDeepLink(url)).toBeNull();
  });

  it('never return more than a listed page with listed parameters, whatever the input', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((s) => `bulkhead://${s}`),
          fc.string().map((s) => `activity?${s}`),
        ),
        (text) => {
          for (const place of [parseDeepLink(text), parseRoute(text), deepLinkOf([text])]) {
            if (place !== null) expect(hashOf(place)).toMatch(/^\/[a-z-]+(\?[\w=&.%:-]+)?$/);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('open a setting’s own field, from its pointer alone', () => {
    expect(parseRoute('isolation/bulkhead/mode')).toEqual({
      page: 'isolation',
      params: { pointer: '/bulkhead/mode' },
    });
    expect(routeOfSetting('/enhancedContainerIsolation/dockerSocketMount/imageList')).toBe(
      'docker-socket/enhancedContainerIsolation/dockerSocketMount/imageList',
    );
    for (const pointer of ['/configurationFileVersion', '', '/bulkhead/a b', '/bulkhead?x'])
      expect(routeOfSetting(pointer)).toBeNull();
    for (const route of [
      'isolation/',
      'isolation/bulkhead/mode?show=all',
      'overview/bulkhead/mode',
      'json/bulkhead/mode',
      'docker-socket/bulkhead/mode',
    ])
      expect(parseRoute(route)).toBeNull();
    // What a second start passes to the first one is parsed again just as strictly.
    const place = parseRoute('isolation/bulkhead/mode');
    expect(place === null ? null : parseRoute(hashOf(place).slice(1))).toEqual(place);
  });

  it('are taken from arguments, as a route or as an address', () => {
    expect(deepLinkOf(['app', '--route', 'activity?filter=denied'])).toEqual({
      page: 'activity',
      params: { filter: 'denied' },
    });
    expect(deepLinkOf(['app', '--no-sandbox', '--route=json'])).toEqual({ page: 'json', params: {} });
    expect(deepLinkOf(['app', '--', 'bulkhead://containers'])).toEqual({ page: 'containers', params: {} });
    expect(deepLinkOf(['app', '--route'])).toBeNull();
    expect(deepLinkOf(['app', 'overview'])).toBeNull();
  });
});
