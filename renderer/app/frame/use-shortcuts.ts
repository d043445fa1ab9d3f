import { useEffect } from 'react';
import { draftNow, useAppPart, useStore } from '../../state/context.tsx';
import { navigationEntries } from '../../pages/pages.ts';
import { navigate, navigationFromHere } from '../../state/router.ts';
import { zoomWindow } from '../../state/zoom.ts';
import type { ZoomChange } from '../../../shared/ipc/user-choices.ts';

const regions = ['navigation', 'page', 'panel', 'footer'];

/** Moves focus to the next region of the window (F6). */
function nextRegion(back: boolean): void {
  const present = regions.flatMap((name) =>
    [...document.querySelectorAll<HTMLElement>(`[data-region="${name}"]`)].slice(-1),
  );
  const here = present.findIndex((region) => region.contains(document.activeElement));
  present.at(back ? (here <= 0 ? -1 : here - 1) : (here + 1) % present.length)?.focus();
}

const zoomKeys: Readonly<Record<string, ZoomChange>> = { '+': 'in', '=': 'in', '-': 'out', '0': 'reset' };
/** How a key changes the zoom together with Ctrl or Cmd. */
const zoomOf = (key: string): ZoomChange | undefined => zoomKeys[key];

const inText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)));

/**
 * Keyboard shortcuts of the window. Dialogs have their own. Handlers read the store: the rendered state may
 * lag behind by one key press.
 */
export function useShortcuts({ onSearch }: { readonly onSearch: () => void }): void {
  const store = useStore();
  const platform = useAppPart((app) => app.platform);
  useEffect(
    () =>
      // From the application menu of macOS.
      store.on('zoom', ({ change }) => {
        void zoomWindow(store, change);
      }),
    [store],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = platform === 'darwin' ? event.metaKey : event.ctrlKey;
      const handled = (act: () => void) => {
        event.preventDefault();
        act();
      };
      const zoom = command ? zoomOf(event.key) : undefined;
      if (zoom !== undefined) {
        handled(() => {
          void zoomWindow(store, zoom);
        });
        return;
      }
      // Nothing opens over a dialog, not even the search.
      if (document.querySelector('[role="dialog"]') !== null) return;
      if (command && event.key.toLowerCase() === 'k') {
        handled(onSearch);
        return;
      }
      if (event.key === 'F6') {
        handled(() => {
          nextRegion(event.shiftKey);
        });
        return;
      }
      if (event.key === '/' && !inText(event.target)) {
        const filter = document.querySelector<HTMLInputElement>('input[data-filter]');
        if (filter !== null)
          handled(() => {
            filter.focus();
            filter.select();
          });
        return;
      }
      if (!command) return;
      const entry = /^[1-9]$/.test(event.key) ? navigationEntries[Number(event.key) - 1] : undefined;
      if (entry !== undefined)
        handled(() => {
          navigate(entry.id);
        });
      else if (event.key.toLowerCase() === 'e' && !event.shiftKey)
        handled(() => {
          document.querySelector<HTMLElement>('[data-engine-switcher]')?.click();
        });
      else if (event.key === ',')
        handled(() => {
          navigate('preferences');
        });
      else if ((event.key === 'Enter' || event.key.toLowerCase() === 's') && draftNow(store).dirty)
        handled(() => {
          const navigateFromHere = navigationFromHere();
          void store.flush().then(() => {
            navigateFromHere('review');
          });
        });
      else if (event.key.toLowerCase() === 'z' && !inText(event.target) && draftNow(store).readOnly === null)
        handled(() => {
          if (event.shiftKey) store.redo();
          else store.undo();
        });
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [store, platform, onSearch]);
}
