import type { settingsState as english } from '../en/settings-state.ts';
import type { Translation } from '../translation.ts';

/** The settings text as such: broken, unreadable, changed underneath, edited as text. */
export const settingsState: Translation<typeof english> = {
  conflict: {
    title: '其他程序更改了设置文件',
    body: '{{path}} 与您的草稿所依据的内容不同。请在应用之前做出选择。',
    compare: '比较…',
    mine: '保留我的草稿', theirs: '采用文件内容',
    mineIs: '保留您的草稿，并以当前的文件为基础。', theirsIs: '用文件内容替换您的草稿。可用撤消找回。',
    legend: '− 当前的文件，+ 您的草稿',
    theirChanges: '其他程序的更改', myChanges: '您的更改',
    overlaps_other: '{{count}} 处双方都做了更改', open_other: '{{count}} 处待决定', decided: '均已决定',
    value: { base: '之前', theirs: '当前文件', mine: '您的草稿' }, pickTheirs: '文件', pickMine: '我的', choose: '“{{setting}}”以哪一方为准',
    goOn: '如何继续', merge: '保留双方更改', mergeClean: '双方的更改没有重叠：您的草稿会并入其他程序的更改。', mergeDecided: '您的草稿会包含双方的更改；双方都改动之处，以您的选择为准。', mergeOpen: '请先在双方都改动之处选择以哪一方的值为准。',
    unmergeable: '无法合并：{{side}}不是有效的 JSON。', side: { base: '草稿所依据的文本', theirs: '当前的文件', mine: '您的草稿' },
    result: '“保留双方更改”之后的草稿', resultSame: '此时草稿与文件相同：没有需要应用的内容。',
  },
  broken: {
    draft: '草稿不是有效的 JSON', applied: '已应用的设置文件不是有效的 JSON',
    where: '第 {{line}} 行，第 {{column}} 列',
    more_other: '另有 {{count}} 处',
    appliedMeans: '更正之前，网关沿用上一份有效策略；如果没有，则拒绝所有请求。',
    policy: '这些设置不能用作策略',
    edit: '编辑文本', discard: '放弃草稿',
    formsOff: '表单无法显示不是 JSON 的文本。请更正或放弃。',
  },
  json: {
    title: 'JSON', subtitle: '文档本身。表单与此文本是同一份草稿的两种视图；您未改动的部分逐字节保持不变。',
    editor: 'admin-settings.json，草稿', commands: '文档', format: '格式化', tab: 'Tab 缩进。先按 Esc 再按 Tab 可离开。', noFindings: '未发现问题', findings_other: '{{count}} 个问题',
    position: '第 {{line}} 行', noFile: '尚无设置文件：ECI 已关闭。首次应用会写入 {{path}}。', create: '新建文档',
  },
  assist: {
    type: { boolean: 'true 或 false', string: '文本', number: '数字', object: '对象', list: '列表', any: '任意值' },
    readBy: { engine: '仅限受 Bulkhead 保护的引擎', desktop: '仅限 Docker Desktop', both: '所有引擎' }, only: '仅限 {{platform}}', platform: { darwin: 'macOS', win32: 'Windows', linux: 'Linux' },
    values: '可选值：{{values}}', missing: '缺省时：{{value}}', kind: { command: '命令', group: '命令组', unsupported: '不能列出' },
    completions: '此处可填写的内容', fold: '折叠', unfold: '展开', folded: '已折叠的文本', diagnostics: '问题',
  },
  find: {
    find: '查找', replace: '替换', next: '下一个', previous: '上一个', all: '全部', matchCase: '区分大小写', regexp: '正则表达式', byWord: '全字匹配', replaceAll: '全部替换', close: '关闭', current: '当前匹配', onLine: '所在行', replaced: '已替换 $ 处匹配', replacedOn: '已替换第 $ 行的匹配', goToLine: '转到行', go: '转到',
  },
};
