import type { PlatformName } from '../../src/core/chat/chat.ts';
import type { Bot } from './bot.ts';
import { createDiscordPerson } from './discord-person.ts';
import type { Deed, Person, Said } from './person.ts';
import { createSlackPerson } from './slack-person.ts';

export type { Deed, Person, Said } from './person.ts';

/**
 * @param name tells people of one test apart
 * @param id the platform's, when it must be known before
 */
export function personOn(platform: PlatformName, { world }: Pick<Bot, 'world'>, name: string, id?: string): Person {
  return platform === 'discord' ? createDiscordPerson(world, name, id) : createSlackPerson(world, name, id);
}

/** What an ask led to. */
export interface Answered {
  deed: Deed;
  /** The messages in order. */
  said: Said[];
  /** The one with the receipt and the buttons, or the refusal. */
  last: Said;
  /** All of them together. */
  text: string;
  isRefused: boolean;
}

const isAnswered = (said: Said) => said.buttons.some((button) => button.label === 'Receipt');
const isRefused = (said: Said) =>
  said.isPrivate && said.buttons.every((button) => button.label !== 'Stop') && /Nothing was charged/.test(said.text);

/** Asks, and waits until the answer is whole or refused. */
export async function ask(person: Person, prompt: string, where?: { inDm: boolean }): Promise<Answered> {
  return answerTo(person.does('ask', prompt, where));
}

/** Waits until the answer to an ask is whole or refused. */
export async function answerTo(deed: Deed): Promise<Answered> {
  const said = await deed.waitFor((messages) => messages.some(isAnswered) || messages.some(isRefused));
  const last = said.findLast(isAnswered) ?? said.findLast(isRefused);
  if (last === undefined) throw new Error('expected an answer, got nothing');
  return { deed, said, last, text: said.map(({ text }) => text).join('\n'), isRefused: isRefused(last) };
}

/** Waits for one message of a kind that money is talked in. */
export async function reads(deed: Deed, fits: (said: Said) => boolean = () => true): Promise<Said> {
  const said = await deed.waitFor((messages) => messages.some(fits));
  const found = said.find(fits);
  if (found === undefined) throw new Error('expected a message that fits, got none');
  return found;
}

export type Product = 'starter' | 'pro' | 'topup';

/** Takes the link of a checkout, as far as the payable page. @returns its address */
export async function checkoutOf(person: Person, product: Product): Promise<string> {
  const deed = product === 'topup' ? person.does('topup', '1') : person.does('subscribe', product);
  return linkIn(await reads(deed, (said) => said.buttons.length > 0));
}

/** @returns where the message's link button leads */
export function linkIn(said: Said): string {
  const url = said.buttons.find((button) => button.url !== null)?.url;
  if (!url) throw new Error(`expected a link, got ${JSON.stringify(said)}`);
  return url;
}

/** Fills in the payable page, as a buyer's browser does. */
export async function payAt(url: string, email: string, action: 'pay' | 'decline' = 'pay'): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ email, name: 'A buyer', action }),
    redirect: 'manual',
  });
  await response.arrayBuffer();
  if (response.status !== 303)
    throw new Error(`expected the payable page to lead back, it answered ${response.status}`);
}

/** Buys, and lets the tokens arrive. */
export async function buy(
  bot: Bot,
  person: Person,
  product: Product,
  email = `${person.id.toLowerCase()}@example.com`,
): Promise<void> {
  await payAt(await checkoutOf(person, product), email);
  await bot.settle();
}

/** The settings of a model of whose tokens each costs many of ours, so that wallets empty in a few asks. */
export function modelTable(rules: { maxOutputTokens: number; leastOutputTokens?: number; tokensEach: number }): string {
  const weight = rules.tokensEach * 1_000;
  return JSON.stringify({
    'gpt-5.4-mini': {
      contextTokens: 20_000,
      maxOutputTokens: rules.maxOutputTokens,
      leastOutputTokens: rules.leastOutputTokens ?? 1,
      inputWeight: 1_000,
      cachedInputWeight: 1_000,
      outputWeight: weight,
    },
  });
}
