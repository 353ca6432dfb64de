import type { PlatformName } from '../../src/core/chat.ts';
import type { MemberInteraction } from '../../src/sandbox/discord/people/member-interaction.ts';
import type { VisibleMessage } from '../../src/sandbox/discord/people/visible-message.ts';
import type { Interaction } from '../../src/sandbox/slack/interaction.ts';
import type { SeenMessage } from '../../src/sandbox/slack/shown.ts';
import { signatureHeaders } from '../../src/sandbox/slack/signing.ts';
import type { Bot } from './bot.ts';

/** A message of the bot as a person reads it now. */
export interface Said {
  text: string;
  /** Nobody else sees it. */
  isPrivate: boolean;
  buttons: { label: string; url: string | null; id: string }[];
  /** Everything that it has said, oldest first. */
  versions: string[];
  /** Any version of it would have notified somebody. */
  pings: boolean;
  place: { channel: string; id: string };
}

/** One thing that a person did, and what they see of it. */
export interface Deed {
  said(): Said[];
  /** @throws Error with what was said instead, after five seconds */
  waitFor(fits: (said: Said[]) => boolean): Promise<Said[]>;
  /** The platform delivers it once more. */
  again(): Promise<void>;
  /** What the platform itself shows when the bot did not react. */
  failure(): Promise<string | null>;
}

/** A member of either platform: the same hands and eyes over both. */
export interface Person {
  platform: PlatformName;
  id: string;
  /** Types a slash command with its one option, in the common channel unless `inDm`. */
  does(command: string, option?: string, where?: { inDm: boolean }): Deed;
  press(said: Said, label: string): Deed;
  /** The direct conversation with the bot. */
  dms(): Said[];
  /** What everybody sees in the common channel. */
  channel(): Said[];
  closeDms(): void;
}

const OPTION_OF: Record<string, string> = { ask: 'prompt', subscribe: 'plan', topup: 'packs' };

/** @param name tells people of one test apart */
export function personOn(platform: PlatformName, bot: Pick<Bot, 'world'>, name: string): Person {
  return platform === 'discord' ? onDiscord(bot, name) : onSlack(bot, name);
}

function buttonOf(said: Said, label: string): string {
  const found = said.buttons.find((button) => button.label.startsWith(label));
  if (found !== undefined) return found.id;
  throw new Error(
    `expected a button "${label}", got ${said.buttons.map((button) => button.label).join(', ') || 'none'}`,
  );
}

function onDiscord({ world: { discord } }: Pick<Bot, 'world'>, name: string): Person {
  const member = discord.member(undefined, { name });

  function read(message: VisibleMessage): Said {
    const { everyone, here, roles, users } = message.pings;
    return {
      text: message.content,
      isPrivate: message.ephemeral,
      buttons: message.buttons.map(({ label, url, customId }) => ({ label, url, id: customId ?? '' })),
      versions: message.history.map((version) => version.content),
      pings: everyone || here || roles.length > 0 || users.length > 0,
      place: { channel: message.channelId, id: message.id },
    };
  }

  function deed(interaction: MemberInteraction): Deed {
    const said = () =>
      interaction
        .messages()
        .filter((message) => !message.loading)
        .map(read);
    return {
      said,
      async waitFor(fits) {
        await interaction.waitFor(() => fits(said()), 5_000);
        return said();
      },
      async again() {
        await discord.probes.again(interaction.record);
      },
      async failure() {
        await interaction.acknowledged.catch(() => {});
        return interaction.failure();
      },
    };
  }

  return {
    platform: 'discord',
    id: member.id,
    does(command, option, where = { inDm: false }) {
      const key = OPTION_OF[command];
      const value = command === 'topup' ? Number(option) : (option ?? '');
      return deed(member.command(command, key && option ? { [key]: value } : {}, where.inDm ? { dm: true } : {}));
    },
    press: (said, label) => deed(member.click(said.place.id, buttonOf(said, label))),
    dms: () => member.dms().map(read),
    channel: () =>
      member
        .sees(discord.home.channelId)
        .filter((message) => !message.ephemeral)
        .map(read),
    closeDms() {
      discord.member(member.id, { dms: 'closed' });
    },
  };
}

const SLACK_CHANNEL = 'C0GENERAL';

function onSlack({ world, world: { slack } }: Pick<Bot, 'world'>, name: string): Person {
  const person = slack.user(undefined, { name });

  function read(message: SeenMessage): Said {
    return {
      text: message.text,
      isPrivate: message.ephemeral || message.direct,
      buttons: message.buttons.map(({ text, url, actionId }) => ({ label: text, url: url ?? null, id: actionId })),
      versions: message.history.map((version) => version.text),
      pings: message.everPinged.length > 0,
      place: { channel: message.channel, id: message.ts },
    };
  }

  function deed(interaction: Interaction, isHere: (message: SeenMessage) => boolean): Deed {
    const said = () =>
      interaction
        .messages()
        .filter((message) => !message.deleted && isHere(message))
        .map(read);
    // What was sent stands in the simulator's own record by now: it is delivered at once.
    const sent = slack.store.deliveries.at(-1);
    return {
      said,
      async waitFor(fits) {
        await interaction.waitFor(() => fits(said()), 5_000);
        return said();
      },
      async again() {
        if (sent === undefined) throw new Error('expected a delivery of Slack to repeat, got none');
        await fetch(slack.eventsUrl ?? '', {
          method: 'POST',
          headers: { ...sent.headers, ...signatureHeaders(slack.settings.signingSecret, Date.now(), sent.body) },
          body: sent.body,
        });
      },
      failure: async () => (await interaction.failure()) ?? null,
    };
  }

  return {
    platform: 'slack',
    id: person.id,
    does(command, option = '', where = { inDm: false }) {
      const interaction = person.command(`/${command}`, option, where.inDm ? {} : { channel: SLACK_CHANNEL });
      return deed(interaction, (message) => message.direct === where.inDm);
    },
    press: (said, label) =>
      deed(
        person.click({ channel: said.place.channel, ts: said.place.id }, buttonOf(said, label)),
        (message) => message.channel === said.place.channel,
      ),
    dms: () =>
      slack
        .dms(person.id)
        .filter((message) => message.message.fromBot)
        .map(read),
    channel: () =>
      world.slack
        .user(person.id)
        .messages()
        .filter((message) => message.channel === SLACK_CHANNEL && !message.deleted && !message.ephemeral)
        .map(read),
    closeDms() {
      person.profile.dms = 'closed';
    },
  };
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
