import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { requires } from '../support/requires.ts';

const script = path.join(import.meta.dirname, 'docker-py.py');
/** From Debian's python3-docker, which other Pythons do not find. */
const python = '/usr/bin/python3';

describe.runIf(requires('python3-docker'))('A1: docker-py', () => {
  let guarded: GuardedEngine;
  beforeAll(async () => {
    guarded = await startGuardedEngine();
  });
  afterAll(async () => {
    await guarded?.stop();
  });

  it('gets the same through the gateway as from the engine', async () => {
    const run = (socket: string) => guarded.sh(`timeout 60 ${python} ${script} ${socket}`);
    const engine = await run(guarded.engine.socket);
    expect(engine).toMatchObject({ code: 0, stderr: '' });
    expect(await run(guarded.socket)).toEqual(engine);
  }, 180_000);
});
