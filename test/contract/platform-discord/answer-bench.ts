import { expect } from 'vitest';
import type { AnswerView, Reply, Visibility } from '../../../src/core/chat/chat.ts';
import type { VisibleMessage } from '../../../src/sandbox/discord/people/visible-message.ts';
import { type BenchOptions, deferred, startBench } from './bench.ts';

const stop = { label: 'Stop', action: 'stop:1', style: 'danger' as const };
export const receipt: Reply = { text: '-# 12 tokens · ask 1', buttons: [{ label: 'Receipt', action: 'receipt:1' }] };

/** A bench whose command opens an answer and hands it to the test. */
export async function startAnswer(visibility: Visibility = 'public', options: BenchOptions = {}) {
  const opened = deferred<AnswerView>();
  const over = deferred();
  const bench = await startBench({
    ...options,
    async command(_, __, ___, responder) {
      await responder.acknowledge(visibility);
      opened.resolve(await responder.openAnswer({ text: '…', buttons: [stop] }));
      await over.promise;
    },
    async action(_, __, responder) {
      await responder.reply({ text: 'stopped' });
    },
  });
  return { ...bench, view: opened.promise, end: over.resolve };
}

/** Words that can be told apart, about `length` characters in all. */
export function words(length: number): string {
  return Array.from({ length: Math.ceil(length / 9) }, (_, index) => `w${String(index).padStart(7, '0')}`).join(' ');
}

export function texts(messages: readonly VisibleMessage[]): string[] {
  return messages.map(({ content }) => content);
}

export function buttonsOf(messages: readonly VisibleMessage[]): (string | null)[][] {
  return messages.map(({ buttons }) => buttons.map(({ customId }) => customId));
}

/** The texts without the footer are the answer, cut only at spaces. */
export function expectWhole(messages: readonly VisibleMessage[], answer: string): void {
  expect(texts(messages).join(' ').replace(`\n\n${receipt.text}`, '').replace(` ${receipt.text}`, '')).toBe(answer);
}
