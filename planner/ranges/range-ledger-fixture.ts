import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase } from './id-ranges.ts';

export const alice = 1000,
  bob = 1001;
export const slot = (number: number) => firstBase + number * rangeSize;
