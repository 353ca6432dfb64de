import type { Store } from '../../src/core/store.ts';

/** A point in a process's work on its store: just before or just after a call that fits. */
export interface Point {
  name: string;
  method: keyof Store;
  when: 'before' | 'after';
  /** Only calls whose arguments, as JSON, contain this; every call when empty. */
  fits: string;
  /** Calls that fit and are let pass first. */
  skip: number;
  /** SIGKILL ends the process there; at SIGSTOP it waits there to be stalled. */
  signal: 'SIGKILL' | 'SIGSTOP';
}

/** What a process is started with, beside its environment. */
export interface MemberOptions {
  /** A file with the milliseconds by which its clock is ahead: a process that was stalled sees it at once. */
  clockFile: string;
  /** Takes the compare out of compare-and-commit: whoever commits last wins. */
  isCommitBlind: boolean;
  /** For how long Dodo, and the model, are waited for. */
  patienceMs: number;
}

/** From the test to a process. */
export type Order =
  | { kind: 'settle'; id: number }
  | { kind: 'aim'; point: Point | null }
  /** After a stall: the call at whose point it was goes on. */
  | { kind: 'resume' };

/** From a process to the test. */
export type Report =
  | { kind: 'ready'; url: string }
  | { kind: 'settled'; id: number }
  | { kind: 'aimed' }
  | { kind: 'reached'; point: string };
