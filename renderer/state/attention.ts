import { useEffect, useState, useSyncExternalStore } from 'react';

const onVisibility = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
  };
};

/** Whether the window is visible: not while it is minimised or in the tray. */
export const useVisible = (): boolean =>
  useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible');

/** Number of times the window regained focus; a dependency for data that is not watched. */
export function useFocusCount(): number {
  const [returns, setReturns] = useState(0);
  useEffect(() => {
    const back = () => {
      setReturns((before) => before + 1);
    };
    window.addEventListener('focus', back);
    return () => {
      window.removeEventListener('focus', back);
    };
  }, []);
  return returns;
}
