import { describe, expect, it } from 'vitest';
import { english } from '../messages/catalogue/index.ts';
import { rules as chinese } from '../messages/catalogue/zh-CN/rules.ts';
import { setEngineOptions } from '../messages/engine-options.ts';
import { message } from '../messages/message.ts';
import { loadTranslator } from '../messages/translator.ts';
import { settingSentences } from '../rules/setting-pointer.ts';
import { deny, refusalText } from './decision.ts';

const translate = await loadTranslator('zh-CN');
const socketMount = deny(
  'socket-mount',
  message('policy.socket-into-image', { source: '/var/run/docker.sock', image: 'alpine' }),
  { detail: message('policy.container-unknown') },
);

describe('the refusal of an unprotected container', () => {
  it('B6: names a command that recreates this container, on this engine', () => {
    const what = message('gateway.use-of-container', { command: 'docker exec', name: 'web' });
    const refused = deny('container-unprotected', what, { subject: { container: 'web' } });
    setEngineOptions(' --root /srv/engine');
    try {
      expect(refusalText(refused)).toContain(
        'recreate the container (bulkhead containers recreate web --dry-run --root /srv/engine says ' +
          'whether that is possible), or an administrator',
      );
      expect(refusalText(refused)).toContain('docker exec on container web is blocked');
      expect(refusalText(refused, translate)).toContain('已拒绝“对容器 web 执行 docker exec”');
      expect(refusalText(refused, translate)).toContain(
        'bulkhead containers recreate web --dry-run --root /srv/engine',
      );
    } finally {
      setEngineOptions('');
    }
  });
});

describe('the refusal of a container that is kept beside its recreation', () => {
  it('names the new one, not a command that would recreate the old one', () => {
    const refused = deny('container-unprotected', 'docker start', {
      subject: { container: 'web-before-eci' },
    });
    expect(refusalText(refused)).toContain(
      'use web if that is its protected recreation, or an administrator',
    );
    expect(refusalText(refused)).not.toContain('bulkhead containers recreate');
  });
});

describe("the refusal of an image's content", () => {
  it('B6: names no entry as the remedy if no registry has the content', () => {
    const refused = deny('socket-mount', 'mounting the Docker socket into image busybox', {
      detail: message('trust.named-but-not-pulled', { entry: 'busybox' }),
    });
    expect(refusalText(refused)).toBe(
      'enhanced container isolation: mounting the Docker socket into image busybox is blocked: the Docker ' +
        'socket may be mounted by allowed images only (it has the name of busybox, but was not pulled from ' +
        'there: its content was made or loaded here; B1); push it to a registry, or pull it from one: no ' +
        'entry of enhancedContainerIsolation.dockerSocketMount.imageList but * allows content that was ' +
        'made or loaded here',
    );
  });
});

describe('a denial', () => {
  it('has the requirement and the setting of its rule, unless it names others', () => {
    expect(deny('docker-load', 'docker load')).toMatchObject({ spec: '', setting: '/blockDockerLoad' });
    expect(deny('socket-mount', 'x', { spec: 'B3', setting: null })).toMatchObject({
      spec: 'B3',
      setting: null,
    });
  });

  it('has its sentences by their ids beside the English text', () => {
    expect(socketMount).toMatchObject({
      what: 'mounting the Docker socket (/var/run/docker.sock) into a container of image alpine',
      detail: 'there is no such container',
      sentences: {
        what: {
          id: 'policy.socket-into-image',
          params: { source: '/var/run/docker.sock', image: 'alpine' },
        },
        detail: { id: 'policy.container-unknown' },
      },
    });
    expect(deny('host-namespace', '--pid=host')).not.toHaveProperty('sentences');
  });

  it('is cut if the client sent very long values, in text and values', () => {
    const long = 'x'.repeat(100_000);
    const nested = message('policy.volume-with-driver', {
      volume: message('policy.volume', { name: long }),
      driver: long,
    });
    const denial = deny('volume-plugin', nested, { detail: long });
    expect(denial.what).toHaveLength(5001);
    expect(denial.detail).toHaveLength(5001);
    expect(JSON.stringify(denial).length).toBeLessThan(30_000);
    expect(refusalText(denial, translate).length).toBeLessThan(30_000);
  });
});

describe('the text of a refusal', () => {
  it('is in the language of the translator, with the same beginning, requirement and setting', () => {
    expect(refusalText(socketMount, translate)).toBe(
      'enhanced container isolation: 已拒绝“将 Docker 套接字 (/var/run/docker.sock) 挂载到镜像 alpine ' +
        '的容器中”：只有允许的镜像可以挂载 Docker 套接字（没有这个容器；B1）；管理员可以在 enhancedContainerIsolation.dockerSocketMount.' +
        'imageList 中添加涵盖该镜像的条目来允许',
    );
    expect(
      refusalText(deny('command-blocked', 'x', { setting: '/bulkhead/perImageCommandLists/3' })),
    ).toMatch(/; an administrator can allow it in bulkhead\.perImageCommandLists\[3\]$/);
  });

  it('names settings as written in the file, in every language', () => {
    const sentences = english.rules();
    for (const id of Object.values(settingSentences)) {
      const names =
        sentences[id].match(
          /[a-zA-Z]+(?:\.[a-zA-Z]+)+(?:: "\w+")?|\b(?:filesharingAllowedDirectories|blockDockerLoad)\b/g,
        ) ?? [];
      expect(names, id).not.toHaveLength(0);
      for (const name of names) expect(chinese[id], id).toContain(name);
    }
  });
});
