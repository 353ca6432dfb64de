import { describe, expect, it } from 'vitest';
import type { Reply, Responder, Turn } from '../../../src/core/chat/chat.ts';
import { createChatApp } from '../../../src/core/chat/chat-app.ts';
import type { Command, Services } from '../../../src/core/chat/command.ts';
import type { WalletView } from '../../../src/core/wallets/wallet-view.ts';
import { ann, rulesOf } from '../account/bench.ts';
import { openStage } from './stage.ts';

const turn: Turn = { by: ann, cause: 'i1', isPrivatePlace: false, space: null, channels: [] };
const answering: Command = {
  name: 'ask',
  description: '',
  options: [],
  run: ({ responder }) => responder.reply({ text: 'The answer.' }),
};

/** What a member is told where their wallet cannot be looked at. */
async function toldBy(command: Command) {
  await using stage = await openStage();
  const told: Reply[] = [];
  const responder: Responder = {
    acknowledge: async () => {},
    reply: async (reply) => void told.push(reply),
    openAnswer: () => Promise.reject(new Error('expected a plain reply')),
    openForm: () => Promise.reject(new Error('expected a plain reply')),
  };
  const wallet: Pick<WalletView, 'waitingNotices'> = {
    waitingNotices: () => Promise.reject(new Error('the store is down')),
  };
  const services = { wallet, rules: rulesOf() } as Services;
  const app = createChatApp({
    commands: [command],
    services,
    clock: stage.clock,
    log: stage.log,
    metrics: stage.metrics,
  });
  await app.command('ask', {}, turn, responder);
  return { told: told.map(({ text }) => text), logged: stage.logged };
}

describe('a turn', () => {
  it('that was answered is not called failed, though notices that wait cannot be shown', async () => {
    const { told, logged } = await toldBy(answering);
    expect(told).toEqual(['The answer.']);
    expect(logged).toMatchObject([{ level: 'warn', text: 'notices could not be shown; they go on waiting' }]);
  });

  it('that failed is told so, once', async () => {
    const { told } = await toldBy({ ...answering, run: () => Promise.reject(new Error('broken')) });
    expect(told).toEqual(['Something went wrong on our side. Nothing was charged; please try again in a minute.']);
  });
});
