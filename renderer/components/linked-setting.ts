import { useEffect } from 'react';
import { useRoute } from '../state/router.ts';

/** The JSON pointer in the page's address (`?pointer=/bulkhead/mode`); null for none. */
export function usePointer(): string | null {
  return useRoute().params['pointer'] ?? null;
}

/** Marks an element as the place of a setting, for links to it. */
export const settingAnchor = (pointer: string | undefined) =>
  pointer === undefined ? {} : { 'data-pointer': pointer };

/**
 * The rendered element of a setting: its own, or of its nearest parent; for a group without an element, the
 * first one of its members.
 */
function nearestAnchor(pointer: string): HTMLElement | null {
  const places = [...document.querySelectorAll<HTMLElement>('main [data-pointer]')];
  const around = places.filter((element) => `${pointer}/`.startsWith(`${element.dataset['pointer'] ?? ''}/`));
  const depth = (element: HTMLElement) => (element.dataset['pointer'] ?? '').length;
  return (
    around.toSorted((a, b) => depth(b) - depth(a))[0] ??
    places.find((element) => element.dataset['pointer']?.startsWith(`${pointer}/`) === true) ??
    null
  );
}

/** Marks the control that gets the focus when a link opens the setting; by default the first one. */
export const linkFocusTarget = { 'data-link-focus': true } as const;

const operable =
  'button:not(:disabled), input:not(:disabled), [role="combobox"]:not([aria-disabled="true"]), a[href]';

/**
 * Scrolls to the setting that the address names, focuses its control, and highlights it until it loses the
 * focus.
 */
export function useFocusLinkedSetting(): void {
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
    // After the page has moved the focus to its title, and lists have rendered their rows.
    const frame = requestAnimationFrame(() => {
      const place = nearestAnchor(pointer);
      if (place === null) return;
      marked = place;
      place.scrollIntoView({ block: place.offsetHeight > 400 ? 'start' : 'center' });
      const control =
        place.querySelector<HTMLElement>('[data-link-focus]') ?? place.querySelector<HTMLElement>(operable);
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
