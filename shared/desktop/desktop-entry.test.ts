import { expect, it } from 'vitest';
import { autostartEntry, menuEntry } from './desktop-entry.ts';

it('an entry in the menu has its texts in English and Chinese', () => {
  const lines = menuEntry(['/opt/bulkhead']).split('\n');
  expect(lines.filter((line) => /^(?:Name|GenericName|Comment|Keywords)/.test(line))).toEqual([
    'Name=Bulkhead',
    'GenericName=Enhanced Container Isolation',
    'GenericName[zh_CN]=增强型容器隔离',
    'Comment=Isolate the containers of a Docker engine',
    'Comment[zh_CN]=隔离 Docker 引擎的容器',
    'Keywords=docker;container;isolation;security;',
    'Keywords[zh_CN]=docker;容器;隔离;安全;',
  ]);
});

it('an autostart entry, too', () => {
  expect(autostartEntry(['/opt/bulkhead']).split('\n')).toEqual(
    expect.arrayContaining(['Comment=Enhanced Container Isolation', 'Comment[zh_CN]=增强型容器隔离']),
  );
});
