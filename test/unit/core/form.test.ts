import { describe, expect, it } from 'vitest';
import { PlatformError, type Reply, type Responder, type Turn } from '../../../src/core/chat/chat.ts';
import { createChatApp } from '../../../src/core/chat/chat-app.ts';
import type { Command, Services } from '../../../src/core/chat/command.ts';
import { checkForm, type Form } from '../../../src/core/chat/form.ts';
import type { WalletView } from '../../../src/core/wallets/wallet-view.ts';
import { ann } from '../account/bench.ts';
import { openStage } from './stage.ts';

const turn: Turn = { by: ann, cause: 'i1', isPrivatePlace: false, space: null, channels: [] };
const field = { name: 'code', label: 'The code' };
const form: Form = { action: 'link_code', title: 'Enter a code', fields: [field] };

describe('a form', () => {
  it('may be as large as both platforms allow', () => {
    const widest = { label: 'l'.repeat(45), placeholder: 'p'.repeat(100), minLength: 3_000, maxLength: 3_000 };
    const fields = ['a', 'b', 'c', 'd', 'n'.repeat(100)].map((name) => ({ name, ...widest }));
    expect(() => checkForm({ action: 'a'.repeat(100), title: 't'.repeat(24), fields })).not.toThrow();
    expect(() => checkForm(form)).not.toThrow();
  });

  it.each<[string, Partial<Form>]>([
    ['the length of the title of the form link_code to be 1 to 24, got 25', { title: 't'.repeat(25) }],
    ['the length of the title of the form link_code to be 1 to 24, got 0', { title: '' }],
    ['the length of the action', { action: 'a'.repeat(101) }],
    ['the number of fields of the form link_code to be 1 to 5, got 0', { fields: [] }],
    ['the number of fields', { fields: [...'abcdef'].map((name) => ({ ...field, name })) }],
    ['the number of different names', { fields: [field, field] }],
    ['the length of a name', { fields: [{ ...field, name: '' }] }],
    ['the length of the label of code of the form', { fields: [{ ...field, label: 'l'.repeat(46) }] }],
    ['the length of the placeholder of code', { fields: [{ ...field, placeholder: 'p'.repeat(101) }] }],
    ['the longest text of code of the form link_code to be 1 to 3000', { fields: [{ ...field, maxLength: 3_001 }] }],
    [
      'the shortest text of code of the form link_code to be 0 to 4',
      { fields: [{ ...field, minLength: 5, maxLength: 4 }] },
    ],
  ])('is refused by name when one of them would refuse it: %s', (problem, change) => {
    expect(() => checkForm({ ...form, ...change })).toThrow(problem);
  });
});

/** A chat app with one command, whose form it has. @param opens what the platform does with the form */
async function openApp(opens: Responder['openForm'], title = form.title) {
  const stage = await openStage();
  const told: Reply[] = [];
  const typed: object[] = [];
  let looks = 0;
  const wallet: Pick<WalletView, 'waitingNotices'> = {
    async waitingNotices() {
      looks += 1;
      return [];
    },
  };
  const command: Command = {
    name: 'link',
    description: '',
    options: [],
    run: async () => {},
    forms: {
      link_code: {
        form: () => ({ ...form, title }),
        submit: async (_, values) => void typed.push(values),
        instead: 'Type /link instead.',
      },
    },
  };
  const responder: Responder = {
    acknowledge: async () => {},
    reply: async (reply) => void told.push(reply),
    openAnswer: () => Promise.reject(new Error('expected no answer')),
    openForm: opens,
  };
  const services = { wallet } as Services;
  const make = () => createChatApp({ ...stage, commands: [command], services });
  return {
    make,
    responder,
    typed,
    told,
    looks: () => looks,
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

describe("a command's form", () => {
  it('that no platform would show keeps the bot from starting', async () => {
    await using bench = await openApp(async () => {}, 'A title of more than 24 characters');
    expect(bench.make).toThrow('the length of the title of the form link_code');
  });

  it('opens by its button, whatever stands behind, with nothing after it; what is typed comes to the command', async () => {
    const opened: Form[] = [];
    await using bench = await openApp(async (shown) => void opened.push(shown));
    const app = bench.make();
    await app.action('link_code~notice1', turn, bench.responder);
    expect(opened).toEqual([form]);
    expect([bench.looks(), bench.told]).toEqual([0, []]);
    await app.submit('link_code', { code: 'abc' }, turn, bench.responder);
    expect([bench.typed, bench.looks()]).toEqual([[{ code: 'abc' }], 1]);
  });

  it('that the platform does not take is told, with the other way', async () => {
    await using bench = await openApp(() => Promise.reject(new PlatformError('refused', 'too late')));
    await bench.make().action('link_code', turn, bench.responder);
    expect(bench.told).toEqual([{ text: 'The form could not be opened. Type /link instead.' }]);
  });

  it('that a newer version has no more is told so', async () => {
    await using bench = await openApp(async () => {});
    await bench.make().submit('gone', {}, turn, bench.responder);
    expect(bench.told.map(({ text }) => text)).toEqual([
      'This form is from an older version and does nothing any more. See /help.',
    ]);
  });
});
