import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../shared/messages/message.ts';
import { IsolationRefused, LocalizedError } from './base/refuse.ts';
import { RuntimeRequests, type ReadPlannerPolicy } from './runtime-requests.ts';
import type { IsolationService } from './service.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-runtime-requests-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const id = 'a'.repeat(64);

/** What the runtime gets for a request that the service fails with `error`, and what is logged. */
async function refusal(
  error: Error,
  readPolicy?: ReadPlannerPolicy,
): Promise<{ text: string; log: string[] }> {
  const log: string[] = [];
  // Of the service only this is called.
  const service = {
    handle: () => {
      throw error;
    },
  } as unknown as IsolationService;
  const requests = new RuntimeRequests(service, {
    paths: { procFiles: path.join(directory, 'proc') },
    parts: { sockets: [], directories: [], containerSockets: directory, roots: [] },
    sharing: {
      directory,
      records: 'required',
      subordinates: { prepare: () => Promise.resolve(), of: () => ({ uid: 1, gid: 1 }) },
    },
    log: (line) => log.push(line),
    ...(readPolicy === undefined ? {} : { readPolicy }),
  });
  const response = await requests.handle({
    verb: 'release',
    id,
    bundle: '',
    runcRoot: directory,
    pid: process.pid,
  });
  return { text: response.toString().split('\0')[3] ?? '', log };
}

describe('a refusal', () => {
  const refused = new IsolationRefused(
    message('planner-refusals.refusal', { reason: message('planner-refusals.joined-not-running') }),
  );
  const inEnglish = 'enhanced container isolation: the container whose namespaces are joined is not running';

  it('is in the language of the settings (B6), and logged in English', async () => {
    const { text, log } = await refusal(refused, () => Promise.resolve({ eci: true, language: 'zh-CN' }));
    expect(text).toBe('enhanced container isolation: 要加入其命名空间的容器未在运行');
    expect(log).toEqual([`release ${id}: ${inEnglish}`]);
  });

  it.each([
    ['by default', undefined],
    ['if the settings cannot be read', () => Promise.reject(new Error('disk'))],
  ] as const)('is in English %s', async (_, readPolicy) => {
    expect((await refusal(refused, readPolicy)).text).toBe(inEnglish);
  });

  it('has the reason of a failure in that language, too', async () => {
    const failed = new LocalizedError(
      message('planner-refusals.owner-not-recorded', { base: 1_000_000_000, directory: '/d', why: 'ENOSPC' }),
    );
    const policy = () => Promise.resolve({ eci: true, language: 'zh-CN' } as const);
    const { text, log } = await refusal(failed, policy);
    expect(text).toBe(
      '无法为容器规划隔离：无法在 /d 中记录 ID 范围 1000000000 的归属（ENOSPC）；请在该处释放空间，或修复文件系统',
    );
    expect(log).toEqual([
      `release ${id}: the owner of id range 1000000000 cannot be recorded in /d (ENOSPC); ` +
        'free space there, or repair the file system',
    ]);
  });

  it('that nobody decided about names the failure', async () => {
    const policy = () => Promise.resolve({ eci: true, language: 'zh-CN' } as const);
    expect((await refusal(new Error('EIO: i/o error'), policy)).text).toBe(
      '无法为容器规划隔离：EIO: i/o error',
    );
  });
});
