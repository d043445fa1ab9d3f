import { useLayoutEffect, useState, type RefObject } from 'react';

/**
 * Whether an element is narrower than `limit` px, measured by `part`: with its borders, or without. False
 * while it is not laid out.
 */
export function useNarrower(
  box: RefObject<HTMLElement | null>,
  limit: number,
  part: 'offsetWidth' | 'clientWidth',
): boolean {
  const [isNarrower, setNarrower] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => {
      // 0 means that it is not laid out.
      setNarrower(element[part] > 0 && element[part] < limit);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [box, limit, part]);
  return isNarrower;
}
