import { expect, test } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

/** Links to `first`, so that it waits for its end. */
const addSecond = (running: boolean): void => {
  engine.add('first');
  engine.add('second', { running, host: { Links: ['/first:/second/first'] } });
};
/** At the start of the new `first`. */
const whileFirstIsRecreated = (work: () => void): void => {
  engine.onRequest = (call) => {
    if (call === 'POST start first') work();
  };
};
const change = (name: string, part: { name?: string; running?: boolean }): void => {
  Object.assign(engine.find(name) ?? {}, part);
};

const changed = {
  kind: 'refused',
  error: { message: 'it was started, stopped, renamed or removed after the plan was made' },
};

test('a container that failed while it waited for another is recreated, and runs', async () => {
  addSecond(true);
  whileFirstIsRecreated(() => {
    engine.end('second', 'by itself');
  });
  expect(await engine.recreate({ ids: ['first', 'second'] })).toMatchObject([
    { kind: 'recreated' },
    { kind: 'recreated', started: true },
  ]);
  expect(engine.names()).toEqual(['first+', 'second+']);
});

test('a job that finished while it waited for another does not run again', async () => {
  addSecond(true);
  whileFirstIsRecreated(() => {
    engine.end('second', 'by itself', 0);
  });
  expect(await engine.recreate({ ids: ['first', 'second'] })).toMatchObject([{ kind: 'recreated' }, changed]);
  expect(engine.names()).toEqual(['first+', 'second']);
});

test('a container that ended is not started if the engine does not report who ended it', async () => {
  addSecond(true);
  whileFirstIsRecreated(() => {
    engine.failing.set('GET info', 500);
    engine.end('second', 'by itself');
  });
  expect(await engine.recreate({ ids: ['first', 'second'] })).toMatchObject([{ kind: 'recreated' }, changed]);
  expect(engine.names()).toEqual(['first+', 'second']);
});

test('a container that was stopped while it waited for another is not started', async () => {
  addSecond(true);
  whileFirstIsRecreated(() => {
    engine.end('second', 'stopped');
  });
  expect(await engine.recreate({ ids: ['first', 'second'] })).toMatchObject([{ kind: 'recreated' }, changed]);
  expect(engine.names()).toEqual(['first+', 'second']);
});

test('a container that was started while it waited for another runs on', async () => {
  addSecond(false);
  whileFirstIsRecreated(() => {
    change('second', { running: true });
  });
  expect(await engine.recreate({ ids: ['first', 'second'] })).toMatchObject([{ kind: 'recreated' }, changed]);
  expect(engine.names()).toEqual(['first+', 'second+']);
});

test('a container that was renamed or removed while it waited for another is not recreated', async () => {
  addSecond(true);
  whileFirstIsRecreated(() => {
    change('second', { name: 'other' });
  });
  expect(await engine.recreate({ ids: ['first', 'second'] })).toMatchObject([{ kind: 'recreated' }, changed]);
  expect(engine.names()).toEqual(['first+', 'other+']);

  engine.containers.clear();
  addSecond(true);
  whileFirstIsRecreated(() => {
    engine.containers.delete(engine.find('second')?.id ?? '');
  });
  expect(await engine.recreate({ ids: ['first', 'second'] })).toMatchObject([{ kind: 'recreated' }, changed]);
  expect(engine.names()).toEqual(['first+']);
});

test('a container that an apply stopped, and the engine started again, is recreated', async () => {
  engine.add('first');
  const second = engine.add('second', { running: false, host: { Links: ['/first:/second/first'] } });
  whileFirstIsRecreated(() => {
    change('second', { running: true });
  });
  expect(await engine.recreate({ ids: ['first', 'second'], start: [second.id] })).toMatchObject([
    { kind: 'recreated' },
    { kind: 'recreated', started: true },
  ]);
  expect(engine.names()).toEqual(['first+', 'second+']);
});

/** A unit starts the old one by its name after it has been stopped, once. */
const startsAgain = (): void => {
  let renames = 0;
  engine.onRequest = (call) => {
    if (call === 'POST rename web' && renames++ === 0) change('web', { running: true });
  };
};

test('an old container started by its name after its stop does not run beside the new one', async () => {
  engine.add('web', { written: ['/kept'] });
  startsAgain();
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([{ kind: 'recreated' }]);
  expect(engine.names()).toEqual(['web+', 'web-before-eci']);
});

test('an old container started after its commit is restored: its image lacks what it writes', async () => {
  const { id } = engine.add('web', { written: ['/kept'] });
  startsAgain();
  expect(await engine.recreate({ ids: ['web'], commit: ['web'] })).toMatchObject([
    {
      kind: 'rolled-back',
      step: 'swap',
      error: { message: 'the old container was started again meanwhile' },
    },
  ]);
  expect(engine.names()).toEqual(['web+']);
  expect(engine.find('web')?.id).toBe(id);
});
