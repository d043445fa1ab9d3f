import { defineRule } from './rule.ts';

export const grpcMethod = defineRule({
  code: 'grpc-method',
  sentence: 'rules.grpc-method',
  spec: '',
  setting: null,
  hasAlternative: false,
});
