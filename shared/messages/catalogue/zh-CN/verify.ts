import type { verify as english } from '../en/verify.ts';
import type { Translated } from '../translated.ts';

export const verify: Translated<typeof english> = {
  'verify.probe-image-failed': '无法构建探测镜像',
  'verify.probe-program-missing': '缺少探测程序',
  'verify.already-running': '正在进行另一次验证',
  'verify.wait': '请等待其结束。',
  'verify.build-probe-on-linux':
    '请在 Linux 上构建：sh runtime/build.sh all（需要 gcc，以及用于另一种架构的交叉编译器）。',
  'verify.not-due-engine-stopped': '无需验证：引擎未运行。',
  'verify.not-due-eci-off': '无需验证：增强型容器隔离已关闭。',
  'verify.not-due-audit-mode': '无需验证：审计模式下规则不拒绝任何请求。',
  'verify.not-due-holds': '无需验证：上次验证不久前已在此内核上通过。',
  'verify.not-due-under-way': '无需验证：另一次验证正在进行。',
};
