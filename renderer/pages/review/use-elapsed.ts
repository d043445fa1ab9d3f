import { useEffect, useState } from 'react';

/** Ms since an ISO time, ticking twice a second while `running`; never negative. */
export function useElapsed(since: string, running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 500);
    return () => {
      clearInterval(timer);
    };
  }, [running]);
  return Math.max(0, now - Date.parse(since)) || 0;
}
