// The invented states stand in for other processes, which have all sentences.
import { english as all } from '../../shared/messages/catalogue/en/index.ts';
import { english } from '../../shared/messages/window/sentences.ts';

Object.assign(english, all);
