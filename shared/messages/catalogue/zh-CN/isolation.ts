import type { isolation as english } from '../en/isolation.ts';
import type { Translated } from '../translated.ts';

export const isolation: Translated<typeof english> = {
  'isolation.runc-is-not-installed': '未安装 runc',
  'isolation.install-runc-debian-apt-get-install-runc': '请安装 runc（Debian：apt-get install runc）。',
  'isolation.build-runtime-sh-runtime-build-sh-and':
    '请构建运行时 (sh runtime/build.sh)，并确认 {{runtimeDir}} 可写。',
  'isolation.sysbox-is-not-installed': '未安装 Sysbox。',
};
