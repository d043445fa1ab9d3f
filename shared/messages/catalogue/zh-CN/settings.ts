import type { settings as english } from '../en/settings.ts';
import type { Translated } from '../translated.ts';

export const settings: Translated<typeof english> = {
  'settings.version-could-not-be-read': '无法读取版本 {{version}}',
  'settings.meta-json-is-missing-or-damaged': '{{path}}/meta.json 缺失或损坏',
  'settings.other-versions-are-not-affected': '其他版本不受影响。',
  'settings.backup-could-not-be-written': '无法写入备份 {{target}}',
  'settings.there-is-no-version': '没有版本 {{version}}',
  'settings.nothing-has-been-applied-yet': '尚未应用过任何设置',
  'settings.there-are': '现有版本：{{known}}',
  'settings.draft-is-too-large-to-be-settings': '草稿过大，不像是设置文件',
  'settings.this-engine-takes-no-preferences-of-users': '此引擎不接受用户的偏好',
  'settings.run-as-user-who-may-write-there': '请以可在该处写入的用户 (root) 运行。',
  'settings.administrator-has-locked-this-setting': '管理员已锁定此设置',
  'settings.is-locked': '{{pointer}} 已锁定',
  'settings.isolation-can-t-be-turned-on-by': '不能通过偏好开启隔离',
  'settings.it-takes-engine-that-was-started-for': '它需要为此启动的引擎',
  'settings.ask-administrator-to-turn-it-on-bulkhead': '请联系管理员开启：bulkhead apply。',
  'settings.there-is-no-place-for-preferences-yet': '尚无存放偏好的位置',
  'settings.is-made-by-gateway-while-it-runs': '{{userSettingsPath}} 由运行中的网关在有未锁定的设置时创建',
  'settings.preference-could-not-be-kept': '无法保存偏好',
  'settings.members-of-group-that-may-use-socket': '可使用套接字的用户组 (docker) 的成员可以写入。',
  'settings.value-canot-be-written-as-json': '该值无法写成 JSON：{{problem}}。',
  'settings.whole-document-can-only-be-replaced-by': '整个文档只能替换为对象。',
  'settings.there-is-no-place-in-document': '文档中没有位置 {{toPointer}}：{{why}}。',
  'settings.settings-file-has-format-version-this-program':
    '设置文件的格式版本为 {{version}}；此程序支持的版本为 {{settingsFileVersion}}。',
  'settings.set-configurationfileversion-to': '请将 configurationFileVersion 设为 {{settingsFileVersion}}。',
  'settings.settings-file-canot-be-used-as-policy': '设置文件不能用作策略。',
  'settings.correct-it-bulkhead-settings-lint-shows-every':
    '请更正；`bulkhead settings lint` 可显示全部问题。',
  'settings.is-not-json-pointer-it-must-be': '“{{pointer}}”不是 JSON 指针：必须为空或以“/”开头。',
  'settings.write-it-like-enhancedcontainerisolation-value':
    '请写成 /enhancedContainerIsolation/value 的形式。',
  'settings.is-not-json-pointer-must-be-written':
    '“{{pointer}}”不是 JSON 指针：“~”须写成“~0”，键中的“/”须写成“~1”。',
};
