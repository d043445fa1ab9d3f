import type { findings as english } from '../en/findings.ts';
import type { Translation } from '../translation.ts';

/** Findings of the linter by code: a title (`code` between backticks) and what it means. */
export const findings: Translation<typeof english> = {
  title: {
    syntax: '不是有效的 JSON',
    bom: '字节顺序标记 (BOM)',
    'too-large': '文件过大，不像是设置文件',
    'wrong-type': '类型错误',
    'unknown-key': '未知的键 `{{key}}`',
    'duplicate-key': '重复的键：`{{key}}`',
    'version-unsupported': '不支持格式版本 {{version}}',
    'missing-version': '缺少格式版本',
    'socket-command-unsupported': '`{{command}}` 不能列入列表',
    'socket-command-unknown': '`{{command}}` 不是 Docker 命令',
    'socket-image-any': '任何镜像都可使用套接字',
    'socket-image-wildcard-tag': '信任 `{{image}}` 的任何标签',
    'socket-image-mutable-tag': '`{{image}}` 使用可变标签',
    'socket-image-invalid': '`{{image}}` 不是镜像引用',
    'socket-image-no-digest': '`{{image}}` 没有已知的摘要',
    'socket-list-unused': '`{{image}}` 的列表不起作用',
    'device-invalid': '`{{device}}` 不是设备名称',
    'network-volume-invalid': '`{{source}}` 不是共享的名称',
    'share-dangerous': '共享 `{{path}}` 有危险',
    'share-invalid': '无法共享 `{{path}}`',
    'share-empty-list': '目录列表为空',
    'eci-unlocked': 'ECI 已开启，但未锁定',
    'eci-off-with-allowlist': 'ECI 关闭时，该列表不起作用',
    'file-sharing-drivers-off': '两个文件共享驱动程序均已关闭',
    'key-not-used-here': '`{{key}}` 属于 Docker Desktop；会保留，但此处不使用',
    'bulkhead-on-desktop': 'Docker Desktop 不识别 `{{key}}`',
    'kubernetes-images-not-allowed': 'Kubernetes 所需的镜像未被允许',
    'embedded-json-invalid': '此字符串中的 JSON 无效',
    'audit-mode': '审计模式：不会拒绝任何请求',
    'desktop-version-too-old': '需要 Docker Desktop {{since}} 或更高版本',
  },
  line: '第 {{line}} 行',
};
