import { useEffect } from 'react';
import { useRoute } from '../state/router.ts';

/** The place of the settings that the page's address names (`?pointer=/bulkhead/mode`); null for none. */
export function usePointer(): string | null {
  return useRoute().params['pointer'] ?? null;
}

/** Marks an element as the place of a setting, for links to it. */
export const placeOf = (pointer: string | undefined) =>
  pointer === undefined ? {} : { 'data-pointer': pointer };

/**
 * The drawn place of a setting: its own, or the nearest one around it; of a group of settings that has none,
 * the first of its own.
 */
function nearest(pointer: string): HTMLElement | null {
  const places = [...document.querySelectorAll<HTMLElement>('main [data-pointer]')];
  const around = places.filter((element) => `${pointer}/`.startsWith(`${element.dataset['pointer'] ?? ''}/`));
  const depth = (element: HTMLElement) => (element.dataset['pointer'] ?? '').length;
  return (
    around.toSorted((a, b) => depth(b) - depth(a))[0] ??
    places.find((element) => element.dataset['pointer']?.startsWith(`${pointer}/`) === true) ??
    null
  );
}

/**
 * Marks, in the place of a setting, the control a link to it leads to; without one it is the first control.
 */
export const leadsHere = { 'data-leads-here': true } as const;

const operable =
  'button:not(:disabled), input:not(:disabled), [role="combobox"]:not([aria-disabled="true"]), a[href]';

/**
 * Brings the setting that the address names into view, with the focus on what edits it, and marked until the
 * focus leaves it.
 */
export function useShowPointed(): void {
  const pointer = usePointer();
  useEffect(() => {
    if (pointer === null) return undefined;
    let marked: HTMLElement | null = null;
    const leave = (event: FocusEvent) => {
      if (!(event.relatedTarget instanceof Node) || marked?.contains(event.relatedTarget) !== true) unmark();
    };
    const unmark = () => {
      marked?.removeAttribute('data-pointed');
      marked?.removeEventListener('focusout', leave);
      marked = null;
    };
    // After the page has moved the focus to its title, and lists have drawn their rows.
    const frame = requestAnimationFrame(() => {
      const place = nearest(pointer);
      if (place === null) return;
      marked = place;
      place.scrollIntoView({ block: place.offsetHeight > 400 ? 'start' : 'center' });
      const control =
        place.querySelector<HTMLElement>('[data-leads-here]') ?? place.querySelector<HTMLElement>(operable);
      if (control === null) place.tabIndex = -1;
      (control ?? place).focus({ preventScroll: true });
      place.dataset['pointed'] = 'true';
      place.addEventListener('focusout', leave);
    });
    return () => {
      cancelAnimationFrame(frame);
      unmark();
    };
  }, [pointer]);
}
