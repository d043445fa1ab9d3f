interface EntryTexts {
  readonly genericName: string;
  readonly comment: string;
  readonly keywords: readonly string[];
}

/** Texts of the app's entry in a desktop's menu: not with those that the app's start loads. */
export const english: EntryTexts = {
  genericName: 'Enhanced Container Isolation',
  comment: 'Isolate the containers of a Docker engine',
  keywords: ['docker', 'container', 'isolation', 'security'],
};

export const chinese: EntryTexts = {
  genericName: '增强型容器隔离',
  comment: '隔离 Docker 引擎的容器',
  keywords: ['docker', '容器', '隔离', '安全'],
};
