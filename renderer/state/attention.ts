import { useEffect, useState, useSyncExternalStore } from 'react';

const onVisibility = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
  };
};

/** Can anybody see the window? Not while it is minimised or in the tray. */
export const useVisible = (): boolean =>
  useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible');

/** How often somebody came back to the window from another: what is not watched may be another then. */
export function useReturns(): number {
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
