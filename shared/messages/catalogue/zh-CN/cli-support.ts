import type { cliSupport as english } from '../en/cli-support.ts';
import type { Translated } from '../translated.ts';

export const cliSupport: Translated<typeof english> = {
  'cli-support.not-root': '只有 root 能读取支持包中的全部内容',
  'cli-support.file-exists': '{{file}} 已存在',
  'cli-support.output-empty': '--output 未指定文件',
  'cli-support.name-or-omit': '请指定文件，或省略 --output。',
  'cli-support.name-another': '请用 --output 指定另一个文件。',
  'cli-support.not-written': '无法写入支持包 {{file}}',
  'cli-support.entry': '文件',
  'cli-support.redacted': '已隐去',
  'cli-support.size': '大小',
  'cli-support.omitted': '省略的开头',
  'cli-support.private-key': '私钥：',
  'cli-support.url-credentials': 'URL 中的凭据：',
  'cli-support.authorization': '授权信息：',
  'cli-support.named-secret': '名称像机密的值：',
  'cli-support.known-token': '令牌：',
  'cli-support.written': '已写入：{{file}}（{{kib}} KiB，仅 root 可读）。没有发送任何内容。',
  'cli-support.would-be-written': '没有写入任何内容。',
  'cli-support.look-through':
    '看起来像机密的内容已替换为 [redacted]。用户、主机、镜像、容器的名称和路径没有隐去：交给他人之前请先查看这些文件。',
};
