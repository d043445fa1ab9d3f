import { useCallback, useEffect, useRef, useState } from 'react';
import { drawAllUpTo } from './virtual-rows.tsx';

const overscan = 600;

export interface WindowedRows {
  readonly first: number;
  /** One past the last row that is drawn. */
  readonly last: number;
  /** Heights of what is not drawn, px. */
  readonly before: number;
  readonly after: number;
  /** For the element around the rows. */
  readonly box: (element: HTMLElement | null) => void;
  /** To be told how high a row turned out, by its key. */
  readonly measured: (key: string, height: number) => void;
}

/**
 * Which rows of a long list in the page's own scroll area are near the view. Heights are guessed until a row
 * was drawn. All of a short list.
 */
export function useWindowedRows(keys: readonly string[], guess: number): WindowedRows {
  const heights = useRef(new Map<string, number>());
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [view, setView] = useState({ top: 0, bottom: 1200 });
  const [, setMeasured] = useState(0);
  const windowed = keys.length > drawAllUpTo;
  useEffect(() => {
    if (!windowed || element === null) return undefined;
    const scroller = scrollerOf(element);
    let frame = 0;
    const look = () => {
      frame = 0;
      const own = element.getBoundingClientRect(),
        outer = scroller.getBoundingClientRect();
      const top = outer.top - own.top,
        bottom = outer.bottom - own.top;
      setView((now) =>
        Math.abs(now.top - top) < overscan / 4 && Math.abs(now.bottom - bottom) < overscan / 4
          ? now
          : { top, bottom },
      );
    };
    const soon = () => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    look();
    scroller.addEventListener('scroll', soon, { passive: true });
    const observer = new ResizeObserver(soon);
    observer.observe(scroller);
    return () => {
      scroller.removeEventListener('scroll', soon);
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [windowed, element]);
  const measured = useCallback((key: string, height: number) => {
    if (height === 0 || heights.current.get(key) === height) return;
    heights.current.set(key, height);
    setMeasured((count) => count + 1);
  }, []);
  if (!windowed)
    return { first: 0, last: keys.length, before: 0, after: 0, box: setElement, measured: ignore };
  let first = 0,
    last = keys.length,
    before = 0,
    after = 0,
    at = 0;
  keys.forEach((key, index) => {
    const height = heights.current.get(key) ?? guess;
    if (at + height < view.top - overscan) {
      first = index + 1;
      before += height;
    } else if (at > view.bottom + overscan) {
      last = Math.min(last, index);
      after += height;
    }
    at += height;
  });
  return { first, last, before, after, box: setElement, measured };
}

const ignore = (): void => undefined;

function scrollerOf(element: HTMLElement): HTMLElement {
  for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.documentElement;
}
