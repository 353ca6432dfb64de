import type { Sandbox } from '../start-sandbox.ts';
import type { Expectations } from './expectations.ts';
import type { Narrator } from './narrator.ts';

/** What every chapter needs. */
export interface Stage {
  sandbox: Sandbox;
  narrator: Narrator;
  expect: Expectations;
  /** For how long anything is waited for, in real milliseconds. */
  patienceMs: number;
}
