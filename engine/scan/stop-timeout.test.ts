import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { readStopWait, stopWait } from './stop-timeout.ts';

const status = (more: Partial<Record<'SigCgt' | 'SigBlk' | 'SigIgn', string>>) =>
  Object.entries({
    SigBlk: '0000000000000000',
    SigIgn: '0000000000000000',
    SigCgt: '0000000000000000',
    ...more,
  })
    .map(([field, mask]) => `${field}:\t${mask}`)
    .join('\n');
const term = '0000000000004000';

test('the full timeout counts for a first process that neither handles nor waits for SIGTERM', () => {
  expect(stopWait({ pidMode: '' }, status({}))).toBe(10);
  expect(stopWait({ pidMode: '' }, status({ SigCgt: term }))).toBe(0);
  expect(stopWait({ pidMode: '' }, status({ SigBlk: term }))).toBe(0);
});
test('the container’s own signal and time count, and the engine’s own limit', () => {
  expect(stopWait({ pidMode: '', StopSignal: 'SIGQUIT' }, status({ SigCgt: term }))).toBe(10);
  expect(stopWait({ pidMode: '', StopSignal: 'KILL' }, status({}))).toBe(0);
  expect(stopWait({ pidMode: '', StopTimeout: 3 }, status({}))).toBe(3);
  expect(stopWait({ pidMode: '', StopTimeout: 600 }, status({}))).toBe(15);
  expect(stopWait({ pidMode: '', StopTimeout: -1 }, status({}))).toBe(15);
});
test('beside the host’s processes SIGTERM ends what does not ignore it', () => {
  expect(stopWait({ pidMode: 'host' }, status({}))).toBe(0);
  expect(stopWait({ pidMode: 'host' }, status({ SigIgn: term }))).toBe(10);
});
test('reads a real process, and returns nothing for one that has ended', async () => {
  const sleeping = spawn('sleep', ['60']);
  await once(sleeping, 'spawn');
  try {
    expect(await readStopWait({ pidMode: '' }, sleeping.pid ?? 0)).toBe(10);
  } finally {
    sleeping.kill('SIGKILL');
    await once(sleeping, 'exit');
  }
  expect(await readStopWait({ pidMode: '' }, 4_000_000)).toBe(0);
});
