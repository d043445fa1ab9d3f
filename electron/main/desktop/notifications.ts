import { Notification, type BrowserWindow } from 'electron';
import type { Notice } from '../../../shared/desktop/notices.ts';
import { iconFile } from '../window/places.ts';
import { showWindow } from '../window/window.ts';
import { onSessionBus } from './session-bus.ts';

/**
 * Whether notifications are displayed: on Linux if their name is on the session's bus, or can be activated
 * there.
 */
export async function notificationsAvailable(
  supported: boolean,
  platform = process.platform,
): Promise<boolean> {
  if (!supported || platform !== 'linux') return supported;
  return onSessionBus('org.freedesktop.Notifications');
}

/** Referenced until it is gone: a notification that is garbage-collected loses its click handler. */
const openNotifications = new Set<Notification>();

/** Shows a notice; a click opens the window at its place. */
export function showNotification(
  notice: Omit<Notice, 'kind'>,
  window: () => BrowserWindow | undefined,
): void {
  const notification = new Notification({ title: notice.title, body: notice.body, icon: iconFile('app') });
  const release = () => {
    openNotifications.delete(notification);
  };
  notification.on('click', () => {
    release();
    showWindow(window(), notice.place);
  });
  notification.on('close', release);
  notification.on('failed', release);
  openNotifications.add(notification);
  // Servers that do not report closed notifications must not make this grow.
  const [oldest] = openNotifications;
  if (openNotifications.size > 50 && oldest !== undefined) openNotifications.delete(oldest);
  notification.show();
}
