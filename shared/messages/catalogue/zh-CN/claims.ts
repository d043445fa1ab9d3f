import type { claims as english } from '../en/claims.ts';
import type { Translated } from '../translated.ts';

export const claims: Translated<typeof english> = {
  'claims.A2-user-namespace': '容器内的 root 不是外部的 root',
  'claims.A3-exclusive-range': '每个容器都有独立 ID',
  'claims.A4-privileged-works': '特权模式可用',
  'claims.A5-privileged-confined': '特权容器仍受限制',
  'claims.A6-runtime-override': '无法选择其他运行时',
  'claims.A7-userns-host-ignored': '忽略 --userns=host',
  'claims.A7-host-namespaces-refused': '拒绝主机命名空间',
  'claims.A7-namespace-sharing': '仅与受保护的容器共享命名空间',
  'claims.A8-engine-directories-refused': '无法挂载引擎的目录',
  'claims.A8-shared-directory-usable': '共享目录可用',
  'claims.A9-read-only-locked': '只读挂载始终只读',
  'claims.A10-proc-hidden': '主机的 /proc 和 /sys 已隐藏',
  'claims.A10-proc-emulated': '/proc 显示容器自身的数值',
  'claims.A11-through-socket': '通过套接字启动的容器同样被隔离',
  'claims.B1-socket-refused': '无法挂载 Docker 套接字',
  'claims.C-build-legacy': '构建已隔离（经典构建器）',
  'claims.C-build-buildkit': '构建已隔离 (BuildKit)',
  'claims.count-shown': '{{total}} 项检查中有 {{number}} 项通过',
  'claims.count-limited': '{{number}} 项受限',
  'claims.count-not-offered': '{{number}} 项在此不提供',
  'claims.count-not-enforced': '{{number}} 项未强制执行',
  'claims.count-not-run': '{{number}} 项未运行',
  'claims.count-failed': '{{number}} 项失败',
  'claims.counts': '{{before}}、{{after}}',
};
