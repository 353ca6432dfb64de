import type { GatewayMessageCreateDispatchData } from 'discord.js';
import { withFacts } from '../../core/log.ts';
import { type AskedMessage, readAskedMessage } from './asked-message.ts';
import { createDmChannels } from './dm-channels.ts';
import { discordCode } from './errors.ts';
import { createMessageResponder } from './message-responder.ts';
import type { ReceiveOptions } from './receive.ts';
import { createSeen } from './seen.ts';

/**
 * Takes one message and sees it through, when it asks something. Never throws.
 * @param bot the bot's user id
 * @param role the bot's own role in the message's server; null where there is none
 */
export type ReceiveMessage = (
  message: GatewayMessageCreateDispatchData,
  bot: string,
  role: string | null,
) => Promise<void>;

const ASK = 'ask';
const NO_TEXT =
  'I cannot read a question in your message. Mention me in the text itself, and me rather than my role: Discord shows me only what is meant for me.';

/** A DM, a mention of the bot or of its role, and a reply to it are what the ask command is, with the text as its first option. */
export function createReceiveMessage(options: Omit<ReceiveOptions, 'ackDeadlineMs'>): ReceiveMessage {
  const { api, chat, clock, log } = options;
  const isNew = createSeen(clock);
  const dmChannel = createDmChannels(api);
  const option = chat.commands.find((spec) => spec.name === ASK)?.options[0]?.name;

  async function seeThrough(message: AskedMessage): Promise<void> {
    const responder = createMessageResponder({
      ...options,
      log: withFacts(log, { cause: message.id }),
      message,
      dmChannel,
    });
    if (option === undefined || message.text === '') return responder.remark(NO_TEXT);
    api.byBot.typing(message.channel).catch((error: unknown) => {
      log.debug({ cause: message.id, code: discordCode(error), fault: String(error) }, 'typing was not shown');
    });
    await chat.command(ASK, { [option]: message.text }, message.turn, responder);
  }

  return async (event, bot, role) => {
    const message = readAskedMessage(event, bot, role);
    if (message === null) return;
    if (!isNew(message.id)) {
      log.debug({ cause: message.id }, 'a message was delivered twice');
      return;
    }
    try {
      await seeThrough(message);
    } catch (error) {
      const facts = { cause: message.id, code: discordCode(error), fault: String(error) };
      log.error(facts, 'a message was not seen through');
    }
  };
}
