import type { daemonJson as english } from '../en/daemon-json.ts';
import type { Translated } from '../translated.ts';

export const daemonJson: Translated<typeof english> = {
  'daemon-json.docker-engine-does-not-take-daemon-json': 'Docker Engine 不接受 daemon.json',
  'daemon-json.correct-daemon-json-then-try-again-nothing':
    '请更正 daemon.json，然后重试。没有停止任何内容。',
  'daemon-json.engine-configuration-file-daemon-json-canot-be': '无法读取引擎的配置文件 daemon.json',
  'daemon-json.line-column': '第 {{line}} 行，第 {{column}} 列：{{reason}}',
  'daemon-json.correct-file-it-is-never-overwritten-while': '请更正该文件；文件损坏时绝不会被覆盖。',
  'daemon-json.daemon-json-contradicts-how-this-engine-has': 'daemon.json 与此引擎的运行方式相矛盾',
  'daemon-json.record-of-daemon-json-before-enhanced-container':
    '启用增强型容器隔离之前的 daemon.json 记录已损坏',
  'daemon-json.take-our-keys-default-runtime-builder-entitlements':
    '请手动从 daemon.json 中移除 Bulkhead 的键 (default-runtime, builder.entitlements)，并删除该记录。',
  'daemon-json.is-too-large': '{{path}} 过大',
  'daemon-json.bytes-at-most-are-read': '{{count}} 字节；最多读取 {{maxBytes}} 字节',
  'daemon-json.it-is-not-utf-8': '不是 UTF-8',
  'daemon-json.save-it-as-utf-8': '请保存为 UTF-8。',
};
