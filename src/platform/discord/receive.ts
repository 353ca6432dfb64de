import type { APIInteraction } from 'discord.js';
import { InteractionResponseType } from 'discord.js';
import type { ChatApp } from '../../core/chat/chat.ts';
import { type Log, withFacts } from '../../core/log.ts';
import type { Clock, Millis } from '../../core/time.ts';
import type { DiscordApi } from './api.ts';
import { discordCode } from './errors.ts';
import { type Inbound, readInteraction, readOrigin } from './inbound.ts';
import { createResponder, type FirstResponse } from './responder.ts';
import { createSeen } from './seen.ts';

/**
 * Takes one interaction and sees it through. Never throws.
 * @param respond takes the first response; it is called at most once, within `ackDeadlineMs`, unless the interaction
 *   came twice: then it is not called at all
 */
export type Receive = (interaction: APIInteraction, respond: FirstResponse) => Promise<void>;

export interface ReceiveOptions {
  api: DiscordApi;
  applicationId: string;
  chat: ChatApp;
  clock: Clock;
  log: Log;
  /** The platform acknowledges by itself, privately, when the ChatApp has done nothing for so long. */
  ackDeadlineMs: Millis;
  editIntervalMs: Millis;
}

const UNKNOWN_COMMAND = 'This is not something I know (any more). Type `/` to see what I can do.';

/** The same for every transport: what came in goes to the ChatApp, with a responder. */
export function createReceive(options: ReceiveOptions): Receive {
  const { chat, clock, log } = options;
  const isNew = createSeen(clock);

  async function seeThrough(interaction: APIInteraction, respond: FirstResponse): Promise<void> {
    const inbound = readInteraction(interaction);
    if (inbound.kind === 'suggestions') {
      await respond({ type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices: [] } });
      return;
    }
    const origin = readOrigin(interaction);
    const responder = createResponder({
      ...options,
      log: withFacts(log, { cause: interaction.id }),
      origin,
      receivedAt: clock(),
      respond,
    });
    const deadline = setTimeout(() => void responder.acknowledge('private'), options.ackDeadlineMs);
    try {
      await handOver(chat, inbound, responder);
    } finally {
      clearTimeout(deadline);
    }
    if ((inbound.kind === 'action' || inbound.kind === 'form') && !responder.isAcknowledged()) {
      await respond({ type: InteractionResponseType.DeferredMessageUpdate });
    } else {
      await responder.conclude();
    }
  }

  return async (interaction, respond) => {
    if (!isNew(interaction.id)) {
      log.warn({ interaction: interaction.id }, 'an interaction was delivered twice');
      return;
    }
    try {
      await seeThrough(interaction, respond);
    } catch (error) {
      const facts = { interaction: interaction.id, code: discordCode(error), fault: String(error) };
      log.error(facts, 'an interaction was not seen through');
    }
  };
}

async function handOver(chat: ChatApp, inbound: Inbound, responder: ReturnType<typeof createResponder>): Promise<void> {
  if (inbound.kind === 'action') return chat.action(inbound.action, inbound.turn, responder);
  if (inbound.kind === 'form') return chat.submit(inbound.action, inbound.values, inbound.turn, responder);
  if (inbound.kind === 'command' && chat.commands.some((command) => command.name === inbound.name)) {
    return chat.command(inbound.name, inbound.options, inbound.turn, responder);
  }
  return responder.reply({ text: UNKNOWN_COMMAND });
}
