import { describe, expect, it } from 'vitest';
import { noPolicyFacts } from '../../shared/enforcement/policy-facts.ts';
import { sha256 } from '../../engine/base/files.ts';
import type { SettingsState } from '../../shared/ipc/app-state.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { DraftSession, type DraftStore } from './draft.ts';
import type { StoredDraft } from './preferences.ts';

/** A settings file and its draft, in memory. */
function home(applied = '{}', writable = true) {
  const disk = { applied, draft: null as string | null, base: applied, writes: 0 };
  const state = (): SettingsState => {
    const edited = disk.draft !== null && disk.draft !== disk.applied;
    return {
      path: '/x',
      applied: disk.applied,
      appliedHash: disk.applied,
      appliedBy: null,
      appliedVersion: 1,
      exists: true,
      draft: disk.draft ?? disk.applied,
      base: edited ? disk.base : disk.applied,
      conflict: edited && disk.base !== disk.applied,
      readError: null,
      preference: null,
      policyFacts: noPolicyFacts,
      readOnly: writable ? null : 'no rights',
    };
  };
  const guarded = (act: () => void): Promise<Result<SettingsState, AppError>> => {
    if (!writable) return Promise.resolve(fail('settings.unwritable', 'no rights'));
    disk.writes++;
    act();
    return Promise.resolve(ok(state()));
  };
  const store: DraftStore = {
    read: () => Promise.resolve(state()),
    setDraft: (text) =>
      guarded(() => {
        if (disk.draft === null) disk.base = disk.applied;
        disk.draft = text;
      }),
    discardDraft: () =>
      guarded(() => {
        disk.draft = null;
      }),
    resolveConflict: (keep) =>
      guarded(() => {
        if (keep === 'theirs') disk.draft = null;
        else disk.base = disk.applied;
      }),
  };
  return { disk, store };
}

function open(of: ReturnType<typeof home>, stored: StoredDraft | null = null) {
  const fallbackStore = { stored };
  const reported: SettingsState[] = [];
  const session = new DraftSession(
    of.store,
    {
      get: () => fallbackStore.stored,
      set: (draft) => {
        fallbackStore.stored = draft;
      },
    },
    (s) => reported.push(s),
  );
  return { session, fallbackStore, reported };
}

describe('the draft', () => {
  it('writes an edit at once, and of a burst only the newest', async () => {
    const h = home();
    const { session } = open(h);
    expect((await session.edit('{ }')).draft).toBe('{ }');
    expect(h.disk).toMatchObject({ writes: 1, draft: '{ }' });
    const states = await Promise.all(['{  }', '{   }', '{    }'].map((text) => session.edit(text)));
    expect(states.map(({ draft }) => draft)).toEqual(['{    }', '{    }', '{    }']);
    expect(h.disk).toMatchObject({ writes: 2, draft: '{    }' });
  });

  it('has written all edits when flushed, as before an apply and at quit', async () => {
    const h = home();
    const { session } = open(h);
    await session.refresh();
    void session.edit('{"a":1}');
    expect((await session.flush()).draft).toBe('{"a":1}');
    expect(h.disk.draft).toBe('{"a":1}');
  });

  it('returns what was reviewed, and nothing that another program wrote over it since', async () => {
    const h = home();
    const { session } = open(h);
    await session.edit('{"a":1}');
    expect(await session.reviewed(sha256('{"a":1}'))).toEqual(ok('{"a":1}'));
    h.disk.draft = '{"a":1,"unread":true}';
    expect(await session.reviewed(sha256('{"a":1}'))).toMatchObject({
      ok: false,
      error: { code: 'settings.draft-changed' },
    });
  });

  it('does not let a read show older text than what was typed', async () => {
    const h = home();
    const { session, reported } = open(h);
    await session.refresh();
    const again = session.refresh();
    const writing = session.edit('{"a":1}');
    await again;
    expect(reported.at(-1)?.draft).toBe('{"a":1}');
    await writing;
    expect(reported.at(-1)?.draft).toBe('{"a":1}');
  });

  it("stores the draft in the home directory where the file's directory is not writable", async () => {
    const h = home('{}', false);
    const first = open(h);
    await first.session.edit('{"a":1}');
    await first.session.flush();
    expect(first.fallbackStore.stored).toEqual({ text: '{"a":1}', base: '{}' });
    const second = open(h, first.fallbackStore.stored);
    expect(await second.session.refresh()).toMatchObject({ draft: '{"a":1}', conflict: false });
    expect(await second.session.discard()).toMatchObject({ ok: true, value: { draft: '{}' } });
    expect(second.fallbackStore.stored).toBeNull();
  });

  it('deletes the stored draft once it is what is applied', async () => {
    const h = home('{}', false);
    const { session, fallbackStore } = open(h, { text: '{"a":1}', base: '{}' });
    h.disk.applied = '{"a":1}';
    expect(await session.refresh()).toMatchObject({ draft: '{"a":1}', conflict: false });
    expect(fallbackStore.stored).toBeNull();
  });

  it('keeps it while its written text may be rolled back, as during an apply', async () => {
    const h = home('{}', false);
    let applying = true;
    const fallbackStore: { stored: StoredDraft | null } = { stored: { text: '{"a":1}', base: '{}' } };
    const session = new DraftSession(
      h.store,
      {
        get: () => fallbackStore.stored,
        set: (draft) => {
          fallbackStore.stored = draft;
        },
      },
      () => undefined,
      () => applying,
    );
    h.disk.applied = '{"a":1}';
    expect(await session.refresh()).toMatchObject({ draft: '{"a":1}', conflict: false });
    h.disk.applied = '{}';
    expect(await session.refresh()).toMatchObject({ draft: '{"a":1}', applied: '{}', conflict: false });
    h.disk.applied = '{"a":1}';
    applying = false;
    await session.refresh();
    expect(fallbackStore.stored).toBeNull();
  });

  it.each([[true], [false]])(
    'detects a conflict when the file changes meanwhile, and resolves it both ways (writable: %s)',
    async (writable) => {
      for (const keep of ['mine', 'theirs'] as const) {
        const h = home('{}', writable);
        const { session } = open(h);
        await session.edit('{"mine":1}');
        await session.flush();
        h.disk.applied = '{"theirs":1}';
        expect(await session.refresh()).toMatchObject({
          draft: '{"mine":1}',
          base: '{}',
          applied: '{"theirs":1}',
          conflict: true,
        });
        const settled = await session.resolve(keep);
        expect(settled).toMatchObject({
          ok: true,
          value: { conflict: false, draft: keep === 'mine' ? '{"mine":1}' : '{"theirs":1}' },
        });
        expect(await session.refresh()).toMatchObject({ conflict: false });
      }
    },
  );

  it('reports a conflict for text that is only typed yet', async () => {
    const h = home('{}');
    const { session } = open(h);
    await session.refresh();
    const writing = session.edit('{"mine":1}');
    h.disk.applied = '{"theirs":1}';
    const now = await session.refresh();
    expect(now.draft).toBe('{"mine":1}');
    expect(now.conflict).toBe(true);
    await writing;
  });
});
