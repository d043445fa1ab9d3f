import type { planner as english } from '../en/planner.ts';
import type { Translated } from '../translated.ts';

export const planner: Translated<typeof english> = {
  'planner.already-running': '另一个隔离规划器正在为此引擎服务。',
  'planner.stop-it-first': '请先停止它。',
  'planner.start-failed': '隔离规划器未能启动。',
  'planner.not-all-released': '未能释放所有 ID 范围',
  'planner.owners-need-root': '只有 root 可以查看 ID 范围的归属',
  'planner.run-with-sudo': '请使用 sudo 运行。',
  'planner.owners-unreadable': '无法读取 ID 范围的归属',
  'planner.ranges-in-use': 'ID 范围仍在使用中',
  'planner.remove-containers-of-owner': '请移除其所有者的容器，并结束具有此类 ID 的进程，然后重试。',
  'planner.run-as-root': '请以 root 身份运行，并确认没有其他程序使用此引擎目录。',
  'planner.see-ranges-list': '查看剩余的范围：bulkhead ranges list{{onEngine}}',
};
